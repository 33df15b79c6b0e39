import { Check } from 'lucide-react';
import type { EmojiView } from '../../engine/contract.ts';
import { type Language, useWords } from '../../i18n/index.tsx';

const PER_ROW = 4;

/** protocol.md 3.2: twelve emoji, three rows of four. */
export const rowsOf = (emoji: readonly EmojiView[]): readonly (readonly EmojiView[])[] =>
  Array.from({ length: Math.ceil(emoji.length / PER_ROW) }, (_, row) =>
    emoji.slice(row * PER_ROW, (row + 1) * PER_ROW),
  );

export interface EmojiGridProps {
  readonly emoji: readonly EmojiView[];
  /** Language of the names, which a comparison switches for itself. */
  readonly language: Language;
  /** With these the rows can be ticked off; `ticked[row]`. */
  readonly ticked?: readonly boolean[];
  readonly onTick?: (row: number, ticked: boolean) => void;
  readonly 'data-testid'?: string;
}

/** Emoji with their names below: fonts draw them differently, the name is what two people compare, so nobody else translates it. */
export function EmojiGrid({ emoji, language, ticked, onTick, ...rest }: EmojiGridProps) {
  const { t } = useWords();
  return (
    <ol lang={language} translate="no" data-testid={rest['data-testid']} className="divide-y divide-line/40">
      {rowsOf(emoji).map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; emoji may repeat.
        <li key={index} className="flex items-center gap-1 py-1.5">
          {/* Four in a line; where long names leave no room for that, the line wraps before a name would break. */}
          <span className="flex min-w-0 flex-1 flex-wrap gap-x-0.5 gap-y-1.5">
            {row.map(({ emoji: symbol, ...names }, cell) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <span key={cell} className="min-w-min flex-[1_0_20%] text-center [overflow-wrap:normal]">
                <span aria-hidden="true" className="block font-emoji text-3xl leading-tight">
                  {symbol}
                </span>
                <span className="block text-xs leading-4 max-[24rem]:text-[0.6875rem]">
                  {names[language]}
                </span>
              </span>
            ))}
          </span>
          {onTick !== undefined && (
            <label className="relative flex size-touch shrink-0 items-center justify-center">
              <input
                type="checkbox"
                lang={undefined}
                checked={ticked?.[index] === true}
                aria-label={t.verify.twelve.row(index + 1, row.map((one) => one[language]).join(', '))}
                onChange={(event) => onTick(index, event.target.checked)}
                data-testid="fingerprint-row"
                className="peer size-6 appearance-none rounded-[0.4375rem] border-[1.5px] border-edge bg-sheet checked:border-act checked:bg-act"
              />
              <Check
                size={16}
                strokeWidth={3}
                aria-hidden="true"
                className="pointer-events-none absolute hidden text-on-act peer-checked:block"
              />
            </label>
          )}
        </li>
      ))}
    </ol>
  );
}
