import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { classes } from './classes.ts';

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** Small print under the field. */
  readonly hint?: ReactNode;
  /** Replaces the hint and marks the field as wrong. */
  readonly problem?: string | null;
  /** A control inside the field, at its end. */
  readonly trailing?: ReactNode;
  readonly 'data-testid'?: string;
}

/** Type is 16 px or more, so that phones do not zoom in. */
export function TextField({ label, hint, problem = null, trailing, className, ...rest }: TextFieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = problem ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block font-medium text-[0.9375rem]">
        {label}
      </label>
      <div className="relative">
        <input
          {...rest}
          id={id}
          aria-invalid={problem !== null || undefined}
          aria-describedby={note === undefined ? undefined : noteId}
          className={classes(
            'h-12 w-full rounded-xl border bg-surface px-3.5 text-base text-ink placeholder:text-muted',
            problem === null ? 'border-control' : 'border-danger',
            trailing !== undefined && 'pr-12',
          )}
        />
        {trailing !== undefined && (
          <div className="absolute inset-y-0 right-0.5 flex items-center">{trailing}</div>
        )}
      </div>
      {note !== undefined && (
        <div
          id={noteId}
          className={classes('mt-1.5 text-sm', problem === null ? 'text-muted' : 'text-danger')}
        >
          {note}
        </div>
      )}
    </div>
  );
}
