/** What this tab remembers by itself: never written down, gone when the tab goes or the person logs out. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Person {
  readonly accountId: string;
  readonly name: string;
}

export interface Memory {
  /** Latest first. */
  readonly recent: readonly Person[];
  /** Text that was typed but not sent, by the peer's account id; survives a lost connection. */
  readonly drafts: ReadonlyMap<string, string>;
}

const EMPTY: Memory = { recent: [], drafts: new Map() };

const MAX_RECENT = 12;

export const createMemory = (): StoreApi<Memory> => createStore(() => EMPTY);

export function remember(memory: StoreApi<Memory>, person: Person): void {
  memory.setState(({ recent }) => ({
    recent: [person, ...recent.filter(({ accountId }) => accountId !== person.accountId)].slice(
      0,
      MAX_RECENT,
    ),
  }));
}

export function keepDraft(memory: StoreApi<Memory>, accountId: string, text: string): void {
  memory.setState((before) => {
    const drafts = new Map(before.drafts);
    if (text === '') drafts.delete(accountId);
    else drafts.set(accountId, text);
    return { drafts };
  });
}

export function forgetEverything(memory: StoreApi<Memory>): void {
  memory.setState(EMPTY, true);
}
