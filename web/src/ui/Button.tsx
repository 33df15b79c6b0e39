import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Spinner } from './Spinner.tsx';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

/** Borders that cannot be seen are drawn where the system forces its own colours. */
const looks: Readonly<Record<Look, string>> = {
  primary: 'border-transparent bg-act text-on-act enabled:hover:bg-act-hover',
  secondary: 'border-edge bg-sheet text-ink enabled:hover:bg-press',
  quiet: 'border-transparent text-ink enabled:hover:bg-press',
  danger: 'border-transparent bg-danger text-on-danger enabled:hover:bg-danger/90',
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  /** Works: cannot be pressed again, and says so. */
  readonly busy?: boolean;
  readonly icon?: ReactNode;
  /** Inside cards and moments. Still 44 px for a finger. */
  readonly small?: boolean;
  readonly 'data-testid'?: string;
}

/** 44 px high at least, for fingers. Never submits a form unless `type="submit"`. */
export function Button({
  look = 'secondary',
  busy = false,
  small = false,
  icon,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={classes(
        'relative inline-flex items-center justify-center gap-2 rounded-full border text-center font-semibold leading-5 transition-colors',
        small
          ? 'min-h-9 px-3.5 py-1.5 text-sm after:absolute after:-inset-y-1 after:inset-x-0'
          : 'min-h-touch px-4.5 py-2',
        // Off is said by the look, at full contrast: it may be what the person needs to read.
        'disabled:border-press disabled:bg-press disabled:text-ink-2',
        looks[look],
        className,
      )}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}
