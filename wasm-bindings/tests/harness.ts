/** What a test body needs, in Node and in a browser alike. */
import { DuetError, type EngineName, type ErrorCode } from '@duet-chat/crypto';

/** Where the tests run. */
export interface Environment {
  /** Engines that can do everything here; on an insecure origin there is one. */
  readonly engines: readonly EngineName[];
  /** Where a relay of this run's is, if there is one. */
  readonly relay?: string | undefined;
  /** Lets the relay crash, and starts it again after so many ms; only where the tests can. */
  restartRelay?(pause: number): Promise<void>;
  /** How often each property is tried; the seed is always the same, unless it says otherwise. */
  readonly tries?: { readonly runs: number; readonly seed: number } | undefined;
  /** The globals of another realm, if there can be one: an iframe's, or those of `node:vm`. */
  readonly otherRealm?: Record<string, unknown> | undefined;
  /** Whether the platform's Web Crypto has AES with keys of 192 bits. */
  readonly aes192?: boolean;
  /** A file of `test-vectors/`. */
  text(name: string): Promise<string>;
}

export interface Test {
  readonly name: string;
  run(): void | Promise<void>;
}

export type Suite = (environment: Environment) => Test[] | Promise<Test[]>;

export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

export function equal<T>(found: T, wanted: T, what = 'value'): void {
  const [left, right] = [show(found), show(wanted)];
  assert(left === right, `${what}: found ${left.slice(0, 400)}, wanted ${right.slice(0, 400)}`);
}

/** {@link equal} for bytes of any number: says where they differ instead of showing them. */
export function sameBytes(found: Uint8Array, wanted: Uint8Array, what = 'bytes'): void {
  equal(found.length, wanted.length, `${what}: length`);
  const at = found.findIndex((byte, index) => byte !== wanted[index]);
  assert(at === -1, `${what}: the first difference is at ${at}`);
}

/** Bytes in hex, so that objects with bytes in them can be compared and read. */
function show(value: unknown): string {
  return JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? hex(part) : part)) ?? String(value);
}

/** Runs something that must fail, with this code. */
export async function refused(code: ErrorCode | string, attempt: () => unknown): Promise<DuetError> {
  let result: unknown;
  try {
    result = await attempt();
  } catch (error) {
    if (!(error instanceof DuetError)) throw error;
    equal(error.code, code, 'code of the refusal');
    return error;
  }
  throw new Error(`expected ${code}, but it went through: ${show(result)?.slice(0, 200)}`);
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function unhex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** All bytes of a stream. Not by `Response`: Chromium replaces the stream's error by one of its own. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(...parts);
    parts.push(value);
  }
}

/** Bytes that differ from place to place, the same on every run. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** Every ordered pair of engines. */
export function pairs(engines: readonly EngineName[]): [EngineName, EngineName][] {
  return engines.flatMap((a) => engines.map((b): [EngineName, EngineName] => [a, b]));
}
