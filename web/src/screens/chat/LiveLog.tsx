import { useEffect, useRef } from 'react';
import type { MessageView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { useDuet } from '../duet.tsx';
import { type Change, Changes } from './changes.ts';
import { shownName } from './file-name.ts';

/** Arrivals within this time are one burst. */
const BURST_MS = 400;
const MOST_LINES = 3;

/** Letters of a message that say which one it is. */
const EXCERPT = 80;

interface Line {
  /** Of the message. */
  readonly id: string;
  readonly text: string;
}

/** What is said about messages that arrived together: each one, or just how many. */
export function linesFor(arrived: readonly MessageView[], name: string, t: Text): readonly Line[] {
  const last = arrived.at(-1);
  if (last === undefined) return [];
  if (arrived.length > MOST_LINES) return [{ id: last.id, text: t.chat.newMessages(arrived.length) }];
  return arrived.map(({ id, body }) => {
    if (body.kind === 'note') return { id, text: t.chat.notes[body.note] };
    if (body.kind === 'taken-back') return { id, text: t.chat.takenBack(name) };
    const text = body.kind === 'text' ? body.text : `${t.transfer.file} ${shownName(body.transfer.name)}`;
    return { id, text: `${t.chat.says(name)} ${text}` };
  });
}

/** What is said about a change that the other person made. */
export function lineFor({ message: { id, body }, emoji }: Change, name: string, t: Text): Line | null {
  if (emoji === null) return body.kind === 'text' ? { id, text: t.chat.changed(name, body.text) } : null;
  const about = body.kind === 'text' ? body.text : body.kind === 'file' ? shownName(body.transfer.name) : '';
  return { id, text: t.chat.reacted(name, emoji, [...about].slice(0, EXCERPT).join('')) };
}

/**
 * The list itself is no live region, because a virtual list adds and removes rows by scrolling. Incoming messages
 * and notes are said here, once, and then forgotten. Written into the page by hand: React keeps what it drew before, also of
 * words that were taken back.
 */
export function LiveLog({ peerName }: { readonly peerName: string }) {
  const { t } = useWords();
  const { client, stores } = useDuet();
  const log = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const begun = Date.now();
    let arrived: MessageView[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let changed: Change[] = [];
    const changes = new Changes();
    changes.of(stores.messages.getState().byId.values());
    let shown: { readonly id: string; readonly element: HTMLElement }[] = [];
    const say = ({ id, text }: Line) => {
      const element = document.createElement('p');
      element.textContent = text;
      log.current?.append(element);
      shown.push({ id, element });
    };
    const keep = (isKept: (line: { readonly id: string }, index: number) => boolean) => {
      const kept = shown.filter(isKept);
      for (const line of shown) if (!kept.includes(line)) line.element.remove();
      shown = kept;
    };
    const forget = () => {
      clearTimeout(timer);
      timer = undefined;
      arrived = [];
      changed = [];
    };
    const tell = () => {
      // One utterance for a message: what it says by now is in the one about its arrival.
      const isNew = new Set(arrived.map(({ id }) => id));
      const later = changed.filter(({ message, emoji }) => emoji !== null || !isNew.has(message.id));
      for (const line of linesFor(arrived, peerName, t)) say(line);
      for (const line of later.flatMap((change) => lineFor(change, peerName, t) ?? [])) say(line);
      const first = shown.length - MOST_LINES;
      keep((_line, index) => index >= first);
      forget();
    };
    const stopChanges = client.subscribe((event) => {
      if (event.type === 'messages-cleared') changes.forget();
      if (event.type !== 'messages') return;
      changed.push(...changes.of(event.upsert));
      if (changed.length > 0) timer ??= setTimeout(tell, BURST_MS);
    });
    const stop = stores.messages.subscribe((state, before) => {
      // Erased is erased, also what was about to be said.
      if (state.order.length === 0) {
        forget();
        keep(() => false);
      }
      // And so is what was taken back, or removed.
      const stays = ({ id }: { readonly id: string }) => {
        const kind = state.byId.get(id)?.body.kind;
        return kind !== undefined && kind !== 'taken-back';
      };
      arrived = arrived.filter(stays).map((message) => state.byId.get(message.id) ?? message);
      changed = changed.filter(({ message }) => stays(message));
      keep(stays);
      for (const id of state.order.slice(before.order.length)) {
        const message = state.byId.get(id);
        // A conversation that comes to the screen brings what was said in it before: that is in the list.
        if (before.order.length === 0 && message !== undefined && message.at < begun) continue;
        if (message !== undefined && (!message.mine || message.body.kind === 'note')) arrived.push(message);
      }
      if (arrived.length > 0) timer ??= setTimeout(tell, BURST_MS);
    });
    return () => {
      stop();
      stopChanges();
      forget();
      keep(() => false);
    };
  }, [client, stores, peerName, t]);

  return (
    <div
      ref={log}
      role="log"
      translate="no"
      aria-live="polite"
      aria-relevant="additions"
      className="sr-only"
      data-testid="live-log"
    />
  );
}
