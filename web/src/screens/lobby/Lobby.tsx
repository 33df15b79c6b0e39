import { Phone, Search as SearchIcon, SlidersHorizontal, UserRoundPlus, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { isBlank } from '../../engine/blank.ts';
import type { ConversationSummary } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { Disc, type DiscProps } from '../../ui/Disc.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { looks } from '../chat/looks.ts';
import { PeerMark } from '../chat/PeerMark.tsx';
import { useApp, useCommand, useConversation, useConversations, useMemory, usePresence } from '../duet.tsx';
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
  const muted = useMemory((memory) => memory.muted);
  const presence = usePresence();
  const list = useRef<HTMLDivElement>(null);

  const choose = (person: Person) => {
    setQuery('');
    // Whoever was found is written to, and nobody else is looked for.
    document.getElementById(SEARCH_ID)?.blur();
    onOpenConversation();
    void call(person);
  };

  const show = (accountId: string) => {
    onOpenConversation();
    void run((client) => client.showChat({ accountId }));
  };

  /** The first row that can be chosen, from the field by ArrowDown; Enter takes it where it is who was meant. */
  const first = () => list.current?.querySelector<HTMLButtonElement>('li > button:enabled') ?? null;
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && query !== '') {
      // Otherwise it would close a panel as well.
      event.stopPropagation();
      setQuery('');
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      first()?.focus();
    }
    if (event.key === 'Enter' && search.state === 'found') {
      // Its new line would be the first in the field that has the focus then.
      event.preventDefault();
      const able = search.people.filter(({ reachable }) => reachable);
      const meant = able.find(({ name }) => name === query) ?? (able.length === 1 ? able[0] : undefined);
      if (meant !== undefined) choose(meant);
    }
  };
  const onListKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const rows = [...(list.current?.querySelectorAll<HTMLButtonElement>('li > button:enabled') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLButtonElement) + step;
    (rows[at] ?? (at < 0 ? document.getElementById(SEARCH_ID) : null))?.focus();
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
            onKeyDown={onSearchKey}
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

      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows go between the buttons in it, which Tab reaches, too. */}
      <div
        ref={list}
        onKeyDown={onListKey}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4"
      >
        {conversations.length > 0 && query === '' && (
          <div>
            <ListHeading>{t.lobby.talking}</ListHeading>
            <ul>
              {conversations.map((conversation) => (
                <Talking
                  key={conversation.accountId}
                  draft={drafts.get(conversation.accountId)}
                  muted={muted.has(conversation.accountId)}
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
                  mark={<Disc name={name} voice={voicesOf(name, me).theirs} presence={presence(accountId)} />}
                  name={name}
                  verb={t.lobby.free}
                  note={
                    draftNote(t, drafts.get(accountId)) ??
                    hereNote(t, presence(accountId), t.trust[trust].note(name))
                  }
                  muted={muted.has(accountId)}
                  data-testid="known-row"
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

/** How well somebody is known, after the good news that they are here. */
export const hereNote = (t: Text, presence: DiscProps['presence'], note: string): string =>
  presence === 'here' ? `${t.lobby.here} · ${note}` : note;

/** On one line, however long it is. */
function draftNote(t: Text, draft: string | undefined): ReactNode {
  if (draft === undefined || isBlank(draft)) return;
  return (
    <bdi translate="no" className="block truncate" data-testid="draft-note">
      {t.lobby.draft(draft.slice(0, DRAFT_SHOWN))}
    </bdi>
  );
}

interface TalkingProps {
  readonly conversation: ConversationSummary;
  /** What was typed and not sent. */
  readonly draft: string | undefined;
  readonly muted: boolean;
  readonly onChoose: () => void;
}

function Talking({ conversation: { accountId, name, state, unread }, draft, muted, onChoose }: TalkingProps) {
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
      muted={muted}
      data-testid="conversation-row"
      onChoose={onChoose}
    />
  );
}
