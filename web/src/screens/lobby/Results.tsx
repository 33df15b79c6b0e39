import { Phone } from 'lucide-react';
import type { UserView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useMyName, voicesOf } from '../voices.ts';
import { ListHeading, PersonRow } from './PersonRow.tsx';
import type { Search } from './use-search.ts';

export interface ResultsProps {
  readonly query: string;
  readonly search: Search;
  readonly onChoose: (person: UserView) => void;
}

export function Results({ query, search, onChoose }: ResultsProps) {
  const { t } = useWords();
  const me = useMyName();
  return (
    <section aria-label={t.lobby.results}>
      <p role="status" className="sr-only">
        {search.state === 'searching' && t.lobby.searching}
        {search.state === 'found' && t.lobby.found(search.people.length)}
      </p>
      {search.state === 'searching' && (
        <p className="marking px-3 py-3 text-sm" aria-hidden="true">
          {t.lobby.searching}
        </p>
      )}
      {search.state === 'failed' && <ErrorNote error={search.error} />}
      {search.state === 'found' && search.people.length === 0 && (
        <div className="space-y-1 px-3 py-3">
          <p className="break-words">{query === me ? t.lobby.you : t.lobby.nobody(query)}</p>
          <p className="text-ink-2 text-sm">{query === me ? t.lobby.youHelp : t.lobby.nobodyHelp}</p>
        </div>
      )}
      {search.state === 'found' && search.people.length > 0 && (
        <>
          <ListHeading>{t.lobby.results}</ListHeading>
          <ul>
            {search.people.map((person) => (
              <PersonRow
                key={person.accountId}
                mark={
                  <Disc
                    name={person.name}
                    voice={voicesOf(person.name, me).theirs}
                    presence={person.reachable ? 'unknown' : 'away'}
                  />
                }
                name={person.name}
                verb={t.lobby.free}
                note={person.reachable ? undefined : t.lobby.noKey}
                disabled={!person.reachable}
                icon={
                  person.reachable ? <Phone size={20} strokeWidth={1.75} aria-hidden="true" /> : undefined
                }
                onChoose={() => onChoose(person)}
                data-testid="search-result"
              />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
