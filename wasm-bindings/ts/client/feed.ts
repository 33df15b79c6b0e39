/** Events on their way to whoever listens: in order, and never inside the call that caused them. */
import type { DuetError } from '../errors.js';
import type { ClientEvent, ClientFailure } from './types.js';

export class Feed {
  readonly #target: EventTarget;
  readonly #readers = new Set<Reader>();
  #waiting: ClientEvent[] = [];
  #ended = false;
  #failure: DuetError | undefined;

  constructor(target: EventTarget) {
    this.#target = target;
  }

  tell(event: ClientEvent): void {
    if (this.#waiting.push(event) === 1) queueMicrotask(() => this.#deliver());
  }

  /** Everything from now on. */
  reader(): AsyncIterator<ClientEvent> {
    const reader = new Reader(() => this.#readers.delete(reader));
    this.#readers.add(reader);
    if (this.#failure !== undefined) reader.fail(this.#failure);
    else if (this.#ended) reader.end();
    return reader;
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
  }

  /** Nothing comes any more: whoever reads now or later hears why, and whoever listens hears it once. */
  fail(error: DuetError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = error;
    for (const reader of this.#readers) reader.fail(error);
    const detail: ClientFailure = { type: 'failed', error };
    queueMicrotask(() => this.#target.dispatchEvent(new CustomEvent(detail.type, { detail })));
  }

  #deliver(): void {
    const events = this.#waiting;
    this.#waiting = [];
    for (const event of events) {
      if (this.#ended) return;
      for (const reader of this.#readers) reader.push(event);
      this.#target.dispatchEvent(new CustomEvent(event.type, { detail: event }));
    }
  }
}

interface Waiting {
  readonly resolve: (result: IteratorResult<ClientEvent>) => void;
  readonly reject: (error: unknown) => void;
}

/** One loop's view. */
class Reader implements AsyncIterator<ClientEvent> {
  readonly #leave: () => void;
  readonly #events: ClientEvent[] = [];
  readonly #waiting: Waiting[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  push(event: ClientEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#events.push(event);
    else waiting.resolve({ value: event, done: false });
  }

  end(): void {
    this.#ended = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  fail(error: unknown): void {
    this.#ended = true;
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) this.#failure = { error };
    for (const { reject } of waiting) reject(error);
  }

  next(): Promise<IteratorResult<ClientEvent>> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<ClientEvent>> {
    this.#leave();
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }
}
