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

/** Reads a part of a Blob. A file that changed on disk since it was picked cannot be read any more. */
export async function readBlob(blob: Blob, start: number, end: number): Promise<Bytes> {
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
  } catch (cause) {
    const changed = cause instanceof DOMException && cause.name === 'NotReadableError';
    throw new DuetError(changed ? 'E_FILE_SOURCE_CHANGED' : 'E_FILE_SOURCE', undefined, { cause });
  }
  if (bytes.length !== Math.min(end, blob.size) - start) throw new DuetError('E_FILE_SOURCE_CHANGED');
  return bytes;
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
