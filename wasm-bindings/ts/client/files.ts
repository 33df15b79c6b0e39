/** Files on their way: the core says which chunks, the file objects seal and open them. */
import { DuetError } from '../errors.js';
import type { Incoming, Outgoing } from '../files/transfer.js';
import type { ChunksWanted, FileAct } from '../generated/Client.js';
import type { FileOp } from '../generated/Content.js';
import { CHUNK_LENGTH, ENVELOPE_HEAD_LENGTH } from '../generated/limits.js';
import { told } from '../report.js';
import { Serial } from '../serial.js';
import type { Bytes, Progress } from '../types.js';
import type { FileTransfer, MessageId, ReceiveFileOptions } from './types.js';

/** What the files of a conversation may say in it. */
export interface Words {
  /** Whether the client is still there. */
  readonly exists: boolean;
  file(file: Bytes, act: FileAct): void;
  /** Chunks of our own making, after room for the head of their envelope; nothing if they could not be made. */
  made(wanted: ChunksWanted, message: Bytes | undefined): void;
  /** Chunks of the peer's file are open: they are genuine. */
  opened(file: Bytes, first: number, count: number): void;
}

/** What both directions have in common. */
abstract class Moving implements FileTransfer {
  abstract readonly message: MessageId | undefined;
  readonly file: Bytes;
  readonly size: number;
  readonly done: Promise<void>;
  protected readonly conversation: Words;
  readonly #object: { free(): void };
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(
    conversation: Words,
    object: { readonly fid: Bytes; free(): void },
    size: number,
    onProgress: ((progress: Progress) => void) | undefined,
  ) {
    this.conversation = conversation;
    this.file = object.fid;
    this.size = size;
    this.#object = object;
    this.#onProgress = onProgress;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not wait for the end need not hear of it.
    this.done.catch(() => undefined);
  }

  get live(): boolean {
    return this.#settle !== undefined;
  }

  pause(): void {
    this.conversation.file(this.file, 'pause');
  }

  resume(): void {
    this.conversation.file(this.file, 'resume');
  }

  cancel(): void {
    this.conversation.file(this.file, 'cancel');
    this.over();
  }

  /** The other side's word. */
  heard(op: FileOp): void {
    if (op === 'done') this.end();
    else if (op === 'reject' || op === 'cancel') this.over();
  }

  over(): void {
    this.end(new DuetError('E_TRANSFER_OVER'));
  }

  protected tell(done: number): void {
    told(this.#onProgress, { done: Math.min(done, this.size), total: this.size });
  }

  /** Well, or with an error. */
  protected end(error?: unknown): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    this.#object.free();
    if (error === undefined) settle.resolve();
    else settle.reject(error);
  }

  /** Something on this side does not work: the other side hears of it, too. */
  protected fail(error: unknown): void {
    if (!this.live) return;
    try {
      this.conversation.file(this.file, 'cancel');
    } catch {
      // The conversation is over: there is nobody to tell.
    }
    this.end(error);
  }
}

export class Sending extends Moving {
  readonly message: MessageId;
  readonly #outgoing: Outgoing;

  constructor(
    conversation: Words,
    outgoing: Outgoing,
    message: MessageId,
    { onProgress }: { readonly onProgress?: ((progress: Progress) => void) | undefined },
  ) {
    super(conversation, outgoing, outgoing.descriptor.size, onProgress);
    this.#outgoing = outgoing;
    this.message = message;
  }

  wanted(wanted: ChunksWanted): void {
    // Also when it is not wanted any more, or cannot be made: the core keeps its room on the line until it hears of it.
    const give = (message: Bytes | undefined) => {
      if (this.conversation.exists) this.conversation.made(wanted, message);
    };
    const { first, count } = wanted;
    this.#outgoing.frameAfter(ENVELOPE_HEAD_LENGTH, first, count).then(give, (error: unknown) => {
      this.fail(error);
      give(undefined);
    });
  }

  sent(chunks: number): void {
    this.tell(chunks * CHUNK_LENGTH);
  }
}

export class Receiving extends Moving {
  readonly message = undefined;
  readonly #incoming: Incoming;
  readonly #write: ReceiveFileOptions['write'];
  /** One bit for each chunk that is here. */
  readonly #held: Uint8Array;
  readonly #turns = new Serial();
  #missing: number;
  #received = 0;

  constructor(conversation: Words, incoming: Incoming, options: ReceiveFileOptions) {
    super(conversation, incoming, incoming.size, options.onProgress);
    this.#incoming = incoming;
    this.#write = options.write;
    this.#missing = incoming.chunks;
    this.#held = new Uint8Array(Math.ceil(incoming.chunks / 8));
  }

  arrived(frame: Bytes): void {
    void this.#turns.run(() => this.#take(frame)).catch((error: unknown) => this.fail(error));
  }

  async #take(frame: Bytes): Promise<void> {
    if (!this.live) return;
    const opened = await this.#incoming.openOwn(frame).catch((error: unknown) => {
      // Not the peer's. It is wanted again.
      if (error instanceof DuetError && error.class !== 'package') return undefined;
      throw error;
    });
    if (opened === undefined || !this.live) return;
    const { index, count, offset, bytes } = opened;
    const chunks = Array.from({ length: count }, (_, at) => index + at);
    if (chunks.some((chunk) => !this.#has(chunk))) {
      if (bytes.length > 0) await this.#write({ offset, bytes });
      if (!this.live) return;
      this.#received += bytes.length;
      for (const chunk of chunks) this.#mark(chunk);
    }
    this.conversation.opened(this.file, index, count);
    this.tell(this.#received);
    if (this.#missing > 0) return;
    this.conversation.file(this.file, 'done');
    this.end();
  }

  #has(chunk: number): boolean {
    return ((this.#held[chunk >> 3] ?? 0) & (1 << (chunk & 7))) !== 0;
  }

  #mark(chunk: number): void {
    if (this.#has(chunk)) return;
    this.#held[chunk >> 3] = (this.#held[chunk >> 3] ?? 0) | (1 << (chunk & 7));
    this.#missing -= 1;
  }
}
