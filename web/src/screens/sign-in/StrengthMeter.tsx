import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import type { Strength } from './strength.ts';

const bars: Readonly<Record<Strength, number>> = { 'too-short': 0, weak: 1, fair: 2, good: 3, strong: 4 };
const colours: Readonly<Record<Strength, string>> = {
  'too-short': 'bg-danger',
  weak: 'bg-danger',
  fair: 'bg-caution',
  good: 'bg-act',
  strong: 'bg-act',
};

/** Words carry the meaning; the bars repeat it. */
export function StrengthMeter({ strength }: { readonly strength: Strength }) {
  const { t } = useWords();
  return (
    <span className="flex items-center gap-3">
      <span aria-hidden="true" className="flex w-24 shrink-0 gap-1">
        {[1, 2, 3, 4].map((bar) => (
          <span
            key={bar}
            className={classes(
              'h-1 flex-1 rounded-full',
              bar <= bars[strength] ? colours[strength] : 'bg-rule',
            )}
          />
        ))}
      </span>
      <span aria-live="polite">{t.signIn.strengthLabel(t.signIn.strength[strength])}</span>
    </span>
  );
}
