/**
 * The two engines of chunked encryption (Cobblestone-256): AES-256-GCM by Web Crypto, straight from the caller's
 * buffer, or by the core. Key, nonces and commitment come from the core for both.
 */
import { call, on, release, run } from '../boundary.js';
import { pick } from '../engines.js';
import { DuetError } from '../errors.js';
import { CHUNK_LENGTH, SEALED_CHUNK_LENGTH, TAG_LENGTH } from '../generated/limits.js';
import type { Bytes, EngineMode, EngineName } from '../types.js';
import type { FileCipher } from '../wasm/glue.js';

/** Seals and opens runs of chunks of one file. */
export interface ChunkCipher {
  readonly engine: EngineName;
  /**
   * Seals `plain` as the chunks from `first` on. Unless it is the `last` run it must be whole chunks. The first
   * `headroom` bytes of the result are zeros for the caller to fill.
   */
  seal(first: number, plain: Bytes, last: boolean, headroom: number): Promise<Bytes>;
  /** Opens a run of chunks from `first` on. Nothing comes out unless all of it is genuine. */
  open(first: number, sealed: Bytes, last: boolean): Promise<Bytes>;
  /** Wipes the key. Runs that are under way still end. */
  free(): void;
}

/**
 * Where `auto` goes over from the core's AES to Web Crypto's. Measured with `npm run bench` (the rows "crossover") in
 * Node 20 and Chromium 156 on two cores: importing a key and one call cost as much as the core takes for 8 KiB. At
 * 4 KiB the core is 1.4 times as fast in Node and equal in Chromium; at 16 KiB Web Crypto is 1.6 and 1.1 times as fast,
 * at 1 MiB 2.7 to 3 times.
 */
export const NATIVE_FROM_BYTES = 8_192;

/** The cipher of a file of `size` bytes, by the engine that `mode` asks for; decided once per file. */
export function chunkCipher(keys: FileCipher, mode: EngineMode | undefined, size: number): ChunkCipher {
  const engine = pick('aes256Gcm', mode);
  const small = (mode ?? 'auto') === 'auto' && size < NATIVE_FROM_BYTES;
  return engine === 'native' && !small ? new NativeCipher(keys) : new WasmCipher(keys);
}

class WasmCipher implements ChunkCipher {
  readonly engine = 'wasm';
  #keys: FileCipher | undefined;

  constructor(keys: FileCipher) {
    this.#keys = keys;
  }

  async seal(first: number, plain: Bytes, last: boolean, headroom: number): Promise<Bytes> {
    return on(this.#live(), (keys) => keys.seal(first, plain, last, headroom));
  }

  async open(first: number, sealed: Bytes, last: boolean): Promise<Bytes> {
    return on(this.#live(), (keys) => keys.open(first, sealed, last));
  }

  free(): void {
    if (this.#keys !== undefined) release(this.#keys);
    this.#keys = undefined;
  }

  #live(): FileCipher {
    if (this.#keys === undefined) throw new DuetError('E_FREED');
    return this.#keys;
  }
}

export class NativeCipher implements ChunkCipher {
  readonly engine = 'native';
  #keys: FileCipher | undefined;
  #key: Promise<CryptoKey> | undefined;

  constructor(keys: FileCipher) {
    this.#keys = keys;
  }

  async seal(first: number, plain: Bytes, last: boolean, headroom: number): Promise<Bytes> {
    const chunks = chunkCount(plain.length, CHUNK_LENGTH, last, 'E_FILE_RANGE');
    const parameters = this.#parameters(first, chunks);
    const key = await this.#imported();
    const out = new Uint8Array(headroom + plain.length + chunks * TAG_LENGTH);
    await each(chunks, async (index) => {
      const chunk = plain.subarray(index * CHUNK_LENGTH, (index + 1) * CHUNK_LENGTH);
      const sealed = await crypto.subtle.encrypt(parameters(index), key, chunk);
      out.set(new Uint8Array(sealed), headroom + index * SEALED_CHUNK_LENGTH);
    });
    return out;
  }

  async open(first: number, sealed: Bytes, last: boolean): Promise<Bytes> {
    const chunks = chunkCount(sealed.length, SEALED_CHUNK_LENGTH, last, 'E_FILE_TRUNCATED');
    // The last chunk holds its tag at least.
    if (last && sealed.length - (chunks - 1) * SEALED_CHUNK_LENGTH < TAG_LENGTH) {
      throw new DuetError('E_FILE_TRUNCATED');
    }
    const parameters = this.#parameters(first, chunks);
    const key = await this.#imported();
    const out = new Uint8Array(sealed.length - chunks * TAG_LENGTH);
    try {
      await each(chunks, async (index) => {
        const chunk = sealed.subarray(index * SEALED_CHUNK_LENGTH, (index + 1) * SEALED_CHUNK_LENGTH);
        const opened = await crypto.subtle.decrypt(parameters(index), key, chunk);
        out.set(new Uint8Array(opened), index * CHUNK_LENGTH);
      });
    } catch (cause) {
      out.fill(0);
      throw new DuetError('E_FILE_DECRYPT', undefined, { cause });
    }
    return out;
  }

  free(): void {
    if (this.#keys !== undefined) release(this.#keys);
    this.#keys = undefined;
    this.#key = undefined;
  }

  /** The nonces are taken before anything is awaited. */
  #parameters(first: number, chunks: number): (index: number) => AesGcmParams {
    if (this.#keys === undefined) throw new DuetError('E_FREED');
    const keys = this.#keys;
    const nonces = call(() => keys.nonces(first, chunks));
    return (index) => ({
      name: 'AES-GCM',
      iv: nonces.subarray(index * 12, (index + 1) * 12),
      additionalData: new Uint8Array(0),
      tagLength: 8 * TAG_LENGTH,
    });
  }

  /** The file's key as a non-extractable key of the platform; its raw bytes never leave the bindings. */
  #imported(): Promise<CryptoKey> {
    if (this.#keys === undefined) throw new DuetError('E_FREED');
    const keys = this.#keys;
    this.#key ??= run<CryptoKey>(() => keys.platformKey());
    return this.#key;
  }
}

function chunkCount(
  length: number,
  unit: number,
  last: boolean,
  code: 'E_FILE_RANGE' | 'E_FILE_TRUNCATED',
): number {
  // The last chunk is always shorter than the others, so it may be empty but never whole.
  if (last) return Math.floor(length / unit) + 1;
  if (length % unit !== 0) throw new DuetError(code);
  return length / unit;
}

async function each(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const under: Promise<void>[] = [];
  for (let index = 0; index < count; index++) under.push(work(index));
  // All of them, even if one fails: nobody writes into the buffer after this returns.
  const results = await Promise.allSettled(under);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}
