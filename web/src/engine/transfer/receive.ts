/** The receiver's side of one file: every segment is verified before a byte of it is kept. */
import type { IncomingFile } from '../crypto/port.ts';

export interface ReceiveDeps {
  readonly file: IncomingFile;
  /** One more segment is verified; `done`: bytes of the file that are. */
  readonly onVerified: (done: number) => void;
  /** All segments are verified and the size is the promised one. */
  readonly onWhole: (blob: Blob) => void;
  /** Something did not verify: nothing of the file is kept. */
  readonly onDamaged: () => void;
}

/**
 * The type of what was received: never the sender's word, so that nothing of the sender's ever runs as a document of
 * this site. The name and its own type are the screens' to show.
 */
const SAFE_TYPE = 'application/octet-stream';

export class ReceiveFile {
  /** By index. A Blob leaves the memory of this process to the browser, which may put it on disk. */
  private parts: (Blob | undefined)[];
  private done = 0;
  private missing: number;
  private over = false;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly deps: ReceiveDeps) {
    this.missing = deps.file.segments;
    this.parts = new Array(this.missing);
  }

  /** Takes a CHUNK frame of this file. One after the other, in the order of arrival. */
  open(frame: Uint8Array): void {
    this.turn = this.turn.then(() => this.take(frame));
  }

  /** Stops, forgets what was received and wipes the key. */
  free(): void {
    this.over = true;
    this.parts = [];
    this.deps.file.free();
  }

  private async take(frame: Uint8Array): Promise<void> {
    if (this.over) return;
    let opened: Awaited<ReturnType<IncomingFile['open']>>;
    try {
      opened = await this.deps.file.open(frame);
    } catch {
      // Forged, altered or cut: which of these it was is nobody's business.
      if (!this.over) {
        this.over = true;
        this.parts = [];
        this.deps.onDamaged();
      }
      return;
    }
    const { index, bytes } = opened;
    // A segment that comes twice is the same one: it verified.
    if (this.over || this.parts[index] !== undefined) return;
    this.parts[index] = new Blob([bytes]);
    this.missing -= 1;
    this.done += bytes.length;
    this.deps.onVerified(this.done);
    if (this.missing === 0) this.finish();
  }

  private finish(): void {
    // `onVerified` may have led to `free`.
    if (this.over) return;
    this.over = true;
    const blob = new Blob(
      this.parts.filter((part) => part !== undefined),
      { type: SAFE_TYPE },
    );
    this.parts = [];
    if (blob.size === this.deps.file.size) this.deps.onWhole(blob);
    else this.deps.onDamaged();
  }
}
