/** When the client looks at the clock. */
import { now } from '../clock.js';

/** A timer fires at most this late while the machine is awake. */
const LATE_MS = 1_000;
/** What came while the machine slept is heard before a timer that slept as well decides that nothing came. */
const LISTEN_MS = 250;
/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** One timer. */
export class Alarm {
  readonly #look: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(look: () => void) {
    this.#look = look;
  }

  /** Looks at this time, in ms since 1970, and at no other. */
  set(due: number | undefined): void {
    this.clear();
    if (due === undefined) return;
    const wait = Math.min(Math.max(0, due - now()), LONGEST_MS);
    this.#timer = setTimeout(() => {
      if (now() - due > LATE_MS) this.soon();
      else this.#look();
    }, wait);
  }

  /** Looks in a moment. */
  soon(): void {
    this.clear();
    this.#timer = setTimeout(() => this.#look(), LISTEN_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
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
