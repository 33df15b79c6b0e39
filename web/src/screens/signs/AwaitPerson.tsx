import { Bell } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { useMemory } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { useAwaitPerson } from './use-awaited.ts';

/** M2: whoever is not here can be waited for. A line above says that one does, and ends it. */
export function AwaitPerson({ person }: { readonly person: Person }) {
  const { t } = useWords();
  const wait = useAwaitPerson();
  const waits = useMemory(({ awaited }) => awaited.has(person.accountId));
  if (waits) return null;
  return (
    <Button
      icon={<Bell size={18} strokeWidth={1.75} aria-hidden="true" />}
      onClick={() => void wait(person, true)}
      data-testid="await-person"
    >
      {t.signs.await(person.name)}
    </Button>
  );
}
