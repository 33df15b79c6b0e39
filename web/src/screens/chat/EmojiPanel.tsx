import { X } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { useEscape } from '../../ui/use-escape.ts';
import { useWayBack } from '../../ui/way-back.ts';
import { lazily } from '../lazily.tsx';
import { COMMON } from './use-acts.ts';

export const EmojiPicker = lazily(async () => (await import('./EmojiPicker.tsx')).default);

export interface EmojiPanelProps {
  /** What picking one does, in words. */
  readonly label: (emoji: string) => string;
  readonly onPick: (emoji: string) => void;
  /** `byHand`: the focus goes back to where it was. */
  readonly onClose: () => void;
}

/** Over the field that one writes in. Those that are used often are there at once, and the others when they have come. */
export function EmojiPanel({ label, onPick, onClose }: EmojiPanelProps) {
  const { t } = useWords();
  const panel = useRef<HTMLElement>(null);
  useEscape(onClose);
  useWayBack(onClose);

  useLayoutEffect(() => {
    panel.current?.focus({ preventScroll: true });
  }, []);

  useLayoutEffect(() => {
    const onPress = ({ target }: PointerEvent) => {
      const inside = target instanceof Node && panel.current?.contains(target) === true;
      const opener = target instanceof Element && target.closest('[data-opens-emoji]') !== null;
      if (!inside && !opener) onClose();
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  });

  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label={t.chat.emoji.panel}
      data-testid="emoji-panel"
      className="absolute right-2 bottom-full z-20 mb-1 w-[min(24rem,calc(100%-1rem))] rounded-card border border-rule bg-sheet p-3 shadow-over outline-none motion-safe:animate-rise sm:right-5 loud:border-edge"
    >
      <div className="mb-2 flex items-center gap-0.5">
        {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons, and no form. */}
        <div role="group" aria-label={t.chat.emoji.often} className="flex min-w-0 flex-1 justify-between">
          {COMMON.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={label(emoji)}
              title={label(emoji)}
              data-testid="emoji-common"
              onClick={() => onPick(emoji)}
              className="grid size-10 min-w-0 place-items-center rounded-full font-emoji text-2xl hover:bg-press"
            >
              <span aria-hidden="true">{emoji}</span>
            </button>
          ))}
        </div>
        <IconButton label={t.chat.emoji.close} onClick={onClose}>
          <X size={20} aria-hidden="true" />
        </IconButton>
      </div>
      <EmojiPicker onPick={onPick} />
    </section>
  );
}
