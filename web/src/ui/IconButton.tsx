import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { classes } from './classes.ts';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The accessible name, and the tooltip. */
  readonly label: string;
  /** In the voice around it: the one thing to press here. */
  readonly filled?: boolean;
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
  readonly 'data-opens-emoji'?: boolean;
}

export function IconButton({ label, filled = false, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={classes(
        'inline-flex size-touch shrink-0 items-center justify-center rounded-full transition-colors',
        filled
          ? 'bg-strong text-sheet disabled:bg-press disabled:text-ink-2'
          : 'text-ink enabled:hover:bg-press disabled:text-edge',
        className,
      )}
    >
      {children}
    </button>
  );
}
