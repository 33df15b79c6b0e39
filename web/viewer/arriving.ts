/** The start of a file that is still coming. Whoever reads it waits for more, until all of it is there. */
export class Arriving {
  #start: Blob;
  #whole = false;
  #waiting: (() => void)[] = [];

  constructor(start: Blob) {
    this.#start = start;
  }

  /** More of it has come: `start` is all that is there now. */
  more(start: Blob, whole: boolean): void {
    this.#start = start;
    this.#whole = whole;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** From byte `from` on, at most `most` bytes, as soon as there are some. Null: there are no more. */
  async read(from: number, most: number): Promise<ArrayBuffer | null> {
    while (from >= this.#start.size) {
      if (this.#whole) return null;
      await this.#change();
    }
    return await this.#start.slice(from, from + most).arrayBuffer();
  }

  /** Fulfilled when all of it is there. */
  async whole(): Promise<Blob> {
    while (!this.#whole) await this.#change();
    return this.#start;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
