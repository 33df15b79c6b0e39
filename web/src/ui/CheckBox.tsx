import { type ReactNode, useId } from 'react';
import { classes } from './classes.ts';

export interface CheckBoxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
  readonly label?: string;
  /** What it does, in a line under it. */
  readonly hint?: string;
  readonly disabled?: boolean;
  readonly className?: string;
  readonly 'data-testid'?: string;
}

export function CheckBox({
  checked,
  onChange,
  children,
  label,
  hint,
  disabled,
  className,
  ...rest
}: CheckBoxProps) {
  const hintId = useId();
  const box = (
    <label className={classes('flex min-h-11 items-center gap-3 text-base', className)}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-label={label}
        aria-describedby={hint === undefined ? undefined : hintId}
        data-testid={rest['data-testid']}
        onChange={(event) => onChange(event.target.checked)}
        className="size-5 shrink-0 accent-act"
      />
      <span>{children}</span>
    </label>
  );
  if (hint === undefined) return box;
  return (
    <div>
      {box}
      <p id={hintId} className="pl-8 text-ink-2 text-sm">
        {hint}
      </p>
    </div>
  );
}
