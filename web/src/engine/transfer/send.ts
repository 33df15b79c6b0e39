/** The sender's side of one file: seals the chunks that were wanted, one frame after the other, as the socket has room. */
import { CHUNK_LENGTH, FILE_NAME_MAX, FRAME_CHUNKS_MAX, MEDIA_TYPE_MAX } from '@duet-chat/crypto';
import type { OutgoingFile } from '../crypto/port.ts';
import { EngineError, packageCode } from '../errors.ts';
import type { Fate } from '../socket/outbox.ts';

export interface SendDeps {
  readonly file: OutgoingFile;
  /** Bytes of the file. */
  readonly size: number;
  /** `handed`: called when the socket took the frame. */
  readonly send: (frame: Uint8Array, signal: AbortSignal, handed: () => void) => Promise<Fate>;
  /** `done`: bytes that the relay has written to the peer; `chunks`: how many were handed over just now. */
  readonly onSent: (done: number, chunks: number) => void;
  /** `defect`: set when it was not the file that failed. */
  readonly onFailed: (defect?: unknown) => void;
  /** The relay could not deliver a frame. */
  readonly onUndelivered: (fate: 'offline' | 'refused') => void;
}

/** What one frame carries: chunks that follow each other, all of one WANT (protocol.md section 7.2). */
interface Run {
  readonly index: number;
  readonly count: number;
}

export class SendFile {
  private readonly wanted: Run[] = [];
  /** Chunks, each once, however often it was wanted. */
  private readonly arrived = new Set<number>();
  private readonly stopped = new AbortController();
  private working = false;

  constructor(private readonly deps: SendDeps) {}

  want(index: number, count: number): void {
    for (let at = index; at < index + count; at += FRAME_CHUNKS_MAX) {
      this.wanted.push({ index: at, count: Math.min(FRAME_CHUNKS_MAX, index + count - at) });
    }
    if (!this.working) void this.work();
  }

  /** Stops and wipes the key. */
  free(): void {
    this.stopped.abort();
    this.deps.file.free();
  }

  private async work(): Promise<void> {
    const { signal } = this.stopped;
    this.working = true;
    try {
      for (let run = this.wanted.shift(); run !== undefined; run = this.wanted.shift()) {
        const frame = await this.deps.file.frame(run.index, run.count, { signal });
        await this.hand(run, frame);
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      // Whatever keeps the file from being read as it was: it was changed, moved, or its disk is gone.
      const code = packageCode(error);
      const unreadable = code === 'E_FILE_SOURCE_CHANGED' || code === 'E_FILE_SOURCE';
      this.deps.onFailed(unreadable ? undefined : error);
    } finally {
      this.working = false;
    }
  }

  /** Resolves when the socket has taken the frame, so that sealing never runs ahead of sending. */
  private hand({ index, count }: Run, frame: Uint8Array): Promise<void> {
    return new Promise((taken, failed) => {
      const handed = () => {
        this.deps.onSent(this.done, count);
        taken();
      };
      this.deps.send(frame, this.stopped.signal, handed).then((fate) => {
        // Also when it was never handed over: whoever waits must go on.
        taken();
        if (this.stopped.signal.aborted || fate === 'lost') return;
        if (fate !== 'delivered') return this.deps.onUndelivered(fate);
        for (let chunk = index; chunk < index + count; chunk += 1) this.arrived.add(chunk);
        this.deps.onSent(this.done, 0);
      }, failed);
    });
  }

  private get done(): number {
    return Math.min(this.arrived.size * CHUNK_LENGTH, this.deps.size);
  }
}

/** The ending that a shortened name keeps. */
const ENDING_CHARACTERS = 16;

/**
 * A name that fits: cut in the middle of what comes before the ending, never inside a character.
 * @throws EngineError `file-empty-name`
 */
export function fittingName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new EngineError('file-empty-name');
  const encoder = new TextEncoder();
  const bytes = (text: string) => encoder.encode(text).length;
  if (bytes(trimmed) <= FILE_NAME_MAX) return trimmed;
  const dot = trimmed.lastIndexOf('.');
  const ending = dot > 0 && trimmed.length - dot <= ENDING_CHARACTERS ? trimmed.slice(dot) : '';
  const stem = [...trimmed.slice(0, trimmed.length - ending.length)];
  while (bytes(stem.join('') + ending) > FILE_NAME_MAX) stem.pop();
  return stem.join('') + ending;
}

/** What the platform calls the file's type, if a descriptor can hold it. */
export function fittingType(type: string): string {
  return type.length <= MEDIA_TYPE_MAX && /^[\x20-\x7e]*$/.test(type) ? type : '';
}
