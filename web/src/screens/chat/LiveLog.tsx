import { useEffect, useState } from 'react';
import type { MessageView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { useDuet } from '../duet.tsx';
import { shownName } from './file-name.ts';

/** Arrivals within this time are one burst. */
const BURST_MS = 400;
const MOST_LINES = 3;

interface Line {
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

/**
 * The list itself is no live region, because a virtual list adds and removes rows by scrolling. Incoming messages
 * and notes are said here, once, and then forgotten.
 */
export function LiveLog({ peerName }: { readonly peerName: string }) {
  const { t } = useWords();
  const { stores } = useDuet();
  const [lines, setLines] = useState<readonly Line[]>([]);

  useEffect(() => {
    const begun = Date.now();
    let arrived: MessageView[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = () => {
      clearTimeout(timer);
      timer = undefined;
      arrived = [];
    };
    const tell = () => {
      const added = linesFor(arrived, peerName, t);
      setLines((before) => [...before, ...added].slice(-MOST_LINES));
      arrived = [];
      timer = undefined;
    };
    const stop = stores.messages.subscribe((state, before) => {
      // Erased is erased, also what was about to be said.
      if (state.order.length === 0) {
        forget();
        setLines([]);
      }
      // And so is what was taken back, or removed.
      const stays = ({ id }: { readonly id: string }) => {
        const kind = state.byId.get(id)?.body.kind;
        return kind !== undefined && kind !== 'taken-back';
      };
      arrived = arrived.filter(stays);
      setLines((shown) => (shown.every(stays) ? shown : shown.filter(stays)));
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
      forget();
    };
  }, [stores, peerName, t]);

  return (
    <div role="log" aria-live="polite" aria-relevant="additions" className="sr-only" data-testid="live-log">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
