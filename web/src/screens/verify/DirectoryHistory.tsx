import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { DirectoryKeyView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { useCommand } from '../duet.tsx';
import type { Person } from '../memory.ts';

/** I2: what the server says of somebody's keys. Asked when it is opened; it proves nothing, and says so. */
export function DirectoryHistory({ accountId, name }: Person) {
  const { t, format } = useWords();
  const run = useCommand();
  const [keys, setKeys] = useState<readonly DirectoryKeyView[] | null>(null);
  const ask = () => {
    if (keys === null) void run(async (client) => setKeys(await client.keyHistory({ accountId })));
  };
  return (
    <details className="group" onToggle={ask}>
      <summary
        data-testid="directory-history-open"
        className="flex min-h-touch items-center justify-between gap-3 rounded-control px-4 text-ink-2"
      >
        {t.verify.directory.title}
        <ChevronDown size={18} aria-hidden="true" className="transition-transform group-open:rotate-180" />
      </summary>
      <div className="space-y-3 px-4 pt-2">
        <p className="text-ink-2 text-sm">{t.verify.directory.help(name)}</p>
        {keys !== null && (
          <ol data-testid="directory-history" className="space-y-3">
            {keys.map(({ fingerprint, since, proof, inUse }) => (
              <li key={`${fingerprint.hex} ${since}`} className="text-sm" data-proof={proof}>
                <p>
                  {t.verify.directory.proofs[proof](format.date(since))}
                  {inUse && <b className="font-semibold"> {t.verify.directory.inUse}</b>}
                </p>
                <p aria-hidden="true" className="font-emoji text-lg">
                  {fingerprint.emoji.map(({ emoji }) => emoji).join(' ')}
                </p>
                <p translate="no" className="break-words font-mono text-ink-2 text-xs">
                  {fingerprint.hex}
                </p>
              </li>
            ))}
          </ol>
        )}
      </div>
    </details>
  );
}
