/** A conversation with an account: what the person does in it, and its files. */
import { checkedLength, copyOf, text, viewOf, wholeNumber } from '../bytes.js';
import { DuetError } from '../errors.js';
import { createIncomingFile, createOutgoingFile } from '../files/transfer.js';
import { emojiOf } from '../fingerprint.js';
import { callback, options, pass } from '../gate.js';
import type { ChunksWanted, Event, FileAct, MessageId } from '../generated/Client.js';
import type { Activity } from '../generated/Content.js';
import { CHUNK_MESSAGE_MAX } from '../generated/limits.js';
import { DESCRIPTOR } from '../generated/shapes.js';
import type { Bytes, FileDescriptor } from '../types.js';
import { Receiving, Sending, type Words } from './files.js';
import type { Inputs } from './inputs.js';
import type { Conversation, FileTransfer, ReceiveFileOptions, Sas, SendFileOptions } from './types.js';

export class HeldConversation implements Conversation, Words {
  readonly accountId: Bytes;
  readonly id: string;
  readonly #client: Inputs;
  readonly #sending = new Map<string, Sending>();
  readonly #receiving = new Map<string, Receiving>();

  constructor(client: Inputs, accountId: Bytes, id: string) {
    this.#client = client;
    this.accountId = accountId;
    this.id = id;
  }

  /** False for a proxy of one, which has nothing of its inside. */
  static is(conversation: unknown): conversation is HeldConversation {
    return typeof conversation === 'object' && conversation !== null && #client in conversation;
  }

  get sas(): Sas | undefined {
    const sas = this.#client.look((client) => client.sas(this.accountId)) as
      | { readonly session: number; readonly emoji: Bytes; readonly publicKey: Bytes }
      | undefined;
    return sas && { ...sas, emoji: emojiOf(sas.emoji) };
  }

  text(said: string, given: { readonly reply?: MessageId | undefined } = {}): MessageId {
    const { reply } = options(given);
    const checked = text(said, 'text');
    const of = reply === undefined ? undefined : text(reply, 'reply');
    return this.#client.step((client, at) => client.text(this.accountId, checked, of, at)) as MessageId;
  }

  edit(id: MessageId, said: string): MessageId {
    const [target, checked] = [text(id, 'id'), text(said, 'text')];
    return this.#client.step((client, at) => client.edit(this.accountId, target, checked, at)) as MessageId;
  }

  remove(id: MessageId): MessageId {
    const target = text(id, 'id');
    return this.#client.step((client, at) => client.remove(this.accountId, target, at)) as MessageId;
  }

