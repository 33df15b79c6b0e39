/** Where a file's bytes come from: a `Blob` by slices, or a stream that is cut to pieces of a wanted length. */
import { checkedLength, viewOf } from '../bytes.js';
import { DuetError } from '../errors.js';
import { isBlob, isStream } from '../gate.js';
import type { Bytes } from '../types.js';

export interface ByteSource {
  /** Bytes in all, if known beforehand. */
  readonly size: number | undefined;
  /** The next `length` bytes; fewer only at the end. */
  read(length: number): Promise<Bytes>;
  /** Tells a stream's producer to stop. */
  cancel(reason: unknown): Promise<void>;
}

export function byteSource(source: Blob | ReadableStream<Uint8Array>): ByteSource {
  if (isBlob(source)) return new BlobSource(source);
  if (isStream(source)) return new StreamSource(source);
  throw new DuetError('E_ARGUMENT', 'source must be a Blob or a ReadableStream of Uint8Array');
}

/** jsdom's Blob, which has no method for it, is read as one did before there was. */
function bufferOf(blob: Blob): Promise<ArrayBuffer> {
  if (typeof blob.arrayBuffer === 'function') return blob.arrayBuffer();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
}

/** Reads a part of a Blob. A file that changed on disk since it was picked cannot be read any more. */
export async function readBlob(blob: Blob, start: number, end: number): Promise<Bytes> {
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await bufferOf(blob.slice(start, end)));
  } catch (cause) {
    // Of every realm alike.
    const changed = (cause as { readonly name?: unknown } | null | undefined)?.name === 'NotReadableError';
    throw new DuetError(changed ? 'E_FILE_SOURCE_CHANGED' : 'E_FILE_SOURCE', undefined, { cause });
  }
  if (bytes.length !== Math.min(end, blob.size) - start) throw new DuetError('E_FILE_SOURCE_CHANGED');
  return bytes;
}

/** What is read at once, in bytes. */
const BLOCK = 1024 * 1024;
/** Blocks that are kept: frames are asked for in order, but for those that go again. */
const BLOCKS = 4;

/**
 * Reads parts of a Blob in any order. A browser takes tens of milliseconds for a slice, however short: so it is read by blocks, the
 * next one beforehand.
 */
export class BlobReader {
  readonly #blob: Blob;
  readonly #blocks = new Map<number, Promise<Bytes>>();

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  /** The bytes from `start` to `end`, to be read only: where one block has all of them they are a view of it. */
  async read(start: number, end: number): Promise<Bytes> {
    const first = Math.floor(start / BLOCK);
    const begin = first * BLOCK;
    const isWithin = start < end && end <= begin + BLOCK;
    const bytes = isWithin
      ? (await this.#block(first)).subarray(start - begin, end - begin)
      : await this.#gather(start, end);
    const next = Math.ceil(end / BLOCK);
    // Whoever reads it hears of a failure.
    if (next * BLOCK < this.#blob.size) this.#block(next).catch(() => undefined);
    return bytes;
  }

  async #gather(start: number, end: number): Promise<Bytes> {
    const out = new Uint8Array(end - start);
    for (let block = Math.floor(start / BLOCK); block * BLOCK < end; block++) {
      const begin = block * BLOCK;
      const bytes = await this.#block(block);
      out.set(bytes.subarray(Math.max(0, start - begin), end - begin), Math.max(0, begin - start));
    }
    return out;
  }

  /** Forgets what it has read. */
  clear(): void {
    this.#blocks.clear();
  }

  #block(block: number): Promise<Bytes> {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const end = Math.min((block + 1) * BLOCK, this.#blob.size);
    const read = readBlob(this.#blob, block * BLOCK, end);
    this.#blocks.set(block, read);
    // What could not be read is read anew when it is wanted again.
    read.catch(() => this.#blocks.delete(block));
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    return read;
  }
}

class BlobSource implements ByteSource {
  readonly size: number;
  readonly #blob: Blob;
  #position = 0;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  async read(length: number): Promise<Bytes> {
    const start = this.#position;
    this.#position = Math.min(start + length, this.size);
    return readBlob(this.#blob, start, this.#position);
  }

  async cancel(): Promise<void> {
    this.#position = this.size;
  }
}

class StreamSource implements ByteSource {
  readonly size = undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    try {
      this.#reader = stream.getReader();
    } catch (cause) {
      throw new DuetError('E_ARGUMENT', 'the stream has a reader already', { cause });
    }
  }

  async read(length: number): Promise<Bytes> {
    const out = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read();
        if (done) return out.slice(0, filled);
        this.#rest = viewOf(value, 0, checkedLength(value, 'a part of the stream'));
        continue;
      }
      const part = this.#rest.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return out;
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#reader.cancel(reason);
  }
}
