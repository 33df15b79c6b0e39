/** How much of something was really heard or watched: not what was skipped. */
export interface Heard {
  /** Seconds that were played. */
  readonly seconds: number;
  /** Where it was when it was last told; null: it did not run. */
  readonly at: number | null;
}

export const NOTHING_HEARD: Heard = { seconds: 0, at: null };

/** Longer than this between two tellings, at twice the speed, is a jump. Seconds. */
const JUMP = 2.5;

export function hearOn({ seconds, at: before }: Heard, at: number, playing: boolean): Heard {
  const played = before === null ? 0 : at - before;
  const more = played > 0 && played < JUMP ? played : 0;
  return { seconds: seconds + more, at: playing ? at : null };
}

/** A film of which that much was played was seen; seconds. */
const GLANCE = 1;

/** Some of it: whoever only opens something that plays has not seen it. */
export const isWatched = ({ seconds }: Heard, duration: number): boolean =>
  seconds >= (duration > 0 ? Math.min(GLANCE, duration / 2) : GLANCE);

/** Half of it: then its sender learns of it. */
export const isHeard = ({ seconds }: Heard, duration: number): boolean =>
  duration > 0 && seconds >= duration / 2;
