import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { useCommand, useDuet, useMemory } from '../duet.tsx';
import { awaitPerson, type Person } from '../memory.ts';
import { toConversation } from '../to-conversation.ts';

/** Begins to wait for somebody, about whom the relay is asked from then on, or ends that. */
export function useAwaitPerson(): (person: Person, on: boolean) => Promise<void> {
  const { memory } = useDuet();
  const run = useCommand();
  return async (person, on) => {
    const { accountId } = person;
    const pressed = document.activeElement;
    if (!(await run((client) => client.awaitPerson({ accountId, on })))) return;
    awaitPerson(memory, person, on);
    // The button that was pressed goes with it: one reads on in the conversation.
    if (document.activeElement === pressed) toConversation();
  };
}

/** Tells of each who is waited for and has come, once each time. */
export function useAwaited(tell: (person: Person) => void): void {
  const { client, memory, stores } = useDuet();
  const awaited = useMemory((state) => state.awaited);
  const here = useStore(stores.presence, (state) => state.here);
  const told = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const arrived = [...awaited.values()].filter(({ accountId }) => here.get(accountId) === true);
    for (const person of arrived) if (!told.current.has(person.accountId)) tell(person);
    // Our own line is down: nothing is known of them, and they have not gone for that.
    const still = [...awaited.keys()].filter((id) => !here.has(id) && told.current.has(id));
    told.current = new Set([...arrived.map(({ accountId }) => accountId), ...still]);
  }, [awaited, here, tell]);
  // The engine forgets whom one waits for when the account is not open any more; this tab does not, as long as one is signed in.
  useEffect(() => {
    for (const accountId of memory.getState().awaited.keys())
      client.awaitPerson({ accountId, on: true }).catch(() => undefined);
  }, [client, memory]);
}
