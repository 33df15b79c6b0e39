/** What this tab remembers by itself: never written down, gone when the tab goes or the person logs out. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Person {
  readonly accountId: string;
  readonly name: string;
}

/** The field holds an answer, or the new text of a message, instead of the draft. */
export type Writing =
  | { readonly what: 'reply'; readonly id: string }
  /** `text`: as it stood when the change began, and then as it is being changed. */
  | { readonly what: 'edit'; readonly id: string; readonly text: string };

export interface Memory {
  /** Latest first. */
  readonly recent: readonly Person[];
  /** Text that was typed but not sent, by the peer's account id; survives a lost connection. */
  readonly drafts: ReadonlyMap<string, string>;
  /** By the peer's account id. */
  readonly writing: ReadonlyMap<string, Writing>;
  /** The text of the invitation that the page was opened with, until it is taken or put away. */
  readonly invitation: string | null;
}

const EMPTY: Memory = { recent: [], drafts: new Map(), writing: new Map(), invitation: null };

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

/** null: it is a message like any other. */
export function setWriting(memory: StoreApi<Memory>, accountId: string, next: Writing | null): void {
  memory.setState(({ writing }) => {
    const after = new Map(writing);
    if (next === null) after.delete(accountId);
    else after.set(accountId, next);
    return { writing: after };
  });
}

/** Of whoever was here; an invitation is for whoever comes. */
export function forgetEverything(memory: StoreApi<Memory>): void {
  memory.setState(({ invitation }) => ({ ...EMPTY, invitation }), true);
}
