import type { KeyHistoryView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { TrustLabel } from '../TrustLabel.tsx';

interface KeyHistoryProps {
  readonly history: readonly KeyHistoryView[];
  readonly name: string;
}

/** Keys that somebody had before, with the days between which each was the one known. Nothing if there are none. */
export function KeyHistory({ history, name }: KeyHistoryProps) {
  const { t, format } = useWords();
  if (history.length === 0) return null;
  return (
    <ol data-testid="key-history" className="space-y-2">
      {history.map(({ fingerprint, trust, since, until }) => (
        <li key={`${fingerprint.hex} ${until}`} className="text-sm">
          <p className="flex flex-wrap items-center gap-x-3 text-ink-2">
            <span>{t.people.between(since === null ? null : format.date(since), format.date(until))}</span>
            <TrustLabel trust={trust} name={name} />
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
  );
}
