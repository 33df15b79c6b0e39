/** What a held microphone means: the pointer's ways, told apart. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Let go sooner, it was a click: it goes on without being held. Milliseconds. */
const CLICK_MS = 350;
/** CSS pixels: so far up it goes on without being held, so far aside it is thrown away. */
const LOCK = 56;
const AWAY = 96;

/** On its way. */
export function moved(from: Point, to: Point): 'held' | 'locked' | 'discarded' {
  if (from.y - to.y >= LOCK) return 'locked';
  return Math.abs(from.x - to.x) >= AWAY ? 'discarded' : 'held';
}

/** Let go after `ms`; `recording`: the browser had given the microphone by then. */
export const released = (ms: number, recording: boolean): 'locked' | 'sent' =>
  recording && ms >= CLICK_MS ? 'sent' : 'locked';
