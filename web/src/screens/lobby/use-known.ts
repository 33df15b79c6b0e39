import { useEffect, useState } from 'react';
import type { PersonView, TrustView } from '../../engine/contract.ts';
import { useConversation, useDuet, useMemory } from '../duet.tsx';
import type { Person } from '../memory.ts';

export interface Known extends Person {
  readonly trust: TrustView;
}

/**
 * Whom one can call with one press: those of this tab, latest first, then everybody whose key is remembered on this
 * device. Asked at the start, and when somebody new may have been met.
 */
export function useKnown(): readonly Known[] {
  const { client } = useDuet();
  const recent = useMemory((memory) => memory.recent);
  const conversation = useConversation();
  const met = conversation?.state === 'secure' ? conversation.peer.accountId : null;
  const [people, setPeople] = useState<readonly PersonView[] | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer is no reason to ask again.
  useEffect(() => {
    if (met === null && people !== null) return;
    let current = true;
    const show = (list: readonly PersonView[]) => {
      if (current) setPeople(list);
    };
    // A device that cannot read its keys says so where they are needed; the search finds everybody all the same.
    client.people().then(show, () => show([]));
    return () => {
      current = false;
    };
  }, [client, met]);

  const trusts = new Map(people?.map(({ accountId, trust }) => [accountId, trust]));
  const lately = new Set(recent.map(({ accountId }) => accountId));
  return [
    ...recent.map((person) => ({ ...person, trust: trusts.get(person.accountId) ?? ('unknown' as const) })),
    ...(people ?? [])
      .filter(({ accountId }) => !lately.has(accountId))
      .map(({ accountId, fingerprint, trust }) => ({ accountId, name: fingerprint.name, trust })),
  ];
}
