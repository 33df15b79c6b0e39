import type { EngineClient, EngineMode, UserErrorCode } from '../engine/contract.ts';
import type { Duet } from '../screens/duet.tsx';
import { talksTo } from '../screens/lobby/use-call.ts';
import { awaitPerson, createMemory, setWriting } from '../screens/memory.ts';
import { toUserError } from '../screens/user-error.ts';
import { addNotice, connectStores, createStores } from '../state/index.ts';

/** What the person chose before, on this device. */
export interface Choices {
  readonly eraseOnDrop: boolean;
  readonly whoIsHere: boolean;
}

export interface WiredDuet {
  readonly duet: Duet;
  /** Once, after the first drawing. Until the page could begin it is tried again, and what is wrong is shown meanwhile. */
  readonly start: (mode: EngineMode, choices: Choices) => void;
}

/** Between two tries to begin, in milliseconds, unless the server asks for more. */
const AGAIN_MS = 5_000;

/** What may be otherwise the next time. */
const passing: ReadonlySet<UserErrorCode> = new Set(['relay-unreachable', 'relay-error', 'rate-limited']);

/** Stores, connected to an engine that has not been started yet: no event is missed. */
export function createDuet(client: EngineClient): WiredDuet {
  const stores = createStores();
  connectStores(stores, client);
  const memory = createMemory();
  const tell = (reason: unknown) => addNotice(stores, toUserError(reason));
  // What was being said to a message goes when its conversation is over, whichever one is on the screen by then.
  stores.conversations.subscribe(({ list }) => {
    for (const accountId of memory.getState().writing.keys()) {
      if (!talksTo(list, accountId)) setWriting(memory, accountId, null);
    }
    // Whoever is talked to is not waited for any more.
    for (const { accountId, name, state } of list) {
      if (!memory.getState().awaited.has(accountId) || (state !== 'establishing' && state !== 'secure'))
        continue;
      awaitPerson(memory, { accountId, name }, false);
      client.awaitPerson({ accountId, on: false }).catch(tell);
    }
  });
  const begin = async (mode: EngineMode): Promise<void> => {
    try {
      await client.start({ mode });
      memory.setState({ startTrouble: null });
    } catch (reason) {
      const trouble = toUserError(reason);
      // The screen has gone on: then it is news like any other.
      if (stores.app.getState().account.stage !== 'starting') return tell(reason);
      memory.setState({ startTrouble: trouble });
      if (!passing.has(trouble.code)) return;
      setTimeout(() => void begin(mode), Math.max(AGAIN_MS, trouble.retryAfterMs ?? 0));
    }
  };
  return {
    duet: { client, stores, memory },
    start: (mode, { eraseOnDrop, whoIsHere }) => {
      client.setEraseOnDrop({ on: eraseOnDrop }).catch(tell);
      client.setWhoIsHere({ on: whoIsHere }).catch(tell);
      void begin(mode);
    },
  };
}
