import { TEXT_MAX_CHARS } from '@duet-chat/crypto';
import { ArrowUp, Paperclip } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useId, useLayoutEffect, useRef } from 'react';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { useCommand, useDuet, useMemory } from '../duet.tsx';
import { keepDraft, type Person } from '../memory.ts';
import { useVoices } from '../voices.ts';
import { useTyping } from './use-typing.ts';

/** The counter is shown for the last of them only. */
const COUNT_FROM = 400;

export interface ComposerProps {
  readonly peer: Person;
  /** `early`: texts only; they go with the call that rings. */
  readonly writable: ConversationView['writable'];
  readonly onFiles: (files: readonly File[]) => void;
}

/** Phones have Enter for new lines and a button for sending. */
const hasKeyboard = () => !matchMedia('(pointer: coarse)').matches;

/** What is being written. It is kept per person in this tab's memory, so a lost connection does not eat it. */
export function Composer({ peer, writable, onFiles }: ComposerProps) {
  const { t } = useWords();
  const { memory } = useDuet();
  const run = useCommand();
  const enabled = writable !== 'no';
  const typing = useTyping(writable === 'yes');
  const text = useMemory(({ drafts }) => drafts.get(peer.accountId) ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const counterId = useId();
  const { mine } = useVoices(peer.name);
  const left = TEXT_MAX_CHARS - [...text].length;
  const sendable = enabled && text.trim() !== '' && left >= 0;

  // As high as its text, within the limits of the class.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text, or the placeholder.
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text, enabled]);

  const send = async () => {
    if (!sendable) return;
    keepDraft(memory, peer.accountId, '');
    typing(false);
    field.current?.focus();
    const sent = await run((client) => client.sendText({ text }));
    // Not sent: back into the field, unless something new is there already.
    if (!sent && !memory.getState().drafts.has(peer.accountId)) keepDraft(memory, peer.accountId, text);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || !hasKeyboard()) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void send();
      }}
      className={classes(
        'mx-auto w-full max-w-talk shrink-0 px-2 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] 3xl:max-w-240 sm:px-5 sm:pb-4',
        mine,
      )}
    >
      <div className="flex items-end gap-0.5 rounded-[1.625rem] border-[1.5px] border-edge bg-sheet p-[3px] transition-colors focus-within:border-line focus-within:shadow-[0_0_0_1px_var(--line)]">
        <input
          ref={files}
          type="file"
          hidden={true}
          data-testid="attach-input"
          onChange={({ target }) => {
            if (target.files !== null) onFiles([...target.files]);
            // The same file can be chosen again.
            target.value = '';
          }}
        />
        <IconButton
          label={t.chat.attach}
          disabled={writable !== 'yes'}
          onClick={() => files.current?.click()}
        >
          <Paperclip size={20} strokeWidth={1.75} aria-hidden="true" />
        </IconButton>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={t.chat.composer(peer.name)}
          aria-describedby={counterId}
          placeholder={t.chat.composerPlaceholder[writable](peer.name)}
          title={enabled ? t.chat.enterHint : undefined}
          disabled={!enabled}
          value={text}
          onChange={(event) => {
            keepDraft(memory, peer.accountId, event.target.value);
            typing(event.target.value !== '');
          }}
          onKeyDown={onKeyDown}
          onBlur={() => typing(false)}
          data-testid="composer-input"
          className="max-h-40 min-h-touch min-w-0 flex-1 resize-none bg-transparent px-1 py-2.5 text-base leading-6 caret-strong outline-none placeholder:text-ink-2"
        />
        <IconButton
          type="submit"
          label={t.chat.send}
          filled={true}
          disabled={!sendable}
          data-testid="composer-send"
        >
          <ArrowUp size={20} strokeWidth={2} aria-hidden="true" />
        </IconButton>
      </div>
      <p
        id={counterId}
        className={classes(
          'px-14 pt-1 text-right text-sm',
          left > COUNT_FROM && 'sr-only',
          left < 0 ? 'text-danger' : 'text-ink-2',
        )}
      >
        {left <= COUNT_FROM && t.chat.counter(left)}
      </p>
    </form>
  );
}
