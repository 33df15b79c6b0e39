import { useEffect, useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { useMedia } from '../ui/use-media.ts';
import { useWayBack } from '../ui/way-back.ts';
import { Chat } from './chat/Chat.tsx';
import { useConversation } from './duet.tsx';
import { Invite } from './invite/Invite.tsx';
import { Invited } from './invite/Invited.tsx';
import { useInvitation } from './invite/use-invitation.ts';
import { LeavePage } from './LeavePage.tsx';
import { ConnectionBanner } from './lobby/ConnectionBanner.tsx';
import { Incoming } from './lobby/Incoming.tsx';
import { Lobby, SEARCH_ID } from './lobby/Lobby.tsx';
import { useKnown } from './lobby/use-known.ts';
import { Welcome } from './lobby/Welcome.tsx';
import { type Preferences, Settings } from './settings/Settings.tsx';
import { Awaited } from './signs/Awaited.tsx';
import { Missed } from './signs/Missed.tsx';
import { useSigns } from './signs/use-signs.ts';
import { CONVERSATION_ID } from './to-conversation.ts';
import { UpdateOffer } from './UpdateOffer.tsx';

/** Two panes where there is room; on a phone the people, the conversation or the settings. */
export function Shell({ preferences }: { readonly preferences: Preferences }) {
  const { t } = useWords();
  const conversation = useConversation();
  const known = useKnown();
  const [page, setPage] = useState<'settings' | 'invite' | null>(null);
  const invitation = useInvitation();
  const invited = invitation !== null && page === null;
  const peerId = conversation?.peer.accountId ?? null;
  /** The conversation that the person left standing, on a phone, to look at the people. */
  const [aside, setAside] = useState<string | null>(null);
  const chatInFront = peerId !== null && aside !== peerId;
  if (peerId === null && aside !== null) setAside(null);
  const lobbyInFront = page === null && !chatInFront && !invited;
  const narrow = useMedia('(width < 48rem)');
  const missed = useSigns({
    inFront: page === null && !invited && (chatInFront || !narrow),
    notify: preferences.notify === 'yes',
    sounds: preferences.sounds,
  });
  // Where there is room for one only, Back leads from the conversation to the people.
  useWayBack(narrow && chatInFront ? () => setAside(peerId) : undefined);

  useEffect(() => {
    // The only copy of the key is here: the browser is asked not to clear it when it is short of space.
    navigator.storage?.persist?.().catch(() => undefined);
    // Whoever has just come in can look for somebody at once; on a phone the keyboard would cover half of the page.
    if (document.activeElement === document.body && matchMedia('(pointer: fine)').matches)
      document.getElementById(SEARCH_ID)?.focus();
  }, []);

  const toConversation = () => {
    setPage(null);
    setAside(null);
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <a
        href={`#${CONVERSATION_ID}`}
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-20 focus:rounded-full focus:bg-sheet focus:px-4 focus:py-3"
      >
        {t.app.skipToContent}
      </a>
      <main className="flex min-h-0 flex-1 flex-col">
        <h1 className="sr-only">{t.app.name}</h1>
        <ConnectionBanner />
        {missed && preferences.notify === 'ask' && (
          <Missed onAnswer={(wanted) => preferences.setNotify(wanted ? 'yes' : 'no')} />
        )}
        <Awaited onCalled={toConversation} />
        <UpdateOffer />
        <div className="relative flex min-h-0 flex-1 md:grid md:grid-cols-[var(--container-lobby)_minmax(0,1fr)] 3xl:grid-cols-[24rem_minmax(0,1fr)]">
          <Incoming onAnswer={toConversation} />
          <Lobby
            known={known}
            className={lobbyInFront ? 'flex w-full' : 'hidden md:flex'}
            onOpenConversation={toConversation}
            onOpenSettings={() => setPage('settings')}
            onInvite={() => setPage('invite')}
          />
          <div
            id={CONVERSATION_ID}
            tabIndex={-1}
            className={`min-h-0 min-w-0 flex-col bg-paper outline-none ${lobbyInFront ? 'hidden md:flex' : 'flex w-full'}`}
          >
            {page === 'settings' ? (
              <Settings preferences={preferences} onClose={() => setPage(null)} />
            ) : page === 'invite' ? (
              <Invite onClose={() => setPage(null)} />
            ) : invited ? (
              <Invited invitation={invitation} onCalled={toConversation} />
            ) : conversation === null ? (
              <Welcome known={known} />
            ) : (
              <Chat key={peerId} conversation={conversation} onBack={() => setAside(peerId)} />
            )}
          </div>
        </div>
      </main>
      <LeavePage />
    </div>
  );
}
