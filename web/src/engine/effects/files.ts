/** Files on their way, by `fid`; and the person's own before they have one, by a number. */
import { toText } from '../bytes.ts';
import type { EngineMode } from '../contract.ts';
import type { CryptoPort, FileDescriptor, IncomingFile, OutgoingFile } from '../crypto/port.ts';
import { packageCode, toUserError } from '../errors.ts';
import type { SessionId } from '../ids.ts';
import type { Address, EffectOf } from '../machine/effects.ts';
import type { Event } from '../machine/events.ts';
import type { FileFacts } from '../machine/state.ts';
import type { Outbox } from '../socket/outbox.ts';
import { ReceiveFile } from '../transfer/receive.ts';
import { fittingName, fittingType, SendFile } from '../transfer/send.ts';

export interface FilesDeps {
  readonly crypto: Pick<CryptoPort, 'createOutgoingFile' | 'createIncomingFile'>;
  readonly mode: () => EngineMode;
  readonly outbox: Outbox;
  readonly dispatch: (event: Event) => void;
  /** Bytes of a CHUNK that was sent or received. */
  readonly count: (bytes: number) => void;
  /** Tells the person of a defect. */
  readonly report: (error: unknown) => void;
}

/** A file of the peer's that nobody has begun to fetch. Whoever holds it frees it. */
export interface Announced {
  readonly file: IncomingFile;
  readonly facts: FileFacts;
}

/** Null: authentic, and nothing that can be received. */
export function announce(
  {
    crypto,
    mode,
  }: { readonly crypto: Pick<CryptoPort, 'createIncomingFile'>; readonly mode: () => EngineMode },
  descriptor: FileDescriptor,
): Announced | null {
  let file: IncomingFile;
  try {
    file = crypto.createIncomingFile({ descriptor, engine: mode() });
  } catch (error) {
    if (packageCode(error) === null) throw error;
    return null;
  }
  const { name, mediaType, size } = descriptor;
  return { file, facts: { fid: toText(file.fid), name, mediaType, size, chunks: file.chunks } };
}

export class Files {
  private nextRef = 1;
  /** What the person picked: references, no bytes. */
  private readonly picked = new Map<number, File>();
  private readonly prepared = new Map<string, { readonly file: OutgoingFile; readonly size: number }>();
  private readonly sending = new Map<string, SendFile>();
  private readonly receiving = new Map<string, ReceiveFile>();

  constructor(private readonly deps: FilesDeps) {}

  /** Gives the machine a name for a file that it cannot hold. */
  keep(file: File): number {
    const ref = this.nextRef++;
    this.picked.set(ref, file);
    return ref;
  }

  prepare(ref: number): void {
    const source = this.picked.get(ref);
    this.picked.delete(ref);
    if (source === undefined) return;
    try {
      const [name, mediaType, engine] = [
        fittingName(source.name),
        fittingType(source.type),
        this.deps.mode(),
      ];
      const file = this.deps.crypto.createOutgoingFile({ source, name, mediaType, engine });
      const { size } = source;
      const fid = toText(file.fid);
      this.prepared.set(fid, { file, size });
      const facts = { fid, name, mediaType, size, chunks: file.chunks };
      this.deps.dispatch({ type: 'file-prepared', ref, facts, descriptor: file.descriptor });
    } catch (error) {
      this.deps.dispatch({ type: 'file-unprepared', ref, error: toUserError(error) });
    }
  }

  describe({ sid, seq, descriptor }: EffectOf<'describe-file'>) {
    const announced = announce(this.deps, descriptor);
    // Authentic, and nothing that can be received.
    if (announced === null) return this.deps.dispatch({ type: 'refused', sid, why: 'wrong' });
    this.take(sid, seq, announced);
  }

  /** Makes ready to receive it. */
  take(sid: SessionId, seq: number, { file, facts }: Announced) {
    const { fid } = facts;
    const { dispatch } = this.deps;
    // A descriptor that is sent twice, or our own sent back, describes a file that is there already.
    if ([this.prepared, this.sending, this.receiving].some((table) => table.has(fid))) return file.free();
    const receiver = new ReceiveFile({
      file,
      onVerified: (done, chunks) => dispatch({ type: 'file-verified', fid, done, chunks }),
      onWhole: (blob) => dispatch({ type: 'file-whole', fid, blob }),
      onDamaged: () => dispatch({ type: 'file-failed', fid, why: 'damaged' }),
    });
    this.receiving.set(fid, receiver);
    dispatch({ type: 'file-described', sid, seq, facts });
  }

  open(fid: string, frame: Uint8Array): void {
    this.deps.count(frame.length);
    this.receiving.get(fid)?.open(frame);
  }

  send({ conversation, fid, index, count, address }: EffectOf<'send-chunks'>): void {
    const sender = this.sending.get(fid) ?? this.start(conversation, fid, address);
    sender?.want(index, count);
  }

  private start(conversation: number, fid: string, address: Address): SendFile | undefined {
    const prepared = this.prepared.get(fid);
    if (prepared === undefined) return undefined;
    const { dispatch, outbox } = this.deps;
    const sender = new SendFile({
      ...prepared,
      send: (frame, signal, handed) => {
        this.deps.count(frame.length);
        return outbox.chunk(address, frame, signal, handed);
      },
      onSent: (done, chunks) => dispatch({ type: 'file-sent', fid, done, chunks }),
      onFailed: (defect) => {
        if (defect !== undefined) this.deps.report(defect);
        dispatch({ type: 'file-failed', fid, why: 'source-changed' });
      },
      onUndelivered: (status) => dispatch({ type: 'undelivered', conversation, about: 'chunk', status }),
    });
    this.prepared.delete(fid);
    this.sending.set(fid, sender);
    return sender;
  }

  wipe(file: string | number): void {
    if (typeof file === 'number') {
      this.picked.delete(file);
      return;
    }
    this.prepared.get(file)?.file.free();
    this.sending.get(file)?.free();
    this.receiving.get(file)?.free();
    for (const table of [this.prepared, this.sending, this.receiving]) table.delete(file);
  }

  wipeAll(): void {
    this.picked.clear();
    for (const fid of [...this.prepared.keys(), ...this.sending.keys(), ...this.receiving.keys()])
      this.wipe(fid);
  }
}
