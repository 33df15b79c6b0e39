import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface CheckBoxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
  readonly label?: string;
  /** Id of what explains it. */
  readonly describedBy?: string;
  readonly className?: string;
  readonly 'data-testid'?: string;
}

export function CheckBox({
  checked,
  onChange,
  children,
  label,
  describedBy,
  className,
  ...rest
}: CheckBoxProps) {
  return (
    <label className={classes('flex min-h-11 items-center gap-3 text-base', className)}>
      <input
        type="checkbox"
        checked={checked}
        aria-label={label}
        aria-describedby={describedBy}
        data-testid={rest['data-testid']}
        onChange={(event) => onChange(event.target.checked)}
        className="size-5 shrink-0 accent-act"
      />
      <span>{children}</span>
    </label>
  );
}
