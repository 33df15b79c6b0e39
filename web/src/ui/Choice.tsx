import { useId } from 'react';
import { classes } from './classes.ts';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

export interface ChoiceProps<Value extends string> {
  readonly legend: string;
  readonly hideLegend?: boolean;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** `row`: side by side in one pill. `list`: one under the other, with their hints. */
  readonly layout?: 'row' | 'list';
  readonly 'data-testid'?: string;
}

/** One of a few: real radio buttons, laid invisibly over what they look like. */
export function Choice<Value extends string>({
  legend,
  hideLegend = false,
  options,
  value,
  onChange,
  layout = 'row',
  ...rest
}: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset data-testid={rest['data-testid']} className="min-w-0">
      <legend className={hideLegend ? 'sr-only' : 'mb-2 font-semibold text-sm'}>{legend}</legend>
      <div
        className={
          layout === 'row'
            ? 'flex gap-0.5 rounded-full bg-press p-[3px] loud:ring-1 loud:ring-edge'
            : 'divide-y divide-rule overflow-hidden rounded-card border border-rule bg-sheet'
        }
      >
        {options.map((option) => (
          <label
            key={option.value}
            className={classes(
              'relative flex items-center has-focus-visible:outline-2 has-focus-visible:outline-focus',
              layout === 'row'
                ? 'min-h-10 flex-1 justify-center rounded-full px-2 text-center leading-tight font-medium has-checked:bg-sheet has-checked:font-semibold has-checked:shadow-card loud:has-checked:ring-1 loud:has-checked:ring-edge forced-colors:has-checked:bg-[Highlight] forced-colors:has-checked:text-[HighlightText]'
                : 'min-h-14 gap-3 px-4 py-3 has-focus-visible:-outline-offset-2',
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className={classes(
                'accent-act',
                layout === 'row' ? 'absolute inset-0 size-full opacity-0' : 'size-5 shrink-0 outline-none',
              )}
            />
            <span className="min-w-0">
              <span className={layout === 'list' ? 'block' : undefined}>{option.label}</span>
              {option.hint !== undefined && <span className="block text-ink-2 text-sm">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
