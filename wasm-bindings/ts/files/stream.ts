/**
 * Files in the published format Cobblestone-256 (C2SP chunked encryption with SHA-512 and AES-256-GCM), for any
 * use: `salt(24) || commitment(32) || chunks`. Whole files as web streams, and parts of sealed ones by range.
 */
import { call, callWithSecret } from '../boundary.js';
import { copyOf, wholeNumber } from '../bytes.js';
import { DuetError } from '../errors.js';
import { callback, isBlob, options as own, signal as signalOf } from '../gate.js';
import {
  CHUNK_LENGTH,
  FILE_HEADER_LENGTH,
  FRAME_CHUNKS_MAX,
  SEALED_CHUNK_LENGTH,
  TAG_LENGTH,
} from '../generated/limits.js';
import { ReadableStream } from '../platform.js';
import type { Bytes, EngineMode, FileStreamOptions } from '../types.js';
import type { FileCipher } from '../wasm/glue.js';
import { type ChunkCipher, chunkCipher } from './cipher.js';
import { type ByteSource, byteSource, readBlob } from './source.js';

export interface SealFileOptions extends FileStreamOptions {
  readonly source: Blob | ReadableStream<Uint8Array>;
  /** 32 bytes; a fresh random key if there is none. One key may seal many files: every file has its own salt. */
  readonly key?: Uint8Array;
  /** Bound to the file: who opens it must know it. Empty if there is none. */
  readonly context?: Uint8Array;
}

export interface SealedFile {
  /** 32 bytes: what opens the file. Wipe with `fill(0)` when done. */
  readonly key: Bytes;
  /** 24 bytes, also the first bytes of the stream. */
  readonly salt: Bytes;
  /** The sealed file. Nothing is read or encrypted before it is read from. */
  readonly stream: ReadableStream<Bytes>;
  /** Bytes of the sealed file; undefined if the source is a stream. */
  size(): number | undefined;
}

export interface OpenFileOptions extends FileStreamOptions {
  readonly source: Blob | ReadableStream<Uint8Array>;
  readonly key: Uint8Array;
  readonly context?: Uint8Array;
}

export interface OpenFileRangeOptions {
  readonly source: Blob;
  readonly key: Uint8Array;
  readonly context?: Uint8Array;
  /** Plaintext offsets, as of `slice`: `end` is not included, and is the end of the file if there is none. */
  readonly start: number;
  readonly end?: number;
  readonly engine?: EngineMode;
  readonly signal?: AbortSignal;
}

const FILE_KEY_LENGTH = 32;
const FILE_SALT_LENGTH = 24;

/** Plaintext and sealed bytes of one step: 64 chunks, a megabyte. */
const PLAIN_STEP = FRAME_CHUNKS_MAX * CHUNK_LENGTH;
const SEALED_STEP = FRAME_CHUNKS_MAX * SEALED_CHUNK_LENGTH;

/** Seals a file of any kind. The stream errors if the source does, or when `signal` aborts. */
export function sealFile(given: SealFileOptions): SealedFile {
  const options = own(given);
  const key =
    options.key === undefined ? random(FILE_KEY_LENGTH) : copyOf(options.key, 'key', FILE_KEY_LENGTH);
  const salt = random(FILE_SALT_LENGTH);
  return sealWithSalt(options, key, salt);
}

