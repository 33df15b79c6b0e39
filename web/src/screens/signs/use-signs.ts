import { useCallback, useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { useApp, useConversation, useConversations, useIncoming, useMemory } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { newsFrom, ringing, waiting } from './news.ts';
import { notify, takeBack } from './notify.ts';
import { chime, ring } from './sound.ts';
import { useAwaited } from './use-awaited.ts';
import { isAway, useAway, useHidden } from './use-away.ts';

export interface SignsOptions {
  /** The conversation is in front of everything else. */
  readonly inFront: boolean;
  readonly notify: boolean;
  readonly sounds: boolean;
}

/**
 * What is seen and heard of Duet while one looks elsewhere: the number in the title and on the icon, a sound, a notification.
 * Gives whether something was missed so far.
 */
export function useSigns({ inFront, notify: wanted, sounds }: SignsOptions): boolean {
  const { t } = useWords();
  const incoming = useIncoming();
  const conversations = useConversations();
  const muted = useMemory((memory) => memory.muted);
  const current = useConversation()?.peer ?? null;
  const [hidden, away] = [useHidden(), useAway()];
  const [missed, setMissed] = useState(false);
  const at = inFront && !hidden ? (current?.accountId ?? null) : null;

  const count = waiting(conversations, incoming, { at });
  // Of several tabs the one that is in use can be told by its name.
  const replaced = useApp((app) => app.connection.state === 'replaced');
  const name = replaced ? t.elsewhere.label('') : current?.name;
  useEffect(() => {
    const title = name === undefined ? t.app.name : `${t.app.name} · ${name}`;
    document.title = count > 0 ? `(${count}) ${title}` : title;
  }, [count, name, t]);
  useEffect(() => showBadge(count), [count]);
  useEffect(() => () => showBadge(0), []);

  // Looked at when something happens: what is chosen meanwhile is no reason to say it again.
  const choices = useRef({ wanted, sounds, at, muted, t });
  useEffect(() => {
    choices.current = { wanted, sounds, at, muted, t };
  });

  const before = useRef(conversations);
  useEffect(() => {
    const from = newsFrom(before.current, conversations, choices.current.muted);
    before.current = conversations;
    // Whoever is in view is seen, unless nobody looks.
    const unseen = isAway() ? from : from.filter((accountId) => accountId !== choices.current.at);
    if (unseen.length === 0) return;
    if (choices.current.sounds) chime();
    if (!isAway()) return;
    setMissed(true);
    if (choices.current.wanted) void notify(choices.current.t.signs.message);
  }, [conversations]);

  const calls = ringing(incoming, muted);
  const newest = calls.at(-1)?.id ?? null;
  useEffect(() => {
    if (newest === null || !isAway()) return;
    setMissed(true);
    if (choices.current.wanted) void notify(choices.current.t.signs.call);
  }, [newest]);
  const rings = calls.length > 0 && sounds;
  useEffect(() => (rings ? ring() : undefined), [rings]);

  const tellArrived = useCallback(({ accountId }: Person) => {
    if (choices.current.sounds && !choices.current.muted.has(accountId)) chime();
    if (!isAway()) return;
    setMissed(true);
    if (choices.current.wanted) void notify(choices.current.t.signs.here);
  }, []);
  useAwaited(tellArrived);

  useEffect(() => {
    if (!away) void takeBack();
  }, [away]);
  return missed;
}

interface Badge {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

/** On the icon of an installed app, where the system shows one. */
function showBadge(count: number): void {
  const { setAppBadge, clearAppBadge } = navigator as Navigator & Badge;
  const done = count > 0 ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator);
  // Not installed, or the system has none: the title says it all the same.
  done?.catch(() => undefined);
}
