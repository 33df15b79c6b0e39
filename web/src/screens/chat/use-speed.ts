import { useEffect, useRef, useState } from 'react';

/** The speed is that of the last seconds: long enough to be calm, short enough to notice a stall. */
const WINDOW_MS = 3_000;
const REFRESH_MS = 1_000;

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Bytes per second over the window; null until two samples are far enough apart. */
export function speedOf(samples: readonly Sample[], now: number): number | null {
  const first = samples.find(({ at }) => now - at <= WINDOW_MS) ?? samples.at(-1);
  const last = samples.at(-1);
  if (first === undefined || last === undefined || now - first.at < REFRESH_MS / 2) return null;
  return Math.max(0, ((last.done - first.done) * 1000) / (now - first.at));
}

/** How fast a running transfer moves, refreshed once a second whether or not it does. */
export function useSpeed(done: number, running: boolean): number | null {
  const samples = useRef<Sample[]>([]);
  const [speed, setSpeed] = useState<number | null>(null);

  useEffect(() => {
    const now = performance.now();
    samples.current = [...samples.current.filter(({ at }) => now - at <= 2 * WINDOW_MS), { at: now, done }];
  }, [done]);

  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setSpeed(speedOf(samples.current, performance.now())), REFRESH_MS);
    return () => clearInterval(timer);
  }, [running]);

  return running ? speed : null;
}
