/** When the client looks at the clock. */
import { now } from '../clock.js';

/** A timer fires at most this late while the machine is awake. */
const LATE_MS = 1_000;
/** What came while the machine slept is heard before a timer that slept as well decides that nothing came. */
const LISTEN_MS = 250;
/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * One timer. It is set anew after every input, mostly for later, and a platform's timer costs more than many an input: so one that
 * runs already is kept where it ends in time, and goes on for the rest.
 */
export class Alarm {
  readonly #look: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer ends. */
  #ends = 0;
  #due = 0;

  constructor(look: () => void) {
    this.#look = look;
  }

  /** Looks at this time, in ms since 1970, and at no other. */
  set(due: number | undefined): void {
    if (due === undefined) {
      this.clear();
      return;
    }
    this.#due = due;
    if (this.#timer === undefined || this.#ends > due) this.#start();
  }

  /** Looks in a moment. */
  soon(): void {
    this.clear();
    this.#ends = this.#due = now() + LISTEN_MS;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#due > this.#ends) this.#start();
      else this.#look();
    }, LISTEN_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    this.clear();
    const [at, due] = [now(), this.#due];
    const wait = Math.min(Math.max(0, due - at), LONGEST_MS);
    this.#ends = at + wait;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (now() - this.#ends > LATE_MS) this.soon();
      else if (this.#due > this.#ends) this.#start();
      else this.#look();
    }, wait);
  }
}

/** Calls whenever the platform may have slept, or has a network again. Gives what ends that. */
export function onWakeUp(wake: () => void): () => void {
  const places: [EventTarget | undefined, string][] = [
    [globalThis.document, 'visibilitychange'],
    [globalThis.window ?? globalThis.self, 'online'],
    [globalThis.window, 'pageshow'],
  ];
  for (const [target, type] of places) target?.addEventListener?.(type, wake);
  return () => {
    for (const [target, type] of places) target?.removeEventListener?.(type, wake);
  };
}
