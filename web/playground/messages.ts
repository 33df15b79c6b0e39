/** What page and worker tell each other. Everything that computes is in the worker, so the page never waits. */
import type { Capabilities, EngineMode } from '@duet-chat/crypto';
import type { Result } from '../../wasm-bindings/bench/measure.ts';

export type Person = 'alice' | 'bob';

export interface Here extends Capabilities {
  /** Whether the browser's own Web Crypto makes a key of ML-KEM-768. */
  readonly platformMlKem: boolean;
}

export interface Said {
  readonly frame: Uint8Array;
  readonly read: string;
}

export interface FileStep {
  readonly step: 'sealing' | 'opening' | 'comparing';
  readonly done: number;
  readonly total: number;
  /** Since this step began, in ms. */
  readonly elapsed: number;
}

export interface RoundTrip {
  readonly sealed: Blob;
  readonly opened: Blob;
  readonly key: Uint8Array;
  /** How long it took, in ms. */
  readonly sealing: number;
  readonly opening: number;
  /** SHA-256 of the file, and of what was opened. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** A thing that can be asked for: what it takes, what it tells on the way, and what it gives. */
export interface Calls {
  here: { takes: null; tells: never; gives: Here };
  meet: { takes: null; tells: never; gives: readonly string[] };
  say: { takes: { from: Person; text: string }; tells: never; gives: Said };
  measure: { takes: null; tells: readonly Result[]; gives: readonly Result[] };
  roundTrip: { takes: { file: Blob; engine: EngineMode }; tells: FileStep; gives: RoundTrip };
}

export type Call = keyof Calls;

export type ToWorker =
  | {
      readonly [C in Call]: { readonly id: number; readonly call: C; readonly takes: Calls[C]['takes'] };
    }[Call]
  | { readonly id: number; readonly cancel: true };

export type FromWorker =
  | { readonly id: number; readonly tells: Calls[Call]['tells'] }
  | { readonly id: number; readonly gives: Calls[Call]['gives'] }
  | { readonly id: number; readonly failed: string };
