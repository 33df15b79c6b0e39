/** Files between two people (protocol.md section 7): CHUNK frames of 1 to 64 chunks, on whichever engine. */
import { call, callWithSecret, on, release } from '../boundary.js';
import { checkedLength, copyOf, text, viewOf, wholeNumber } from '../bytes.js';
import { DISPOSE } from '../dispose.js';
import { DuetError } from '../errors.js';
import { isBlob, options as own, pass, signal as signalOf } from '../gate.js';
import {
  CHUNK_FRAME_HEAD_LENGTH,
  FRAME_CHUNKS_MAX,
  SEALED_CHUNK_LENGTH,
  TAG_LENGTH,
} from '../generated/limits.js';
import { DESCRIPTOR } from '../generated/shapes.js';
import type {
  Bytes,
  EngineMode,
  FileDescriptor,
  IncomingFile,
  OpenedChunks,
  OutgoingFile,
} from '../types.js';
import type { Transfer } from '../wasm/glue.js';
import { type ChunkCipher, chunkCipher } from './cipher.js';
import { BlobReader } from './source.js';

export interface OutgoingFileOptions {
  /** A snapshot: a file that changes while it is sent is noticed and not sent. */
  readonly source: Blob;
  /** At most 255 bytes of UTF-8. */
  readonly name: string;
  /** Printable ASCII, at most 255 bytes. */
  readonly mediaType: string;
  readonly kind?: FileDescriptor['kind'];
  readonly mode?: FileDescriptor['mode'];
  readonly durationMs?: number;
  readonly peaks?: Uint8Array;
  readonly preview?: Uint8Array;
  readonly engine?: EngineMode;
}

/**
 * Prepares a file for sending, under a fresh key. Send the descriptor in a message first.
 * @throws DuetError `E_FILE_TOO_LARGE`, `E_ENGINE_UNAVAILABLE`, `E_ARGUMENT`
 */
export function createOutgoingFile(options: OutgoingFileOptions): Outgoing {
  const [key, salt] = [call((wasm) => wasm.randomBytes(32)), call((wasm) => wasm.randomBytes(24))];
  return createOutgoingWith(options, key, salt);
}

/** {@link createOutgoingFile} under a key and a salt of the caller's: for test vectors. */
export function createOutgoingWith(given: OutgoingFileOptions, key: Bytes, salt: Bytes): Outgoing {
  const options = own(given);
  const { source } = options;
  if (!isBlob(source)) throw new DuetError('E_ARGUMENT', 'source must be a Blob');
  const descriptor: FileDescriptor = {
    key,
    salt,
    size: source.size,
    kind: options.kind ?? 'file',
    mode: options.mode ?? 'both',
    durationMs: wholeNumber(options.durationMs ?? 0, 'durationMs', 0, 0xffff_ffff),
    peaks: copyOf(options.peaks ?? new Uint8Array(0), 'peaks'),
    name: text(options.name, 'name'),
    mediaType: text(options.mediaType, 'mediaType'),
    preview: copyOf(options.preview ?? new Uint8Array(0), 'preview'),
  };
  return new Outgoing(source, descriptor, options.engine);
}

/**
 * Prepares for receiving the file of a descriptor.
 * @throws DuetError `E_FILE_TOO_LARGE`, `E_ENGINE_UNAVAILABLE`, `E_ARGUMENT`
 */
export function createIncomingFile(given: {
  readonly descriptor: FileDescriptor;
  readonly engine?: EngineMode;
}): Incoming {
  const { descriptor, engine } = own(given);
  return new Incoming(pass(descriptor, DESCRIPTOR, 'descriptor') as FileDescriptor, engine);
}

/** What both directions have: the cipher, the sizes, and the head of each frame. */
class Parts {
  readonly fid: Bytes;
  readonly chunks: number;
  readonly cipher: ChunkCipher;
  #layout: Transfer | undefined;

  constructor({ key, salt, size }: FileDescriptor, engine: EngineMode | undefined) {
    wholeNumber(size, 'descriptor.size');
    const [secret, public_] = [copyOf(key, 'descriptor.key', 32), copyOf(salt, 'descriptor.salt', 24)];
    const keys = callWithSecret((wasm) => wasm.FileCipher.ofTransfer(secret, public_, size));
    secret.fill(0);
    const fid = call(() => keys.commitment());
    const layout = call((wasm) => new wasm.Transfer(size, fid));
    this.fid = fid;
    this.#layout = layout;
    this.chunks = call(() => layout.chunks());
    const padded = call(() => layout.paddedSize());
    this.cipher = chunkCipher(keys, engine, padded);
  }