/** {@link sealFile} with a salt of the caller's: for test vectors. One key and salt must never seal two files. */
export function sealWithSalt(given: SealFileOptions, key: Bytes, salt: Bytes): SealedFile {
  const options = own(given);
  const source = byteSource(options.source);
  const context = contextOf(options.context);
  const keys = callWithSecret((wasm) => new wasm.FileCipher(key, salt, context));
  const cipher = chunkCipher(keys, options.engine, source.size ?? Number.POSITIVE_INFINITY);
  const header = new Uint8Array(FILE_HEADER_LENGTH);
  header.set(salt);
  header.set(
    call(() => keys.commitment()),
    FILE_SALT_LENGTH,
  );
  let done = 0;
  let chunks = 0;

  const stream = pulled(source, cipher, options, async () => {
    const plain = await source.read(PLAIN_STEP);
    const last = plain.length < PLAIN_STEP;
    const headroom = chunks === 0 ? FILE_HEADER_LENGTH : 0;
    const bytes = await cipher.seal(chunks, plain, last, headroom);
    if (chunks === 0) bytes.set(header);
    plain.fill(0);
    chunks += FRAME_CHUNKS_MAX;
    done += plain.length;
    return { bytes, done, total: source.size ?? done, last };
  });
  const { size } = source;
  return { key, salt, stream, size: () => (size === undefined ? undefined : sealedSize(size)) };
}

/** Bytes of the sealed form of `size` plaintext bytes. */
export function sealedSize(size: number): number {
  const plain = wholeNumber(size, 'size');
  return FILE_HEADER_LENGTH + plain + (Math.floor(plain / CHUNK_LENGTH) + 1) * TAG_LENGTH;
}

/**
 * Opens a sealed file. Bytes come out as soon as their chunk is verified, so a consumer must not take what it got
 * for the whole file before the stream has closed: a truncated file errors at its end. Errors are final.
 */
export function openFile(given: OpenFileOptions): ReadableStream<Bytes> {
  const options = own(given);
  const key = copyOf(options.key, 'key', FILE_KEY_LENGTH);
  try {
    return opened(options, key);
  } catch (error) {
    key.fill(0);
    throw error;
  }
}

/** {@link openFile} with a key that the stream wipes. */
function opened(options: OpenFileOptions, key: Bytes): ReadableStream<Bytes> {
  const context = contextOf(options.context);
  const source = byteSource(options.source);
  const total = source.size === undefined ? undefined : plainSize(source.size);
  let cipher: ChunkCipher | undefined;
  let done = 0;
  let chunks = 0;

  const owned = {
    free: () => {
      key.fill(0);
      cipher?.free();
    },
  };
  return pulled(source, owned, options, async () => {
    if (cipher === undefined) {
      const header = await source.read(FILE_HEADER_LENGTH);
      cipher = chunkCipher(opener(header, key, context), options.engine, total ?? Number.POSITIVE_INFINITY);
      key.fill(0);
    }
    const sealed = await source.read(SEALED_STEP);
    const last = sealed.length < SEALED_STEP;
    const bytes = await cipher.open(chunks, sealed, last);
    chunks += FRAME_CHUNKS_MAX;
    done += bytes.length;
    return { bytes, done, total: total ?? done, last };
  });
}

/**
 * Opens a part of a sealed file. Before any of it is trusted the last chunk is verified as the last one, which
 * proves that the file has not been cut off.
 */
export async function openFileRange(given: OpenFileRangeOptions): Promise<Bytes> {
  const options = own(given);
  const key = copyOf(options.key, 'key', FILE_KEY_LENGTH);
  try {
    return await openedRange(options, key);
  } finally {
    key.fill(0);
  }
}

