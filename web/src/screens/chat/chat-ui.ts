/** What is open in one conversation besides its messages, for as long as it is on the screen. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A place in the window, in CSS pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Opened =
  | { readonly what: 'menu'; readonly id: string; readonly at: Place }
  | { readonly what: 'sheet' | 'take-back' | 'hide'; readonly id: string }
  /** To react to a message; null: to be written. */
  | { readonly what: 'emoji'; readonly id: string | null };

export interface ChatUi {
  /** Whom the conversation is with. */
  readonly accountId: string;
  readonly opened: Opened | null;
  /** Long messages that are shown whole. */
  readonly whole: ReadonlySet<string>;
  /** Messages whose former texts are shown. */
  readonly former: ReadonlySet<string>;
  /** A message to go to; a new object each time. */
  readonly target: { readonly id: string } | null;
  /** The message that shines a little, so that it is found. */
  readonly lit: string | null;
  /** A message was chosen to be answered or changed: a new object each time. */
  readonly chosen: object | null;
  /** Something to be said once, in passing. */
  readonly remark: string | null;
  /** A row grows by the reader's own hand: whoever was at the end stays where they look. */
  readonly hold: object | null;
}

export const createChatUi = (accountId: string): StoreApi<ChatUi> =>
  createStore(() => ({
    accountId,
    opened: null,
    whole: new Set<string>(),
    former: new Set<string>(),
    target: null,
    lit: null,
    chosen: null,
    remark: null,
    hold: null,
  }));

export const ChatUiContext = createContext<StoreApi<ChatUi> | null>(null);

export function useChatUi(): StoreApi<ChatUi> {
  const ui = useContext(ChatUiContext);
  if (ui === null) throw new TypeError('useChatUi is used outside a conversation');
  return ui;
}

/** The conversation that a part of the screen is in, for what is asked of the engine there. */
export const useTalkId = (): string => useUi(({ accountId }) => accountId);

export const useUi = <T>(select: (ui: ChatUi) => T): T => useStore(useChatUi(), select);

/** Shows a message whole, or its former texts, or not any more. */
export function toggle(ui: StoreApi<ChatUi>, what: 'whole' | 'former', id: string): void {
  ui.setState((before) => {
    const after = new Set(before[what]);
    if (!after.delete(id)) after.add(id);
    return { [what]: after, hold: {} };
  });
}
