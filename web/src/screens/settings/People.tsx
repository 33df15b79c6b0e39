import { useEffect, useState } from 'react';
import type { PersonView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { useCommand } from '../duet.tsx';
import { TrustLabel } from '../TrustLabel.tsx';
import { EmojiGrid } from '../verify/EmojiGrid.tsx';
import { KeyHistory } from '../verify/KeyHistory.tsx';

/** M10: everybody whose key this device remembers, how far it is trusted, and what it was before. */
export function People({ onClose }: { readonly onClose: () => void }) {
  const { t, format, language } = useWords();
  const run = useCommand();
  const [people, setPeople] = useState<readonly PersonView[] | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when it is opened.
  useEffect(() => {
    void run(async (client) => setPeople(await client.people()));
  }, []);

  return (
    <Dialog title={t.people.title} closeLabel={t.app.close} onClose={onClose} data-testid="people-dialog">
      <p className="mb-4 text-muted">{t.people.help}</p>
      {people === null && <Spinner />}
      {people?.length === 0 && <p>{t.people.nobody}</p>}
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
        {people?.map((person) => (
          <li key={person.accountId}>
            <details>
              <summary className="flex min-h-12 flex-wrap items-center justify-between gap-2 px-4 py-2 -outline-offset-2">
                <span className="min-w-0 break-words font-medium">{person.fingerprint.name}</span>
                <TrustLabel trust={person.trust} />
              </summary>
              <div className="space-y-3 px-4 pb-4">
                <p className="text-muted text-sm">{t.people.since(format.date(person.firstSeen))}</p>
                <EmojiGrid emoji={person.fingerprint.emoji} language={language} />
                {person.history.length > 0 && <p className="font-medium text-sm">{t.people.history}</p>}
                <KeyHistory history={person.history} />
              </div>
            </details>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
