import type { EngineClient, EngineMode } from '../engine/contract.ts';
import type { Duet } from '../screens/duet.tsx';
import { createMemory } from '../screens/memory.ts';
import { toUserError } from '../screens/user-error.ts';
import { addNotice, connectStores, createStores } from '../state/index.ts';

export interface WiredDuet {
  readonly duet: Duet;
  /** Once, after the first drawing. A failure is told as a notice. */
  readonly start: (mode: EngineMode, eraseOnDrop: boolean) => void;
}

/** Stores, connected to an engine that has not been started yet: no event is missed. */
export function createDuet(client: EngineClient): WiredDuet {
  const stores = createStores();
  connectStores(stores, client);
  return {
    duet: { client, stores, memory: createMemory() },
    start: (mode, eraseOnDrop) => {
      const tell = (reason: unknown) => addNotice(stores, toUserError(reason));
      client.setEraseOnDrop({ on: eraseOnDrop }).catch(tell);
      client.start({ mode }).catch(tell);
    },
  };
}