async function openedRange(options: OpenFileRangeOptions, key: Bytes): Promise<Bytes> {
  const { source } = options;
  const signal = signalOf(options.signal);
  const context = contextOf(options.context);
  if (!isBlob(source)) throw new DuetError('E_ARGUMENT', 'source must be a Blob');
  const size = plainSize(source.size);
  const start = wholeNumber(options.start, 'start');
  const end = wholeNumber(options.end ?? size, 'end', start);
  if (end > size) throw new DuetError('E_FILE_RANGE');

  signal?.throwIfAborted();
  const keys = opener(await readBlob(source, 0, FILE_HEADER_LENGTH), key, context);
  key.fill(0);
  const cipher = chunkCipher(keys, options.engine, end - start);
  const lastChunk = Math.floor(size / CHUNK_LENGTH);
  const open = async (first: number, after: number): Promise<Bytes> => {
    signal?.throwIfAborted();
    const last = after > lastChunk;
    const from = FILE_HEADER_LENGTH + first * SEALED_CHUNK_LENGTH;
    const to = last ? source.size : FILE_HEADER_LENGTH + after * SEALED_CHUNK_LENGTH;
    return cipher.open(first, await readBlob(source, from, to), last);
  };
  try {
    const tail = await open(lastChunk, lastChunk + 1);
    const out = new Uint8Array(end - start);
    const place = (first: number, bytes: Bytes) => {
      const offset = first * CHUNK_LENGTH;
      const part = bytes.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
      out.set(part, Math.max(0, offset - start));
    };
    const firstChunk = Math.floor(start / CHUNK_LENGTH);
    const afterChunk = Math.min(lastChunk, Math.ceil(end / CHUNK_LENGTH));
    for (let first = firstChunk; first < afterChunk; first += FRAME_CHUNKS_MAX) {
      place(first, await open(first, Math.min(afterChunk, first + FRAME_CHUNKS_MAX)));
    }
    if (end > lastChunk * CHUNK_LENGTH) place(lastChunk, tail);
    return out;
  } finally {
    cipher.free();
  }
}

/** Bytes of the plaintext of a sealed file of `size` bytes. */
function plainSize(size: number): number {
  const body = size - FILE_HEADER_LENGTH;
  const chunks = Math.floor(body / SEALED_CHUNK_LENGTH) + 1;
  const lastLength = body - (chunks - 1) * SEALED_CHUNK_LENGTH;
  if (body < 0 || lastLength < TAG_LENGTH) throw new DuetError('E_FILE_TRUNCATED');
  return body - chunks * TAG_LENGTH;
}

function opener(header: Bytes, key: Bytes, context: Bytes): FileCipher {
  if (header.length < FILE_HEADER_LENGTH) throw new DuetError('E_FILE_TRUNCATED');
  return callWithSecret((wasm) => wasm.FileCipher.fromHeader(header, key, context));
}

function contextOf(context: Uint8Array | undefined): Bytes {
  return context === undefined ? new Uint8Array(0) : copyOf(context, 'context');
}

interface Step {
  readonly bytes: Bytes;
  readonly done: number;
  readonly total: number;
  readonly last: boolean;
}

/** A stream that does one step per read, and frees what it owns when it ends in whichever way. */
function pulled(
  source: ByteSource,
  owned: { free(): void },
  options: FileStreamOptions,
  step: () => Promise<Step>,
): ReadableStream<Bytes> {
  const signal = signalOf(options.signal);
  const onProgress = callback(options.onProgress, 'onProgress');
  let controller: ReadableStreamDefaultController<Bytes>;
  const abort = () => {
    controller.error(signal?.reason);
    end();
    // The producer's own trouble with stopping is no news to whoever asked for the stop.
    source.cancel(signal?.reason).catch(() => undefined);
  };
  const end = () => {
    signal?.removeEventListener('abort', abort);
    owned.free();
  };
  return new ReadableStream<Bytes>(
    {
      start(started) {
        controller = started;
        if (signal?.aborted) abort();
        else signal?.addEventListener('abort', abort, { once: true });
      },
      async pull() {
        try {
          const { bytes, done, total, last } = await step();
          if (signal?.aborted) return;
          if (bytes.length > 0) controller.enqueue(bytes);
          if (last) {
            end();
            controller.close();
          } else if (bytes.length === 0) {
            // A pull without a chunk is not repeated by itself; steps before the last one are never empty.
            throw new DuetError('E_FILE_SOURCE');
          }
          onProgress?.({ done, total });
        } catch (error) {
          // An abort has errored the stream already, and told the source.
          if (signal?.aborted) return;
          end();
          // What went wrong is the news, not that its producer cannot be told.
          await source.cancel(error).catch(() => undefined);
          throw error;
        }
      },
      async cancel(reason) {
        end();
        await source.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function random(length: number): Bytes {
  return call((wasm) => wasm.randomBytes(length));
}