  react(id: MessageId, emoji: string, set = true): MessageId {
    const [target, checked] = [text(id, 'id'), text(emoji, 'emoji')];
    return this.#client.step((client, at) =>
      client.react(this.accountId, target, set === true, checked, at),
    ) as MessageId;
  }

  typing(activity: Activity = 'typing'): void {
    this.#client.step((client, at) => client.typing(this.accountId, activity, at));
  }

  read(upTo: MessageId): void {
    const target = text(upTo, 'upTo');
    this.#client.step((client, at) => client.read(this.accountId, target, at));
  }

  viewed(id: MessageId): void {
    const target = text(id, 'id');
    this.#client.step((client, at) => client.viewed(this.accountId, target, at));
  }

  leave(): void {
    this.#client.step((client, at) => client.leave(this.accountId, at));
  }

  get exists(): boolean {
    return !this.#client.freed;
  }

  // ---- Files

  offerFile(descriptor: FileDescriptor): MessageId {
    const passed = pass(descriptor, DESCRIPTOR, 'descriptor');
    return this.#client.step((client, at) => client.offerFile(this.accountId, passed, at)) as MessageId;
  }

  file(file: Uint8Array, act: FileAct): void {
    const id = copyOf(file, 'file', 32);
    this.#client.step((client, at) => client.file(this.accountId, id, act, at));
  }

  chunk(wanted: ChunksWanted, given: Uint8Array): boolean {
    const { id, file, ...range } = options(wanted, 'wanted');
    const [envelope, fid] = [copyOf(id, 'wanted.id', 16), copyOf(file, 'wanted.file', 32)];
    const first = wholeNumber(range.first, 'wanted.first', 0, 0xffff_ffff);
    const count = wholeNumber(range.count, 'wanted.count', 0, 0xffff_ffff);
    const length = checkedLength(given, 'frame');
    if (length > CHUNK_MESSAGE_MAX) throw new DuetError('E_FRAME_LENGTH');
    const frame = viewOf(given, 0, length);
    const head = this.#handOver({ id: envelope, file: fid, first, count });
    if (head === undefined) return false;
    const message = new Uint8Array(head.length + length);
    message.set(head);
    message.set(frame, head.length);
    this.#client.send(message, 'chunk');
    return true;
  }

  made(wanted: ChunksWanted, message: Bytes | undefined): void {
    const head = this.#handOver(wanted);
    if (head === undefined || message === undefined) return;
    message.set(head);
    this.#client.send(message, 'chunk');
  }

  /** Gives the head of their envelope, if they are still wanted. */
  #handOver({ id, file, first, count }: ChunksWanted): Bytes | undefined {
    return this.#client.step((client, at) => client.chunk(this.accountId, id, file, first, count, at));
  }

  sendFile(given: SendFileOptions): FileTransfer {
    const file = options(given);
    callback(file.onProgress, 'onProgress');
    const outgoing = createOutgoingFile(file);
    let message: MessageId;
    try {
      message = this.offerFile(outgoing.descriptor);
    } catch (error) {
      outgoing.free();
      throw error;
    }
    const sending = new Sending(this, outgoing, message, file);
    this.#keep(this.#sending, sending);
    return sending;
  }

  receiveFile(descriptor: FileDescriptor, given: ReceiveFileOptions): FileTransfer {
    const how = options(given);
    if (callback(how.write, 'write') === undefined) throw new DuetError('E_ARGUMENT', 'write is needed');
    callback(how.onProgress, 'onProgress');
    const incoming = createIncomingFile({ descriptor, engine: how.engine ?? 'auto' });
    try {
      this.file(incoming.fid, 'accept');
    } catch (error) {
      incoming.free();
      throw error;
    }
    const receiving = new Receiving(this, incoming, how);
    this.#keep(this.#receiving, receiving);
    return receiving;
  }

  rejectFile(file: Uint8Array): void {
    this.file(file, 'reject');
  }

  opened(file: Bytes, first: number, count: number): void {
    this.#client.step((client, at) => client.chunksOpened(this.accountId, file, first, count, at));
  }

  /** Chunks came that are wanted. Without a handle of ours they are lost, and wanted again. */
  arrived(file: Bytes, frame: Bytes): void {
    this.#receiving.get(String(file))?.arrived(frame);
  }

  /** An event of this conversation's. False: it is the files' own business. */
  hears(event: Event): boolean {
    switch (event.type) {
      case 'chunksWanted': {
        const sending = this.#sending.get(String(event.wanted.file));
        sending?.wanted(event.wanted);
        return sending === undefined;
      }
      case 'fileSent':
        this.#sending.get(String(event.file))?.sent(event.chunks);
        return true;
      case 'fileControl': {
        const { file, op } = event.control;
        this.#sending.get(String(file))?.heard(op);
        this.#receiving.get(String(file))?.heard(op);
        return true;
      }
      case 'ended':
        this.drop();
        return true;
      default:
        return true;
    }
  }

  /** Nothing of it goes on. */
  drop(): void {
    for (const transfer of [...this.#sending.values(), ...this.#receiving.values()]) transfer.over();
  }

  #keep<T extends FileTransfer>(transfers: Map<string, T>, transfer: T): void {
    const file = String(transfer.file);
    transfers.set(file, transfer);
    const forget = () => transfers.delete(file);
    transfer.done.then(forget, forget);
  }
}
