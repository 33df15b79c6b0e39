import type { ReactNode } from 'react';
import { classes } from './classes.ts';

const looks = {
  caution: { section: 'bg-caution-soft loud:border-edge loud:border-b', icon: 'text-caution' },
  plain: { section: 'border-rule border-b bg-sheet', icon: '' },
} as const;

export interface BannerProps {
  /** `caution`: something is wrong. */
  readonly look?: keyof typeof looks;
  readonly icon: ReactNode;
  /** A sentence; names the region, too. */
  readonly title: string;
  readonly help: string;
  /** It is read out when it comes. Not for what is told elsewhere, or counts. */
  readonly spoken?: boolean;
  /** Buttons. */
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
}

/** A strip over the whole page: what is so, and what can be done about it. */
export function Banner({
  look = 'plain',
  icon,
  title,
  help,
  spoken = false,
  children,
  ...rest
}: BannerProps) {
  const { section, icon: colour } = looks[look];
  return (
    <section
      aria-label={title}
      data-testid={rest['data-testid']}
      className={classes(
        'flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 py-2 pr-3 pl-5 text-sm',
        section,
      )}
    >
      <span className={classes('shrink-0', colour)}>{icon}</span>
      <p role={spoken ? 'status' : undefined} className="min-w-44 flex-1 leading-snug">
        <span className="font-semibold">{title}</span> {help}
      </p>
      <div className="ml-auto flex shrink-0 flex-wrap gap-x-3 gap-y-1">{children}</div>
    </section>
  );
}
