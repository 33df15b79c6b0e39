import { useEffect, useRef, useState } from 'react';
import type { UserError } from '../../engine/contract.ts';
import { toUserError } from '../user-error.ts';

export interface Job {
  readonly busy: boolean;
  /** Of the latest attempt; a cancelled one has none. */
  readonly error: UserError | null;
  readonly start: (work: (signal: AbortSignal) => Promise<void>) => void;
  readonly cancel: () => void;
}

/** Work of some seconds that the person may cancel, and that leaving the screen cancels too. */
export function useJob(): Job {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<UserError | null>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (work: (signal: AbortSignal) => Promise<void>) => {
    const job = new AbortController();
    running.current = job;
    setBusy(true);
    setError(null);
    try {
      await work(job.signal);
    } catch (reason) {
      if (!job.signal.aborted) setError(toUserError(reason));
    }
    if (running.current === job) setBusy(false);
  };

  return {
    busy,
    error,
    start: (work) => void run(work),
    cancel: () => running.current?.abort(),
  };
}
