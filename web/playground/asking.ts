/** The page's side of the border to a worker. */
import { scriptAddress } from '../src/app/trusted-types.ts';
import type { Call, Calls, FromWorker } from './messages.ts';
import workerAddress from './worker.ts?worker&url';

interface Waiting {
  tell(news: unknown): void;
  give(result: unknown): void;
  fail(error: Error): void;
}

export class Asking {
  readonly #worker = new Worker(scriptAddress(workerAddress), { type: 'module' });
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #dead: Error | undefined;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      const waiting = this.#waiting.get(data.id);
      if (waiting === undefined) return;
      if ('tells' in data) return waiting.tell(data.tells);
      this.#waiting.delete(data.id);
      if ('gives' in data) waiting.give(data.gives);
      else waiting.fail(new Error(data.failed));
    });
    this.#worker.addEventListener('error', () => {
      const dead = new Error('The worker of this page has stopped: load the page again.');
      this.#dead = dead;
      for (const { fail } of this.#waiting.values()) fail(dead);
      this.#waiting.clear();
    });
  }

  /** Asks for something. `signal` stops it, if it is something that can be stopped. */
  ask<C extends Call>(
    call: C,
    takes: Calls[C]['takes'],
    {
      tell,
      signal,
    }: { readonly tell?: (news: Calls[C]['tells']) => void; readonly signal?: AbortSignal } = {},
  ): Promise<Calls[C]['gives']> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    this.#last += 1;
    const id = this.#last;
    signal?.addEventListener('abort', () => this.#worker.postMessage({ id, cancel: true }));
    return new Promise((give, fail) => {
      this.#waiting.set(id, {
        tell: (news) => tell?.(news as Calls[C]['tells']),
        give: (result) => give(result as Calls[C]['gives']),
        fail,
      });
      this.#worker.postMessage({ id, call, takes });
    });
  }
}
