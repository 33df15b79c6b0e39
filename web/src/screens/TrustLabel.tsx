import { UserRoundCheck, UserRoundSearch, UserRoundX } from 'lucide-react';
import type { TrustView } from '../engine/contract.ts';
import { useWords } from '../i18n/index.tsx';
import { classes } from '../ui/classes.ts';

type Level = 'open' | 'good' | 'bad';

const levels: Readonly<Record<TrustView, Level>> = {
  unknown: 'open',
  'first-use': 'open',
  link: 'good',
  compared: 'good',
  sas: 'good',
  qr: 'good',
  changed: 'bad',
};

const icons: Readonly<Record<Level, typeof UserRoundCheck>> = {
  open: UserRoundSearch,
  good: UserRoundCheck,
  bad: UserRoundX,
};

export interface TrustLabelProps {
  readonly trust: TrustView;
  readonly name: string;
  /** `header`: asks the question, or answers it; its words give way on phones, and screen readers keep them. */
  readonly place?: 'header' | 'list';
  readonly 'data-testid'?: string;
}

/** How well somebody is known: a shape and words, never a colour alone. */
export function TrustLabel({ trust, name, place = 'list', ...rest }: TrustLabelProps) {
  const { t } = useWords();
  const level = levels[trust];
  const Icon = icons[level];
  const header = place === 'header';
  return (
    <span
      data-testid={rest['data-testid']}
      data-trust={trust}
      className={classes(
        'inline-flex items-center text-sm leading-5',
        header ? 'gap-2 font-semibold' : 'gap-1.5',
        level === 'bad' ? 'text-danger' : header ? 'text-ink' : 'text-ink-2',
      )}
    >
      <Icon size={header ? 20 : 16} strokeWidth={1.75} className="shrink-0" aria-hidden="true" />
      <span className={header ? 'max-lg:sr-only' : undefined}>
        {header ? t.trust[trust].label(name) : t.trust[trust].note(name)}
      </span>
    </span>
  );
}
