import { MessageCirclePlus } from 'lucide-react';
import type { UserView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { PersonRow } from './PersonRow.tsx';
import type { Search } from './use-search.ts';

export interface ResultsProps {
  readonly query: string;
  readonly search: Search;
  readonly onChoose: (person: UserView) => void;
}

export function Results({ query, search, onChoose }: ResultsProps) {
  const { t } = useWords();
  return (
    <div>
      <p role="status" className="sr-only">
        {search.state === 'searching' && t.lobby.searching}
        {search.state === 'found' && t.lobby.found(search.people.length)}
      </p>
      {search.state === 'searching' && (
        <p className="flex items-center gap-2 px-3 py-4 text-muted text-sm" aria-hidden="true">
          <Spinner /> {t.lobby.searching}
        </p>
      )}
      {search.state === 'failed' && <ErrorNote error={search.error} />}
      {search.state === 'found' && search.people.length === 0 && (
        <div className="px-3 py-4 text-sm">
          <p className="break-words">{t.lobby.nobody(query)}</p>
          <p className="text-muted">{t.lobby.nobodyHelp}</p>
        </div>
      )}
      {search.state === 'found' && (
        <ul>
          {search.people.map((person) => (
            <PersonRow
              key={person.accountId}
              name={person.name}
              label={t.lobby.call(person.name)}
              note={person.reachable ? undefined : t.lobby.noKey}
              disabled={!person.reachable}
              icon={person.reachable ? <MessageCirclePlus size={20} aria-hidden="true" /> : undefined}
              onChoose={() => onChoose(person)}
              data-testid="search-result"
            />
          ))}
        </ul>
      )}
    </div>
  );
}
