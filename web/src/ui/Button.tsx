import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Spinner } from './Spinner.tsx';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

const looks: Readonly<Record<Look, string>> = {
  primary: 'bg-accent text-on-accent enabled:hover:bg-accent-strong',
  secondary: 'border border-line bg-surface text-ink enabled:hover:bg-sunken',
  quiet: 'text-ink enabled:hover:bg-sunken',
  danger: 'bg-danger text-on-danger enabled:hover:opacity-90',
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  /** Works: cannot be pressed again, and says so. */
  readonly busy?: boolean;
  readonly icon?: ReactNode;
  readonly 'data-testid'?: string;
}

/** 44 px high at least, for fingers. Never submits a form unless `type="submit"`. */
export function Button({
  look = 'secondary',
  busy = false,
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
        'inline-flex min-h-11 items-center justify-center gap-2 rounded-xl px-4 py-2 text-center font-medium text-[0.9375rem] leading-tight transition-colors disabled:opacity-55',
        looks[look],
        className,
      )}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}
