import { ChevronDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { PersonView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { BlockPerson } from '../BlockPerson.tsx';
import { useCommand } from '../duet.tsx';
import { MutePerson } from '../MutePerson.tsx';
import { TrustLabel } from '../TrustLabel.tsx';
import { EmojiGrid } from '../verify/EmojiGrid.tsx';
import { KeyHistory } from '../verify/KeyHistory.tsx';
import { useMyName, voicesOf } from '../voices.ts';

/** M10: everybody whose key this device remembers, how well they are known, and what their key was before. */
export function People() {
  const { t, format, language } = useWords();
  const run = useCommand();
  const me = useMyName();
  const [people, setPeople] = useState<readonly PersonView[] | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when it is opened.
  useEffect(() => {
    void run(async (client) => setPeople(await client.people()));
  }, []);

  return (
    <div className="space-y-3" data-testid="people">
      <p className="text-ink-2 text-sm">{people?.length === 0 ? t.people.nobody : t.people.help}</p>
      {people !== null && people.length > 0 && (
        <ul className="divide-y divide-rule rounded-card border border-rule bg-sheet loud:border-edge">
          {people.map(({ accountId, fingerprint, trust, firstSeen, history }) => (
            <li key={accountId}>
              <details className="group">
                <summary className="flex min-h-16 items-center gap-3 rounded-card px-4 py-2 -outline-offset-2">
                  <Disc name={fingerprint.name} voice={voicesOf(fingerprint.name, me).theirs} />
                  <span className="min-w-0 flex-1">
                    <span className="block break-words font-semibold">{fingerprint.name}</span>
                    <TrustLabel trust={trust} name={fingerprint.name} />
                  </span>
                  <ChevronDown
                    size={18}
                    aria-hidden="true"
                    className="shrink-0 transition-transform group-open:rotate-180"
                  />
                </summary>
                <div className="space-y-3 px-4 pb-4">
                  <p className="text-ink-2 text-sm">{t.people.since(format.date(firstSeen))}</p>
                  <EmojiGrid emoji={fingerprint.emoji} language={language} />
                  {history.length > 0 && <p className="font-semibold text-sm">{t.people.history}</p>}
                  <KeyHistory history={history} name={fingerprint.name} />
                  <div className="flex flex-wrap">
                    <MutePerson person={{ accountId, name: fingerprint.name }} small={true} />
                    <BlockPerson person={{ accountId, name: fingerprint.name }} small={true} />
                  </div>
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
