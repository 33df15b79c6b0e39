/** Files on their way, by their names: the package moves them, and here is what the screens learn of it. */
import { toText } from '../bytes.ts';
import type { EngineMode, TransferView } from '../contract.ts';
import { packageCode } from '../errors.ts';
import type { Bytes, Conversation, FileDescriptor } from '../port.ts';
import { fittingName, fittingType } from './file-name.ts';
import { Received } from './received.ts';

/** Progress is shown at most ten times a second. */
const PROGRESS_MS = 100;

export interface FilesDeps {
  readonly mode: () => EngineMode;
  readonly now: () => number;
  readonly maxFileBytes: () => number;
  readonly change: (accountId: string, fid: string, change: Partial<TransferView>) => void;
  /** Tells the person of a defect. */
  readonly report: (error: unknown) => void;
}

/** A file of the peer's, as its message names and describes it. */
export interface PeersFile {
  readonly file: Bytes;
  readonly descriptor: FileDescriptor;
}

export class Files {
  private readonly moving = new Map<string, { cancel(): void }>();
  /** Files that came with a call, by account: they are had when there is a session. */
  private readonly announced = new Map<string, readonly PeersFile[]>();

  constructor(private readonly deps: FilesDeps) {}

  /**
   * Offers a file. Gives the name of its message.
   * @throws EngineError `file-empty-name`
   */
  send(
    conversation: Conversation,
    accountId: string,
    source: File,
  ): { readonly message: string; readonly transfer: TransferView } {
    const [name, mediaType, { size }] = [fittingName(source.name), fittingType(source.type), source];
    const progress = this.progress();
    const sending = conversation.sendFile({
      source,
      name,
      mediaType,
      engine: this.deps.mode(),
      onProgress: ({ done }) => progress(() => this.deps.change(accountId, fid, { done })),
    });
    const fid = toText(sending.file);
    this.watch(accountId, fid, sending, () => ({ state: 'done' }), 'source-changed');
    const transfer = { fid, name, mediaType, size, done: 0, state: 'offered' } as const;
    return { message: sending.message ?? fid, transfer };
  }

  announce(accountId: string, file: PeersFile): void {
    this.announced.set(accountId, [...(this.announced.get(accountId) ?? []), file]);
  }

  /** There is a session (`take`), or there will be none. */
  settleAnnounced(conversation: Conversation, accountId: string, take: boolean): void {
    const files = this.announced.get(accountId) ?? [];
    this.announced.delete(accountId);
    if (take) for (const file of files) this.receive(conversation, accountId, file);
  }

  /** Takes a file of the peer's without asking: the person chose whom to talk to. */
  receive(conversation: Conversation, accountId: string, { file, descriptor }: PeersFile): void {
    const fid = toText(file);
    const { change, maxFileBytes, mode } = this.deps;
    const received = new Received();
    const progress = this.progress();
    try {
      if (!(descriptor.size <= maxFileBytes())) {
        change(accountId, fid, { state: 'rejected' });
        conversation.rejectFile(file);
        return;
      }
      const receiving = conversation.receiveFile(descriptor, {
        write: (part) => received.write(part),
        engine: mode(),
        onProgress: ({ done }) => progress(() => change(accountId, fid, { done })),
      });
      change(accountId, fid, { state: 'transferring' });
      const whole = () => ({ state: 'done', blob: received.whole() }) as const;
      this.watch(accountId, fid, receiving, whole, 'interrupted');
    } catch (error) {
      // Nothing that can be received, or the conversation ended meanwhile.
      if (packageCode(error) === null) throw error;
      change(accountId, fid, { state: 'interrupted' });
    }
  }

  cancel(accountId: string, fid: string): void {
    const moving = this.moving.get(fid);
    if (moving === undefined) return;
    this.deps.change(accountId, fid, { state: 'cancelled-by-me' });
    moving.cancel();
  }

  forget(): void {
    this.moving.clear();
    this.announced.clear();
  }

  /** Ended by a word of either side, a file has its state already. */
  private watch(
    accountId: string,
    fid: string,
    transfer: { readonly done: Promise<void>; cancel(): void },
    whole: () => Partial<TransferView>,
    failed: 'source-changed' | 'interrupted',
  ): void {
    this.moving.set(fid, transfer);
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
      .finally(() => this.moving.delete(fid));
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
