/** Plays one sound or film, and tells of it. */
import type { FromViewer, Shown } from './messages.ts';

/** Past the end of everything: where the browser looks for the end of a recording that does not name its length. */
const FAR_SECONDS = 1e7;

/** Waits for one event of what plays or is played; fails when that does. Nobody listens any more afterwards. */
export function once(target: EventTarget, type: string): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  return new Promise<void>((resolve, reject) => {
    target.addEventListener(type, () => resolve(), { signal });
    target.addEventListener('error', () => reject(new TypeError('it cannot be played')), { signal });
  }).finally(() => over.abort());
}

/** The playing time in seconds, also of a recording that does not say it. Leaves the element at the start. */
export async function lengthOf(element: HTMLMediaElement): Promise<number> {
  if (Number.isFinite(element.duration)) return element.duration;
  const found = once(element, 'seeked');
  element.currentTime = FAR_SECONDS;
  await found;
  const length = Number.isFinite(element.duration) ? element.duration : element.currentTime;
  const back = once(element, 'seeked');
  element.currentTime = 0;
  await back;
  return length;
}

/** An element that is ready to play. */
export interface Loaded<E extends HTMLMediaElement> {
  readonly element: E;
  /** Seconds. */
  readonly duration: number;
  readonly close: () => void;
}

/** An element with the file in it, its first data there. */
export async function load<E extends HTMLMediaElement>(
  element: E,
  { file, mediaType }: Shown,
): Promise<Loaded<E>> {
  const address = URL.createObjectURL(new Blob([file], { type: mediaType }));
  const close = () => {
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(address);
  };
  try {
    const ready = once(element, 'loadeddata');
    element.preload = 'auto';
    element.src = address;
    await ready;
    return { element, duration: await lengthOf(element), close };
  } catch (error) {
    close();
    throw error;
  }
}

export class Player {
  #element: HTMLMediaElement | null = null;
  #duration = 0;
  #rate = 1;

  constructor(private readonly tell: (message: FromViewer) => void) {}

  get duration(): number {
    return this.#duration;
  }

  take(element: HTMLMediaElement, duration: number): void {
    this.#element = element;
    this.#duration = duration;
    element.playbackRate = this.#rate;
    for (const type of ['play', 'pause', 'timeupdate', 'seeked'])
      element.addEventListener(type, () => this.#told());
    element.addEventListener('ended', () => this.tell({ type: 'ended' }));
    // Of what plays while it arrives, the length is known for sure when all of it is there.
    element.addEventListener('durationchange', () => {
      if (Number.isFinite(element.duration)) this.#duration = element.duration;
    });
  }

  drop(): void {
    this.#element?.pause();
    this.#element = null;
    this.#duration = 0;
  }

  async play(): Promise<void> {
    // The browser may want a click of the person first: then it stays as it is, and says so.
    await this.#element?.play().catch(() => undefined);
    this.#told();
  }

  pause(): void {
    this.#element?.pause();
  }

  seek(at: number): void {
    if (this.#element !== null) this.#element.currentTime = Math.min(this.#duration, Math.max(0, at));
  }

  rate(rate: number): void {
    this.#rate = rate;
    if (this.#element !== null) this.#element.playbackRate = rate;
  }

  #told(): void {
    const element = this.#element;
    if (element === null) return;
    const { paused, currentTime } = element;
    this.tell({ type: 'playing', playing: !paused, at: currentTime, duration: this.#duration });
  }
}
