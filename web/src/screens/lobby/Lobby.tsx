import { MessageCircle, MessageCirclePlus, Search as SearchIcon, Settings2, X } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { accountName } from '../../state/index.ts';
import { classes } from '../../ui/classes.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { useApp, useConversation, useMemory } from '../duet.tsx';
import { Logo } from '../Logo.tsx';
import type { Person } from '../memory.ts';
import { ConnectionDot } from './ConnectionDot.tsx';
import { PersonRow } from './PersonRow.tsx';
import { Results } from './Results.tsx';
import { SwitchDialog } from './SwitchDialog.tsx';
import { isLive, useCall } from './use-call.ts';
import { useSearch } from './use-search.ts';

export interface LobbyProps {
  readonly className?: string;
  readonly onOpenConversation: () => void;
  readonly onOpenSettings: () => void;
}

/** The list of people: who is looked for, who was talked to since this tab was opened, and oneself. */
export function Lobby({ className, onOpenConversation, onOpenSettings }: LobbyProps) {
  const { t } = useWords();
  const [query, setQuery] = useState('');
  const [switchingTo, setSwitchingTo] = useState<Person | null>(null);
  const search = useSearch(query);
  const call = useCall();
  const conversation = useConversation();
  const recent = useMemory((memory) => memory.recent);
  const name = useApp((app) => accountName(app.account));

  const choose = (person: Person) => {
    const { peer, state } = conversation ?? {};
    if (peer?.accountId === person.accountId && isLive(state)) return onOpenConversation();
    if (peer !== undefined && isLive(state)) return setSwitchingTo(person);
    setQuery('');
    void call(person);
  };

  return (
    <aside
      aria-label={t.lobby.title}
      className={classes('min-h-0 flex-col border-line bg-paper md:border-r', className)}
    >
      <header className="flex items-center gap-3 py-3 pr-2 pl-4">
        <Logo className="size-9" />
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold leading-tight" title={t.lobby.signedInAs(name ?? '')}>
            {name}
          </p>
          <ConnectionDot />
        </div>
        <IconButton label={t.lobby.settings} onClick={onOpenSettings} data-testid="settings-open">
          <Settings2 size={21} aria-hidden="true" />
        </IconButton>
      </header>

      <search className="px-4 pb-2">
        <div className="relative">
          <SearchIcon
            size={18}
            aria-hidden="true"
            className="pointer-events-none absolute top-1/2 left-3.5 -translate-y-1/2 text-muted"
          />
          <input
            type="text"
            inputMode="search"
            enterKeyHint="search"
            aria-label={t.lobby.searchLabel}
            placeholder={t.lobby.searchPlaceholder}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            maxLength={32}
            value={query}
            onChange={(event) => setQuery(event.target.value.trim().toLowerCase())}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setQuery('');
            }}
            data-testid="search-input"
            className="h-12 w-full rounded-full border border-transparent bg-sunken pr-12 pl-10 text-base placeholder:text-muted"
          />
          {query !== '' && (
            <IconButton
              label={t.lobby.clearSearch}
              className="absolute top-0.5 right-0.5"
              onClick={() => setQuery('')}
            >
              <X size={18} aria-hidden="true" />
            </IconButton>
          )}
        </div>
      </search>

      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
        {conversation !== null && (
          <ul className="mb-2 md:hidden">
            <PersonRow
              name={conversation.peer.name}
              label={t.lobby.openConversation(conversation.peer.name)}
              note={t.states[conversation.state].label}
              icon={<MessageCircle size={20} aria-hidden="true" />}
              onChoose={onOpenConversation}
            />
          </ul>
        )}
        {query !== '' ? (
          <Results query={query} search={search} onChoose={choose} />
        ) : (
          <section aria-label={t.lobby.recent}>
            <h2 className="flex items-baseline justify-between gap-2 px-3 pt-3 pb-1 text-sm">
              <span className="font-medium">{t.lobby.recent}</span>
              <span className="text-muted">{t.lobby.recentHint}</span>
            </h2>
            {recent.length === 0 && <p className="px-3 py-2 text-muted text-sm">{t.lobby.noRecent}</p>}
            <ul>
              {recent.map((person) => (
                <PersonRow
                  key={person.accountId}
                  name={person.name}
                  label={t.lobby.call(person.name)}
                  icon={<MessageCirclePlus size={20} aria-hidden="true" />}
                  onChoose={() => choose(person)}
                />
              ))}
            </ul>
          </section>
        )}
      </div>

      {switchingTo !== null && conversation !== null && (
        <SwitchDialog
          leaving={conversation.peer.name}
          onStay={() => setSwitchingTo(null)}
          onSwitch={() => {
            setSwitchingTo(null);
            setQuery('');
            void call(switchingTo);
          }}
        />
      )}
    </aside>
  );
}
