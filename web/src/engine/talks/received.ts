/** The verified parts of a file, in any order, until it is whole. */

/**
 * The type of what was received: never the sender's word, so that nothing of the sender's ever runs as a document of
 * this site. The name and its own type are the screens' to show.
 */
const SAFE_TYPE = 'application/octet-stream';

export class Received {
  /** By where they begin. A Blob leaves the memory of this process to the browser, which may put it on disk. */
  private readonly parts = new Map<number, Blob>();

  write({ offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> }): void {
    const before = this.parts.get(offset);
    if (before === undefined || before.size < bytes.length) this.parts.set(offset, new Blob([bytes]));
  }

  /** What came twice, in parts of other lengths, is there once. */
  whole(): Blob {
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
