/** The verified parts of a file, in any order, until it is whole. */

/**
 * The type of what was received: never the sender's word, so that nothing of the sender's ever runs as a document of
 * this site. The name and its own type are the screens' to show.
 */
const SAFE_TYPE = 'application/octet-stream';

/** How many bytes are gathered for one Blob: to make one takes a browser milliseconds, however small. */
const GATHERED = 1024 * 1024;

export class Received {
  /** By where they begin. A Blob leaves the memory of this process to the browser, which may put it on disk. */
  private readonly parts = new Map<number, Blob>();
  /** What came last, by where it begins, and how many bytes that is. */
  private readonly loose = new Map<number, Uint8Array<ArrayBuffer>>();
  private gathered = 0;
  /** What {@link Received.start} found, and where it ends. */
  private begun = new Blob([], { type: SAFE_TYPE });
  private end = 0;

  write({ offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> }): void {
    const before = this.loose.get(offset)?.length ?? 0;
    if (bytes.length <= Math.max(before, this.parts.get(offset)?.size ?? 0)) return;
    this.loose.set(offset, bytes);
    this.gathered += bytes.length - before;
    if (this.gathered >= GATHERED) this.settle();
  }

  /** Makes Blobs of what is loose, one of what lies without a gap. */
  private settle(): void {
    let run: Uint8Array<ArrayBuffer>[] = [];
    let [begin, end] = [0, 0];
    const put = () => {
      if (end - begin > (this.parts.get(begin)?.size ?? 0)) this.parts.set(begin, new Blob(run));
    };
    for (const [offset, bytes] of [...this.loose].sort(([a], [b]) => a - b)) {
      if (offset !== end) {
        put();
        run = [];
        begin = offset;
      }
      run.push(bytes);
      end = offset + bytes.length;
    }
    put();
    this.loose.clear();
    this.gathered = 0;
  }

  /** As much of it as there is without a gap. */
  start(): Blob {
    this.settle();
    const pieces: Blob[] = [];
    for (let piece = this.further(); piece !== null; piece = this.further()) {
      pieces.push(piece);
      this.end += piece.size;
    }
    if (pieces.length > 0) this.begun = new Blob([this.begun, ...pieces], { type: SAFE_TYPE });
    return this.begun;
  }

  /** What goes on where the start ends. A part that begins in the start may reach further. */
  private further(): Blob | null {
    const next = this.parts.get(this.end);
    if (next !== undefined) return next;
    for (const [offset, part] of this.parts) {
      if (offset < this.end && offset + part.size > this.end) return part.slice(this.end - offset);
    }
    return null;
  }

  /** What came twice, in parts of other lengths, is there once. */
  whole(): Blob {
    this.settle();
    const pieces: Blob[] = [];
    let end = 0;
    for (const [offset, part] of [...this.parts].sort(([a], [b]) => a - b)) {
      if (offset + part.size <= end) continue;
      pieces.push(part.slice(Math.max(0, end - offset)));
      end = offset + part.size;
    }
    return new Blob(pieces, { type: SAFE_TYPE });
  }
}
