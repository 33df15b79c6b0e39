import { Bell, BellRing } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { useCommand, useDuet, useMemory } from '../duet.tsx';
import { awaitPerson, type Person } from '../memory.ts';

/** M2: whoever is not here can be waited for. The relay is asked about this one person, and one is told when they come. */
export function AwaitPerson({ person }: { readonly person: Person }) {
  const { t } = useWords();
  const { memory } = useDuet();
  const run = useCommand();
  const { accountId, name } = person;
  const waits = useMemory(({ awaited }) => awaited.has(accountId));
  const turn = async () => {
    const on = !waits;
    if (await run((client) => client.awaitPerson({ accountId, on }))) awaitPerson(memory, person, on);
  };
  const Icon = waits ? BellRing : Bell;
  return (
    <Button
      icon={<Icon size={18} strokeWidth={1.75} aria-hidden="true" />}
      aria-pressed={waits}
      onClick={() => void turn()}
      data-testid="await-person"
    >
      {waits ? t.signs.awaiting(name) : t.signs.await(name)}
    </Button>
  );
}
