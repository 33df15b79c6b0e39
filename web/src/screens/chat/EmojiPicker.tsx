import { EmojiPicker as Picker } from 'frimousse';
import { useWords } from '../../i18n/index.tsx';
import { emojiData } from './emoji-data.ts';

export interface EmojiPickerProps {
  readonly onPick: (emoji: string) => void;
}

/** The picker counts rows and columns from 0, and ARIA from 1. */
const fromOne = (index = 0): number => index + 1;

/** All of them, to be found by their names; the arrow keys go through them from the field. */
export default function EmojiPicker({ onPick }: EmojiPickerProps) {
  const { t, language } = useWords();
  return (
    <Picker.Root
      columns={8}
      locale={language}
      resolveEmojiData={() => emojiData(language)}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
      data-testid="emoji-picker"
      className="flex h-72 min-h-0 flex-col"
    >
      <Picker.Search
        aria-label={t.chat.emoji.search}
        placeholder={t.chat.emoji.search}
        data-testid="emoji-search"
        className="min-h-touch rounded-full border border-edge bg-wing px-4 text-base placeholder:text-ink-2"
      />
      <Picker.Viewport
        tabIndex={0}
        className="relative mt-2 min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <Picker.Loading className="marking absolute inset-0 grid place-items-center">
          {t.chat.emoji.loading}
        </Picker.Loading>
        <Picker.Empty className="marking absolute inset-0 grid place-items-center">
          {t.chat.emoji.none}
        </Picker.Empty>
        <Picker.List
          className="select-none pb-1"
          components={{
            CategoryHeader: ({ category, ...rest }) => (
              <div {...rest} className="marking bg-sheet px-1 py-1.5 text-sm">
                {category.label}
              </div>
            ),
            Row: ({ children, ...rest }) => (
              // biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is among the properties.
              <div {...rest} aria-rowindex={fromOne(rest['aria-rowindex'])}>
                {children}
              </div>
            ),
            Emoji: ({ emoji, ...rest }) => (
              // biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is among the properties.
              <button
                {...rest}
                type="button"
                aria-colindex={fromOne(rest['aria-colindex'])}
                className="grid h-10 w-1/8 shrink-0 place-items-center rounded-control font-emoji text-2xl data-active:bg-press"
              >
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </Picker.Viewport>
    </Picker.Root>
  );
}
