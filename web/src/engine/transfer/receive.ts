/** The receiver's side of one file: every chunk is verified before a byte of it is kept. */
import { CHUNK_LENGTH } from '@duet-chat/crypto';
import type { IncomingFile } from '../crypto/port.ts';

export interface ReceiveDeps {
  readonly file: IncomingFile;
  /** `chunks` more are verified; `done`: bytes of the file that are. */
  readonly onVerified: (done: number, chunks: number) => void;
  /** All chunks are verified and the size is the promised one. */
  readonly onWhole: (blob: Blob) => void;
  /** Something did not verify: nothing of the file is kept. */
  readonly onDamaged: () => void;
}

type Opened = Awaited<ReturnType<IncomingFile['open']>>;

/**
 * The type of what was received: never the sender's word, so that nothing of the sender's ever runs as a document of
 * this site. The name and its own type are the screens' to show.
 */
const SAFE_TYPE = 'application/octet-stream';

export class ReceiveFile {
  /**
   * What came together, by the number of its first chunk. A Blob leaves the memory of this process to the browser, which
   * may put it on disk.
   */
  private readonly parts = new Map<number, Blob>();
  private readonly held = new Set<number>();
  private done = 0;
  private missing: number;
  private over = false;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly deps: ReceiveDeps) {
    this.missing = deps.file.chunks;
  }

  /** Takes a CHUNK frame of this file. One after the other, in the order of arrival. */
  open(frame: Uint8Array): void {
    this.turn = this.turn.then(() => this.take(frame));
  }

  /** Stops, forgets what was received and wipes the key. */
  free(): void {
    this.over = true;
    this.parts.clear();
    this.deps.file.free();
  }

  private async take(frame: Uint8Array): Promise<void> {
    if (this.over) return;
    let opened: Opened;
    try {
      opened = await this.deps.file.open(frame);
    } catch {
      // Forged, altered or cut: which of these it was is nobody's business.
      if (!this.over) {
        this.over = true;
        this.parts.clear();
        this.deps.onDamaged();
      }
      return;
    }
    if (this.over) return;
    const chunks = this.missing;
    this.keep(opened);
    // Chunks that come twice are the same ones: they verified.
    if (this.missing === chunks) return;
    this.deps.onVerified(this.done, chunks - this.missing);
    if (this.missing === 0) this.finish();
  }

  /** Keeps the chunks of a frame that are not held yet, in runs as long as possible. */
  private keep({ index, count, bytes }: Opened): void {
    const end = index + count;
    for (let from = index; from < end; from += 1) {
      if (this.held.has(from)) continue;
      let to = from;
      for (; to < end && !this.held.has(to); to += 1) this.held.add(to);
      // The last chunks of a file are shorter, or all padding.
      const part = bytes.subarray((from - index) * CHUNK_LENGTH, (to - index) * CHUNK_LENGTH);
      this.parts.set(from, new Blob([part]));
      this.missing -= to - from;
      this.done += part.length;
      from = to;
    }
  }

  private finish(): void {
    // `onVerified` may have led to `free`.
    if (this.over) return;
    this.over = true;
    const parts = [...this.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const blob = new Blob(parts, { type: SAFE_TYPE });
    this.parts.clear();
    if (blob.size === this.deps.file.size) this.deps.onWhole(blob);
    else this.deps.onDamaged();
  }
}