  get layout(): Transfer {
    if (this.#layout === undefined) throw new DuetError('E_FREED');
    return this.#layout;
  }

  range(index: number, count: number): [start: number, end: number] {
    const [start = 0, end = 0] = on(this.layout, (layout) => layout.fileRange(index, count));
    return [start, end];
  }

  free(): void {
    this.cipher.free();
    if (this.#layout !== undefined) release(this.#layout);
    this.#layout = undefined;
  }
}

/** An {@link OutgoingFile} as the client uses it. */
export class Outgoing implements OutgoingFile {
  readonly descriptor: FileDescriptor;
  readonly #source: BlobReader;
  readonly #parts: Parts;
  /** The tags of all chunks that were sealed, a thousandth of the file, in groups of 64; zeros where none was. */
  readonly #sealed = new Map<number, Bytes>();

  constructor(source: Blob, descriptor: FileDescriptor, engine: EngineMode | undefined) {
    this.descriptor = descriptor;
    this.#source = new BlobReader(source);
    this.#parts = new Parts(descriptor, engine);
  }

  get fid(): Bytes {
    return this.#parts.fid.slice();
  }

  get chunks(): number {
    return this.#parts.chunks;
  }

  async frame(index: number, count: number, given: { readonly signal?: AbortSignal } = {}): Promise<Bytes> {
    return this.frameAfter(0, index, count, signalOf(own(given).signal));
  }

  /** A CHUNK frame after so many zeros, where its envelope goes: a megabyte is not copied for the sake of 66 bytes. */
  async frameAfter(room: number, index: number, count: number, signal?: AbortSignal): Promise<Bytes> {
    const { layout, cipher, chunks } = this.#parts;
    signal?.throwIfAborted();
    wholeNumber(index, 'index', 0, chunks - 1);
    wholeNumber(count, 'count', 1, Math.min(FRAME_CHUNKS_MAX, chunks - index));
    const [start, end] = this.#parts.range(index, count);
    const length = call(() => layout.plaintextLength(index, count));
    const head = call(() => layout.head(index, count));

    const bytes = await this.#source.read(start, end);
    signal?.throwIfAborted();
    const plain = bytes.length === length ? bytes : padded(bytes, length);
    const frame = await cipher.seal(index, plain, index + count === chunks, room + head.length);
    signal?.throwIfAborted();
    frame.set(head, room);
    this.#refuseSecondContent(index, frame.subarray(room));
    return frame;
  }

  free(): void {
    this.#parts.free();
    this.#source.clear();
    this.descriptor.key.fill(0);
    this.#sealed.clear();
  }

  [DISPOSE](): void {
    this.free();
  }

  /**
   * One key and nonce must never seal two contents. A source that was read anew and gave other bytes shows in the
   * tags, and what was sealed then goes nowhere.
   */
  #refuseSecondContent(index: number, frame: Bytes): void {
    const known = tagsOf(frame).map((tag, chunk) => [this.#slot(index + chunk), tag] as const);
    if (known.some(([slot, tag]) => slot.some((byte) => byte !== 0) && !isSame(slot, tag))) {
      frame.fill(0);
      throw new DuetError('E_FILE_SOURCE_CHANGED');
    }
    for (const [slot, tag] of known) slot.set(tag);
  }

  /** Where the tag of a chunk is kept. */
  #slot(chunk: number): Bytes {
    const group = Math.floor(chunk / FRAME_CHUNKS_MAX);
    const tags = this.#sealed.get(group) ?? new Uint8Array(FRAME_CHUNKS_MAX * TAG_LENGTH);
    this.#sealed.set(group, tags);
    const at = (chunk % FRAME_CHUNKS_MAX) * TAG_LENGTH;
    return tags.subarray(at, at + TAG_LENGTH);
  }
}

/** An {@link IncomingFile} as the client uses it. */
export class Incoming implements IncomingFile {
  readonly size: number;
  readonly #parts: Parts;

  constructor(descriptor: FileDescriptor, engine: EngineMode | undefined) {
    this.size = descriptor.size;
    this.#parts = new Parts(descriptor, engine);
  }

  get fid(): Bytes {
    return this.#parts.fid.slice();
  }

  get chunks(): number {
    return this.#parts.chunks;
  }

  async open(frame: Uint8Array): Promise<OpenedChunks> {
    return this.#open(frame, (sealed) => copyOf(sealed, 'frame'));
  }

  /** {@link Incoming.open} of a frame that nobody else writes to: it is not copied. */
  async openOwn(frame: Bytes): Promise<OpenedChunks> {
    return this.#open(frame, (sealed) => sealed);
  }

  async #open(frame: Uint8Array, held: (sealed: Bytes) => Bytes): Promise<OpenedChunks> {
    const { layout, cipher, chunks } = this.#parts;
    // Everything is refused by its head and its length before anything is copied or decrypted.
    const length = checkedLength(frame, 'frame');
    const head = viewOf(frame, 0, Math.min(length, CHUNK_FRAME_HEAD_LENGTH));
    const [index = 0, count = 0] = call(() => layout.check(head, length));
    const last = index + count === chunks;
    const [start, end] = this.#parts.range(index, count);
    const sealed = held(viewOf(frame, CHUNK_FRAME_HEAD_LENGTH, length));
    const bytes = await cipher.open(index, sealed, last);
    return {
      index,
      count,
      last,
      offset: start,
      bytes: bytes.length === end - start ? bytes : bytes.slice(0, end - start),
    };
  }

  free(): void {
    this.#parts.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

function padded(bytes: Bytes, length: number): Bytes {
  const out = new Uint8Array(length);
  out.set(bytes);
  return out;
}

/** The tag of every chunk of a CHUNK frame. */
function tagsOf(frame: Bytes): Bytes[] {
  const chunks = Math.ceil((frame.length - CHUNK_FRAME_HEAD_LENGTH) / SEALED_CHUNK_LENGTH);
  return Array.from({ length: chunks }, (_, chunk) => {
    const end = Math.min(frame.length, CHUNK_FRAME_HEAD_LENGTH + (chunk + 1) * SEALED_CHUNK_LENGTH);
    return frame.subarray(end - TAG_LENGTH, end);
  });
}

function isSame(a: Bytes, b: Bytes): boolean {
  return a.every((byte, at) => byte === b[at]);
}
