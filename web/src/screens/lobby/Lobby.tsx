import { Phone, Search as SearchIcon, SlidersHorizontal, UserRoundPlus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ConversationSummary } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { Disc } from '../../ui/Disc.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { looks } from '../chat/looks.ts';
import { PeerMark } from '../chat/PeerMark.tsx';
import { useApp, useCommand, useConversation, useConversations, useMemory } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { useStateText } from '../state-text.ts';
import { useMyName, voiceOf, voicesOf } from '../voices.ts';
import { ConnectionState } from './ConnectionState.tsx';
import { ListHeading, PersonRow } from './PersonRow.tsx';
import { Results } from './Results.tsx';
import { useCall } from './use-call.ts';
import type { Known } from './use-known.ts';
import { useSearch } from './use-search.ts';

/** Where "find somebody" elsewhere on the page leads. */
export const SEARCH_ID = 'search';

/** Of a draft, in the list: more does not fit. */
const DRAFT_SHOWN = 80;

export interface LobbyProps {
  readonly known: readonly Known[];
  readonly className?: string;
  readonly onOpenConversation: () => void;
  readonly onOpenSettings: () => void;
  readonly onInvite: () => void;
}

/** The wings: oneself, whom one talks to, whom one knows, and who can be found. */
export function Lobby({ known, className, onOpenConversation, onOpenSettings, onInvite }: LobbyProps) {
  const { t } = useWords();
  const [query, setQuery] = useState('');
  const search = useSearch(query);
  const call = useCall();
  const run = useCommand();
  const conversations = useConversations();
  const me = useMyName();
  const online = useApp((app) => app.connection.state === 'online');
  const drafts = useMemory((memory) => memory.drafts);

  const choose = (person: Person) => {
    setQuery('');
    onOpenConversation();
    void call(person);
  };

  const show = (accountId: string) => {
    onOpenConversation();
    void run((client) => client.showChat({ accountId }));
  };

  const talking = new Set(conversations.map(({ accountId }) => accountId));
  const others = known.filter(({ accountId }) => !talking.has(accountId));
  return (
    <nav
      aria-label={t.lobby.title}
      className={classes('min-h-0 min-w-0 flex-col border-rule bg-wing md:border-r', className)}
    >
      <header className="flex min-h-16 items-center gap-2 py-3 pr-3 pl-5">
        <Disc name={me} voice={voiceOf(me)} presence={online ? 'here' : 'away'} size="small" />
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold leading-5" title={t.lobby.signedInAs(me)}>
            {me}
          </p>
          <ConnectionState />
        </div>
        <IconButton label={t.lobby.settings} onClick={onOpenSettings} data-testid="settings-open">
          <SlidersHorizontal size={20} strokeWidth={1.75} aria-hidden="true" />
        </IconButton>
      </header>

      <search className="px-4 pb-2">
        <div className="relative">
          <SearchIcon
            size={20}
            strokeWidth={1.75}
            aria-hidden="true"
            className="pointer-events-none absolute top-1/2 left-4 -translate-y-1/2"
          />
          <input
            id={SEARCH_ID}
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
              if (event.key !== 'Escape' || query === '') return;
              // Otherwise it would close a panel as well.
              event.stopPropagation();
              setQuery('');
            }}
            data-testid="search-input"
            className={classes(
              query === '' ? 'pr-4' : 'pr-12',
              'h-touch w-full rounded-full border border-transparent bg-press pl-11.5 text-base placeholder:text-ink-2 focus-visible:outline-offset-0 loud:border-edge',
            )}
          />
          {query !== '' && (
            <IconButton
              label={t.lobby.clearSearch}
              className="absolute top-0 right-0"
              onClick={() => setQuery('')}
            >
              <X size={18} aria-hidden="true" />
            </IconButton>
          )}
        </div>
      </search>

      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
        {conversations.length > 0 && query === '' && (
          <div>
            <ListHeading>{t.lobby.talking}</ListHeading>
            <ul>
              {conversations.map((conversation) => (
                <Talking
                  key={conversation.accountId}
                  draft={drafts.get(conversation.accountId)}
                  conversation={conversation}
                  onChoose={() => show(conversation.accountId)}
                />
              ))}
            </ul>
          </div>
        )}
        {query !== '' && <Results query={query} search={search} onChoose={choose} />}
        {query === '' && others.length > 0 && (
          <div>
            <ListHeading>{t.lobby.known}</ListHeading>
            <ul>
              {others.map(({ accountId, name, trust }) => (
                <PersonRow
                  key={accountId}
                  mark={<Disc name={name} voice={voicesOf(name, me).theirs} />}
                  name={name}
                  verb={t.lobby.free}
                  note={draftNote(t, drafts.get(accountId)) ?? t.trust[trust].note(name)}
                  icon={<Phone size={20} strokeWidth={1.75} aria-hidden="true" />}
                  onChoose={() => choose({ accountId, name })}
                />
              ))}
            </ul>
          </div>
        )}
        {query === '' && others.length === 0 && conversations.length === 0 && (
          <div className="space-y-1 px-3 pt-6 md:hidden">
            <h2 className="title">{t.lobby.emptyTitle}</h2>
            <p className="text-ink-2">{t.lobby.empty}</p>
          </div>
        )}
      </div>
      <footer className="border-rule border-t px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <Button
          className="w-full"
          icon={<UserRoundPlus size={20} strokeWidth={1.75} aria-hidden="true" />}
          onClick={onInvite}
          data-testid="invite-open"
        >
          {t.invite.open}
        </Button>
      </footer>
    </nav>
  );
}

/** On one line, however long it is. */
function draftNote(t: Text, draft: string | undefined): ReactNode {
  if (draft === undefined || draft.trim() === '') return;
  return (
    <bdi className="block truncate" data-testid="draft-note">
      {t.lobby.draft(draft.slice(0, DRAFT_SHOWN))}
    </bdi>
  );
}

interface TalkingProps {
  readonly conversation: ConversationSummary;
  /** What was typed and not sent. */
  readonly draft: string | undefined;
  readonly onChoose: () => void;
}

function Talking({ conversation: { accountId, name, state, unread }, draft, onChoose }: TalkingProps) {
  const { t } = useWords();
  const words = useStateText(state);
  const visible = useConversation();
  const current = visible?.peer.accountId === accountId;
  const writes = current && state === 'secure' && visible.peerActivity === 'typing';
  const note = () => {
    if (writes) return t.chat.typing(name);
    if (!current && unread > 0) return t.chat.newMessages(unread);
    // The draft of the one on the screen is in its field.
    return (current ? undefined : draftNote(t, draft)) ?? words.label(name);
  };
  return (
    <PersonRow
      mark={<PeerMark name={name} shape={looks[state].shape} />}
      name={name}
      verb={t.lobby.backTo}
      note={note()}
      current={current}
      data-testid="conversation-row"
      onChoose={onChoose}
    />
  );
}
