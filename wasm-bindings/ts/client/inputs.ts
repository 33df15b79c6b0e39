/** What a conversation may do with the client that it belongs to. */
import type { Bytes } from '../types.js';
import type { Client as WasmClient } from '../wasm/glue.js';
import type { Lane } from './types.js';

export interface Inputs {
  /** Whether the client is gone. */
  readonly freed: boolean;
  /** One input at a time in ms since 1970, and what follows from it. */
  step<T>(input: (client: WasmClient, at: number) => T): T;
  /** A look, after which nothing follows. */
  look<T>(at: (client: WasmClient) => T): T;
  /** A frame that is made outside of the core. */
  send(frame: Bytes, lane: Lane): void;
}
