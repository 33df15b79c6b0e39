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
      <label htmlFor={id} className="mb-1 block font-semibold text-sm">
        {label}
      </label>
      <div className="relative">
        <input
          {...rest}
          id={id}
          aria-invalid={problem !== null || undefined}
          aria-describedby={note === undefined ? undefined : noteId}
          className={classes(
            'h-12 w-full rounded-control border bg-sheet px-4 text-base text-ink placeholder:text-ink-2 focus-visible:-outline-offset-1',
            problem === null ? 'border-edge' : 'border-danger',
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
          className={classes('mt-1.5 text-sm', problem === null ? 'text-ink-2' : 'text-danger')}
        >
          {note}
        </div>
      )}
    </div>
  );
}
