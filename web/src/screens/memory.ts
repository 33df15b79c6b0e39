/** What this tab remembers by itself: never written down, gone when the tab goes or the person logs out. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { UserError } from '../engine/contract.ts';
import type { Recorded, What } from './media/record/recorder.ts';

export interface Person {
  readonly accountId: string;
  readonly name: string;
}

/** The field holds an answer, or the new text of a message, instead of the draft. */
export type Writing =
  | { readonly what: 'reply'; readonly id: string }
  /** `text`: as it stood when the change began, and then as it is being changed. */
  | { readonly what: 'edit'; readonly id: string; readonly text: string };

/** What was recorded, and neither sent nor thrown away. */
export interface Kept {
  readonly what: What;
  readonly recorded: Promise<Recorded>;
  /** It ended because no more fits. */
  readonly full: boolean;
}

export interface Memory {
  /** Latest first. */
  readonly recent: readonly Person[];
  /** Text that was typed but not sent, by the peer's account id; survives a lost connection. */
  readonly drafts: ReadonlyMap<string, string>;
  /** By the peer's account id. */
  readonly writing: ReadonlyMap<string, Writing>;
  /** By the peer's account id. */
  readonly recordings: ReadonlyMap<string, Kept>;
  /** Those who are waited for, by account id: that they are here is said as long as they are. */
  readonly awaited: ReadonlyMap<string, Person>;
  /** Account ids of those who make no sound. */
  readonly muted: ReadonlySet<string>;
  /** Why the page could not begin yet; null while it has not failed. It is tried again by itself. */
  readonly startTrouble: UserError | null;
  /** A newer version of the page is here, and waits. */
  readonly update: (() => void) | null;
  /** The text of the invitation that the page was opened with, until it is taken or put away. */
  readonly invitation: string | null;
}

const EMPTY: Memory = {
  recent: [],
  drafts: new Map(),
  writing: new Map(),
  recordings: new Map(),
  awaited: new Map(),
  muted: new Set(),
  startTrouble: null,
  update: null,
  invitation: null,
};

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

/** null: it was sent or thrown away. */
export function keepRecording(memory: StoreApi<Memory>, accountId: string, kept: Kept | null): void {
  memory.setState((before) => {
    const recordings = new Map(before.recordings);
    if (kept === null) recordings.delete(accountId);
    else recordings.set(accountId, kept);
    return { recordings };
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

/** `on`: from now on one waits for them. */
export function awaitPerson(memory: StoreApi<Memory>, person: Person, on: boolean): void {
  memory.setState((before) => {
    const awaited = new Map(before.awaited);
    if (on) awaited.set(person.accountId, person);
    else awaited.delete(person.accountId);
    return { awaited };
  });
}

export function mute(memory: StoreApi<Memory>, accountId: string, on: boolean): void {
  memory.setState(({ muted }) => {
    const after = new Set(muted);
    if (on) after.add(accountId);
    else after.delete(accountId);
    return { muted: after };
  });
}

/** Of whoever was here; an invitation is for whoever comes, and a newer version for everybody. */
export function forgetEverything(memory: StoreApi<Memory>): void {
  memory.setState(({ invitation, update }) => ({ ...EMPTY, invitation, update }), true);
}
