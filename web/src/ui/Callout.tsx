import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface CalloutProps {
  readonly tone: 'plain' | 'warning' | 'danger';
  readonly icon?: ReactNode;
  readonly role?: 'alert' | 'status' | 'note';
  readonly children: ReactNode;
  readonly className?: string;
  readonly 'data-testid'?: string;
  readonly 'data-code'?: string;
}

const tones: Readonly<Record<CalloutProps['tone'], string>> = {
  plain: 'bg-wing',
  warning: 'bg-caution-soft',
  danger: 'bg-danger-soft',
};

const marks: Readonly<Record<CalloutProps['tone'], string>> = {
  plain: 'text-ink-2',
  warning: 'text-caution',
  danger: 'text-danger',
};

/** A few lines that stand out from what is around them. */
export function Callout({ tone, icon, role, children, className, ...rest }: CalloutProps) {
  return (
    <div
      {...rest}
      role={role}
      className={classes(
        'flex gap-3 rounded-card px-4 py-3 text-sm loud:border loud:border-edge',
        tones[tone],
        className,
      )}
    >
      {icon !== undefined && <span className={classes('mt-0.5 shrink-0', marks[tone])}>{icon}</span>}
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
