import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import type { TrustView } from '../engine/contract.ts';
import { useWords } from '../i18n/index.tsx';
import { classes } from '../ui/classes.ts';

type Level = 'open' | 'good' | 'bad';

const levels: Readonly<Record<TrustView, Level>> = {
  unknown: 'open',
  'first-use': 'open',
  compared: 'good',
  sas: 'good',
  qr: 'good',
  changed: 'bad',
};

const looks: Readonly<Record<Level, { readonly icon: typeof ShieldCheck; readonly colour: string }>> = {
  open: { icon: ShieldQuestion, colour: 'text-muted' },
  good: { icon: ShieldCheck, colour: 'text-accent' },
  bad: { icon: ShieldAlert, colour: 'text-danger' },
};

export interface TrustLabelProps {
  readonly trust: TrustView;
  /** The words give way on phones, where the shape has to do; screen readers keep them. */
  readonly compact?: boolean;
  readonly 'data-testid'?: string;
}

/** How far a key is trusted: a shape and words, never a colour alone. */
export function TrustLabel({ trust, compact = false, ...rest }: TrustLabelProps) {
  const { t } = useWords();
  const { icon: Icon, colour } = looks[levels[trust]];
  return (
    <span
      data-testid={rest['data-testid']}
      data-trust={trust}
      className={classes('inline-flex items-center gap-1 text-sm leading-tight', colour)}
    >
      <Icon size={16} className="shrink-0" aria-hidden="true" />
      <span className={compact ? 'max-sm:sr-only' : undefined}>{t.trust[trust].label}</span>
    </span>
  );
}
