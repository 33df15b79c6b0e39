/** One at a time, in the order of the calls. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    // The caller hears of a failure; the queue only waits for the end.
    turn.catch(() => undefined);
    return turn;
  }
}
