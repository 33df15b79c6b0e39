import type { EmojiView } from '../../engine/contract.ts';
import { type Language, useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';

const PER_ROW = 4;

/** protocol.md 3.2: twelve emoji, three rows of four. */
export const rowsOf = (emoji: readonly EmojiView[]): readonly (readonly EmojiView[])[] =>
  Array.from({ length: Math.ceil(emoji.length / PER_ROW) }, (_, row) =>
    emoji.slice(row * PER_ROW, (row + 1) * PER_ROW),
  );

export interface EmojiGridProps {
  readonly emoji: readonly EmojiView[];
  /** Language of the names, which the dialog switches for itself. */
  readonly language: Language;
  /** With these the rows can be ticked off; `ticked[row]`. */
  readonly ticked?: readonly boolean[];
  readonly onTick?: (row: number, ticked: boolean) => void;
  readonly 'data-testid'?: string;
}

/** Emoji with their names below: fonts draw them differently, the name is what two people compare. */
export function EmojiGrid({ emoji, language, ticked, onTick, ...rest }: EmojiGridProps) {
  const { t } = useWords();
  return (
    <ol lang={language} data-testid={rest['data-testid']} className="space-y-1.5">
      {rowsOf(emoji).map((row, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; emoji may repeat.
          key={index}
          className={classes(
            'flex items-center rounded-xl border px-1 py-2 transition-colors',
            ticked?.[index] === true ? 'border-accent bg-accent-soft' : 'border-line bg-surface',
          )}
        >
          <span className="grid min-w-0 flex-1 grid-cols-4 gap-0.5">
            {row.map(({ emoji: symbol, ...names }, cell) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <span key={cell} className="min-w-0 text-center">
                <span aria-hidden="true" className="block font-emoji text-3xl leading-tight">
                  {symbol}
                </span>
                <span className="block md:min-h-[2lh] hyphens-auto break-words text-xs leading-tight max-[22.5rem]:text-[0.6875rem]">
                  {names[language]}
                </span>
              </span>
            ))}
          </span>
          {onTick !== undefined && (
            <label className="flex size-11 shrink-0 items-center justify-center">
              <input
                type="checkbox"
                lang={undefined}
                checked={ticked?.[index] === true}
                aria-label={t.verify.rowName(index + 1, row.map((one) => one[language]).join(', '))}
                onChange={(event) => onTick(index, event.target.checked)}
                data-testid="fingerprint-row"
                className="size-5 accent-accent"
              />
            </label>
          )}
        </li>
      ))}
    </ol>
  );
}
