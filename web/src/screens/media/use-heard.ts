import { useEffect, useRef } from 'react';
import { type Heard, hearOn, isHeard, NOTHING_HEARD } from './heard.ts';

export interface Played {
  readonly at: number;
  readonly playing: boolean;
  /** Seconds; 0: not known. */
  readonly duration: number;
}

/** Calls `heard` once enough of it was played: half of it, or what `enough` says. */
export function useHeard(
  { at, playing, duration }: Played,
  heard: () => void,
  enough: (heard: Heard, duration: number) => boolean = isHeard,
): void {
  const so_far = useRef(NOTHING_HEARD);
  useEffect(() => {
    so_far.current = hearOn(so_far.current, at, playing);
    if (enough(so_far.current, duration)) heard();
  }, [at, playing, duration, heard, enough]);
}
