/** Files on their way, by their names: the package moves them, and here is what the screens learn of it. */
import { toText } from '../bytes.ts';
import type { EngineMode, FileToSend, TransferView } from '../contract.ts';
import { packageCode } from '../errors.ts';
import { PLAIN } from '../media-view.ts';
import type { Bytes, Conversation, FileDescriptor } from '../port.ts';
import { fittingName, fittingType } from './file-name.ts';
import { Received } from './received.ts';
import { Turns } from './turns.ts';

/** Progress is shown at most ten times a second. */
const PROGRESS_MS = 100;

/** What its sender says can be watched: it plays while it arrives. */
const playable: ReadonlySet<FileDescriptor['kind']> = new Set(['video', 'videoMessage']);

export interface FilesDeps {
  readonly mode: () => EngineMode;
  readonly now: () => number;
  readonly maxFileBytes: () => number;
  readonly change: (accountId: string, fid: string, change: Partial<TransferView>) => void;
  /** The person stopped it for now, or goes on with it. */
  readonly paused: (accountId: string, fid: string, paused: boolean) => void;
  /** Tells the person of a defect. */
  readonly report: (error: unknown) => void;
}

/** A file of the peer's, as its message names and describes it. */
export interface PeersFile {
  readonly file: Bytes;
  readonly descriptor: FileDescriptor;
}

interface Moving {
  cancel(): void;
  pause?(): void;
  resume?(): void;
}

export class Files {
  private readonly moving = new Map<string, Moving>();
  /** Files that came with a call, by account: they are had when there is a session. */
  private readonly announced = new Map<string, readonly PeersFile[]>();
  private readonly turns = new Turns();

  constructor(private readonly deps: FilesDeps) {}

  /**
   * Offers a file. Gives the name of its message.
   * @throws EngineError `file-empty-name`
   */
  send(
    conversation: Conversation,
    accountId: string,
    toSend: FileToSend,
  ): { readonly message: string; readonly transfer: TransferView } {
    const { file: source, ...said } = toSend;
    const media = { ...PLAIN, ...said };
    const [name, mediaType, { size }] = [fittingName(source.name), fittingType(source.type), source];
    const progress = this.progress();
    const sending = conversation.sendFile({
      ...media,
      source,
      name,
      mediaType,
      engine: this.deps.mode(),
      onProgress: ({ done }) => progress(() => this.deps.change(accountId, fid, { done })),
    });
    const fid = toText(sending.file);
    this.watch(accountId, fid, sending, () => ({ state: 'done' }), 'source-changed');
    this.moving.set(fid, sending);
    const transfer = {
      ...media,
      fid,
      name,
      mediaType,
      size,
      done: 0,
      state: 'offered',
      pausedBy: [],
      seen: false,
    } as const;
    return { message: sending.message ?? fid, transfer: { ...transfer, blob: source } };
  }

  announce(accountId: string, file: PeersFile): void {
    this.announced.set(accountId, [...(this.announced.get(accountId) ?? []), file]);
  }

  /** There is a session (`take`), or there will be none. */
  settleAnnounced(conversation: Conversation, accountId: string, take: boolean): void {
    const files = this.announced.get(accountId) ?? [];
    this.announced.delete(accountId);
    if (take) for (const file of files) this.receive(conversation, accountId, file);
    else this.turns.forget(accountId);
  }

  /**
   * Takes a file of the peer's without asking, for the person chose whom to talk to: one after the other, and what is to be
   * heard or watched at once before what is to be kept.
   */
  receive(conversation: Conversation, accountId: string, file: PeersFile): void {
    const fid = toText(file.file);
    const { kind } = file.descriptor;
    if (!(file.descriptor.size <= this.deps.maxFileBytes())) {
      this.deps.change(accountId, fid, { state: 'rejected' });
      this.attempt(accountId, fid, () => conversation.rejectFile(file.file));
      return;
    }
    const begin = () => {
      const taken = this.attempt(accountId, fid, () => this.take(conversation, accountId, file));
      if (!taken) this.turns.over(accountId, fid);
    };
    // As long as it waits for its turn, there is nothing to stop but the wish for it.
    const cancel = () => {
      this.turns.over(accountId, fid);
      this.attempt(accountId, fid, () => conversation.rejectFile(file.file));
      this.moving.delete(fid);
    };
    this.moving.set(fid, { cancel });
    this.turns.ask(accountId, fid, kind === 'voice' || kind === 'videoMessage', begin);
  }

  cancel(accountId: string, fid: string): void {
    const moving = this.moving.get(fid);
    if (moving === undefined) return;
    this.deps.change(accountId, fid, { state: 'cancelled-by-me' });
    moving.cancel();
  }

  /** What is stopped lets the next one come. */
  pause(accountId: string, fid: string, paused: boolean): void {
    const moving = this.moving.get(fid);
    if (moving?.pause === undefined || moving.resume === undefined) return;
    try {
      if (paused) moving.pause();
      else moving.resume();
    } catch (error) {
      // It is over or not under way yet, and what the screen says of it stays.
      if (packageCode(error) === null) throw error;
      return;
    }
    this.deps.paused(accountId, fid, paused);
    if (paused) this.turns.over(accountId, fid);
  }

  /** The peer stopped it, for good or for now. */
  stopped(accountId: string, fid: string): void {
    this.turns.over(accountId, fid);
  }

  forget(): void {
    this.moving.clear();
    this.announced.clear();
    this.turns.forgetAll();
  }

  /** Its turn has come. */
  private take(conversation: Conversation, accountId: string, { descriptor }: PeersFile): void {
    const { change, mode } = this.deps;
    const received = new Received();
    const plays = playable.has(descriptor.kind) && descriptor.mode !== 'downloadOnly';
    const progress = this.progress();
    const receiving = conversation.receiveFile(descriptor, {
      write: (part) => received.write(part),
      engine: mode(),
      onProgress: ({ done }) =>
        progress(() => change(accountId, fid, plays ? { done, arriving: received.start() } : { done })),
    });
    const fid = toText(receiving.file);
    change(accountId, fid, { state: 'transferring' });
    const whole = () => ({ state: 'done', blob: received.whole() }) as const;
    this.watch(accountId, fid, receiving, whole, 'interrupted');
    this.moving.set(fid, receiving);
  }

  /** What cannot be done any more, because the file or the conversation is over, is not a defect. */
  private attempt(accountId: string, fid: string, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (packageCode(error) === null) throw error;
      this.deps.change(accountId, fid, { state: 'interrupted' });
      return false;
    }
  }

  /** Ended by a word of either side, a file has its state already. */
  private watch(
    accountId: string,
    fid: string,
    transfer: { readonly done: Promise<void> },
    whole: () => Partial<TransferView>,
    failed: 'source-changed' | 'interrupted',
  ): void {
    transfer.done
      .then(
        () => this.deps.change(accountId, fid, whole()),
        (error: unknown) => {
          const code = packageCode(error);
          if (code === 'E_TRANSFER_OVER') return;
          this.deps.change(accountId, fid, { state: failed });
          // Whatever keeps a file from being read as it was: it was changed, moved, or its disk is gone.
          if (code !== 'E_FILE_SOURCE_CHANGED' && code !== 'E_FILE_SOURCE') this.deps.report(error);
        },
      )
      .finally(() => {
        this.moving.delete(fid);
        this.turns.over(accountId, fid);
      });
  }

  private progress(): (show: () => void) => void {
    let shownAt = 0;
    return (show) => {
      const at = this.deps.now();
      if (at - shownAt < PROGRESS_MS) return;
      shownAt = at;
      show();
    };
  }
}
