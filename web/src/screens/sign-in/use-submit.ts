import { type FormEvent, useState } from 'react';
import type { UserError } from '../../engine/contract.ts';
import { toUserError } from '../user-error.ts';

export interface Submit {
  readonly busy: boolean;
  /** Of the latest attempt; null again as soon as the next one starts. */
  readonly error: UserError | null;
  readonly clear: () => void;
  readonly onSubmit: (event: FormEvent) => void;
}

/** A form that runs one command and shows its failure in place. `act` returns null when there is nothing to run. */
export function useSubmit(act: () => Promise<void> | null): Submit {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<UserError | null>(null);
  const run = async (running: Promise<void>) => {
    setBusy(true);
    await running.catch((reason: unknown) => setError(toUserError(reason)));
    setBusy(false);
  };
  return {
    busy,
    error,
    clear: () => setError(null),
    onSubmit: (event) => {
      event.preventDefault();
      setError(null);
      const running = act();
      if (running !== null) void run(running);
    },
  };
}
