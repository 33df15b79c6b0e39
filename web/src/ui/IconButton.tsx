import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { classes } from './classes.ts';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The accessible name, and the tooltip. */
  readonly label: string;
  readonly filled?: boolean;
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
}

export function IconButton({ label, filled = false, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={classes(
        'inline-flex size-11 shrink-0 items-center justify-center rounded-full transition-colors disabled:opacity-45',
        filled
          ? 'bg-accent text-on-accent enabled:hover:bg-accent-strong'
          : 'text-muted enabled:hover:bg-sunken enabled:hover:text-ink',
        className,
      )}
    >
      {children}
    </button>
  );
}
