import { useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { Chat } from './chat/Chat.tsx';
import { useConversation } from './duet.tsx';
import { ConnectionBanner } from './lobby/ConnectionBanner.tsx';
import { Incoming } from './lobby/Incoming.tsx';
import { Lobby } from './lobby/Lobby.tsx';
import { Welcome } from './lobby/Welcome.tsx';
import { type Preferences, Settings } from './settings/Settings.tsx';

/** Two panes where there is room; on a phone the people or the conversation. */
export function Shell({ preferences }: { readonly preferences: Preferences }) {
  const { t } = useWords();
  const conversation = useConversation();
  const [settings, setSettings] = useState(false);
  const peerId = conversation?.peer.accountId ?? null;
  /** The conversation that the person left standing, on a phone, to look at the people. */
  const [aside, setAside] = useState<string | null>(null);
  const chatInFront = peerId !== null && aside !== peerId;
  if (peerId === null && aside !== null) setAside(null);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <a
        href="#conversation"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-10 focus:rounded-xl focus:bg-surface focus:px-4 focus:py-3"
      >
        {t.app.skipToContent}
      </a>
      <ConnectionBanner />
      <Incoming />
      <div className="flex min-h-0 flex-1 md:grid md:grid-cols-[20rem_minmax(0,1fr)]">
        <Lobby
          className={chatInFront ? 'hidden md:flex' : 'flex w-full'}
          onOpenConversation={() => setAside(null)}
          onOpenSettings={() => setSettings(true)}
        />
        <main id="conversation" tabIndex={-1} className="contents">
          <h1 className="sr-only">{t.app.name}</h1>
          {conversation === null ? (
            <Welcome className="hidden md:flex" />
          ) : (
            <Chat
              conversation={conversation}
              className={chatInFront ? 'flex w-full' : 'hidden md:flex'}
              onBack={() => setAside(peerId)}
            />
          )}
        </main>
      </div>
      {settings && <Settings preferences={preferences} onClose={() => setSettings(false)} />}
    </div>
  );
}
