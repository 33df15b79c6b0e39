import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useDuet, useMemory } from '../duet.tsx';
import { hasArrived, type Person } from '../memory.ts';

/** Whoever is waited for has come: that is told once, and the relay is not asked about them any more. */
export function useAwaited(tell: (person: Person) => void): void {
  const { client, memory, stores } = useDuet();
  const awaited = useMemory((state) => state.awaited);
  const here = useStore(stores.presence, (state) => state.here);
  useEffect(() => {
    for (const person of awaited.values()) {
      const { accountId } = person;
      if (here.get(accountId) !== true) continue;
      hasArrived(memory, person);
      client.awaitPerson({ accountId, on: false }).catch(() => undefined);
      tell(person);
    }
  }, [awaited, here, client, memory, tell]);
}
