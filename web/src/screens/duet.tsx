/** What every screen may reach: the engine's commands, the stores that its events fill, and this tab's memory. */
import { createContext, type ReactNode, useContext } from 'react';
import { type StoreApi, useStore } from 'zustand';
import type {
  AppView,
  ConversationSummary,
  ConversationView,
  EngineClient,
  IncomingView,
} from '../engine/contract.ts';
import { addNotice, type MessagesState, type Notice, type Stores } from '../state/index.ts';
import type { Memory } from './memory.ts';
import { toUserError } from './user-error.ts';

export interface Duet {
  readonly client: EngineClient;
  readonly stores: Stores;
  readonly memory: StoreApi<Memory>;
}

const DuetContext = createContext<Duet | null>(null);

export function DuetProvider({ duet, children }: { readonly duet: Duet; readonly children: ReactNode }) {
  return <DuetContext value={duet}>{children}</DuetContext>;
}

export function useDuet(): Duet {
  const duet = useContext(DuetContext);
  if (duet === null) throw new TypeError('useDuet is used outside DuetProvider');
  return duet;
}

export const useApp = <T,>(select: (app: AppView) => T): T => useStore(useDuet().stores.app, select);

export const useConversation = (): ConversationView | null =>
  useStore(useDuet().stores.conversation, ({ current }) => current);

export const useConversations = (): readonly ConversationSummary[] =>
  useStore(useDuet().stores.conversations, ({ list }) => list);

export const useMessages = <T,>(select: (messages: MessagesState) => T): T =>
  useStore(useDuet().stores.messages, select);

export const useIncoming = (): readonly IncomingView[] =>
  useStore(useDuet().stores.incoming, ({ list }) => list);

/** Whether somebody is here, in the disc's words. */
export const usePresence = (): ((accountId: string) => 'unknown' | 'here' | 'away') => {
  const here = useStore(useDuet().stores.presence, (state) => state.here);
  return (accountId) => {
    const known = here.get(accountId);
    return known === undefined ? 'unknown' : known ? 'here' : 'away';
  };
};

export const useNotices = (): readonly Notice[] => useStore(useDuet().stores.notices, ({ list }) => list);

/** How far a backup is made or read, from 0 to 1; null while none is. */
export const useBackupProgress = (): number | null => useStore(useDuet().stores.backup, ({ done }) => done);

export const useMemory = <T,>(select: (memory: Memory) => T): T => useStore(useDuet().memory, select);

/**
 * Runs a command whose failure is told as a notice. Resolves to whether it succeeded, so that a caller can put
 * back what the person typed; it never rejects.
 */
export function useCommand(): (command: (client: EngineClient) => Promise<unknown>) => Promise<boolean> {
  const { client, stores } = useDuet();
  return async (command) => {
    try {
      await command(client);
      return true;
    } catch (reason) {
      addNotice(stores, toUserError(reason));
      return false;
    }
  };
}
