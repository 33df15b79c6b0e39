import { useEffect, useState } from 'react';
import type { UserError, UserView } from '../../engine/contract.ts';
import { useDuet } from '../duet.tsx';
import { toUserError } from '../user-error.ts';

export type Search =
  | { readonly state: 'idle' }
  | { readonly state: 'searching' }
  | { readonly state: 'found'; readonly people: readonly UserView[] }
  | { readonly state: 'failed'; readonly error: UserError };

/** Long enough that a person who types does not ask the relay for every letter. */
const PAUSE_MS = 200;

const IDLE: Search = { state: 'idle' };
const SEARCHING: Search = { state: 'searching' };

/** Live results for a prefix; an answer to an older question never replaces a newer one. */
export function useSearch(query: string): Search {
  const { client } = useDuet();
  const [answer, setAnswer] = useState<{ readonly query: string; readonly search: Search } | null>(null);

  useEffect(() => {
    if (query === '') return;
    let current = true;
    const show = (search: Search) => {
      if (current) setAnswer({ query, search });
    };
    const timer = setTimeout(() => {
      client.search({ query }).then(
        (people) => show({ state: 'found', people }),
        (reason: unknown) => show({ state: 'failed', error: toUserError(reason) }),
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [client, query]);

  if (query === '') return IDLE;
  return answer?.query === query ? answer.search : SEARCHING;
}
