import { ArrowUp, Check, Paperclip, Smile } from 'lucide-react';
import {
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
} from 'react';
import { withoutBlankEnds } from '../../engine/blank.ts';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { useCommand, useConversation, useDuet, useMemory } from '../duet.tsx';
import { talksTo } from '../lobby/use-call.ts';
import { keepDraft, type Person, setWriting, type Writing } from '../memory.ts';
import { useVoices } from '../voices.ts';
import { canDo, lastEditable } from './can.ts';
import { useChatUi, useUi } from './chat-ui.ts';
import { EmojiPanel, EmojiPicker } from './EmojiPanel.tsx';
import { charactersLeft } from './length.ts';
import { useActs } from './use-acts.ts';
import { useField } from './use-field.ts';
import { useTyping } from './use-typing.ts';
import { WritingStrip } from './WritingStrip.tsx';

/** The counter is shown for the last of them only. */
const COUNT_FROM = 400;

/** What browsers give as the code of a key that an input method has taken, also after they say that it composes. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Two presses on one place in this time are one double click. */
const DOUBLE_CLICK_MS = 500;

export interface ComposerProps {
  readonly peer: Person;
  /** `early`: texts only; they go with the call that rings. */
  readonly writable: ConversationView['writable'];
  readonly onFiles: (files: readonly File[]) => void;
  /** Stands in the place of the send button while there is nothing to send. */
  readonly tools?: ReactNode;
}

/** Phones have Enter for new lines and a button for sending. */
const hasKeyboard = () => !matchMedia('(pointer: coarse)').matches;

/** What was pressed to come here, or nothing, has the focus. */
const isIdle = (focused: Element | null): boolean =>
  focused === null || focused === document.body || focused.closest('nav li button') !== null;

/** What is being written. It is kept per person in this tab's memory, so a lost connection does not eat it. */
export function Composer({ peer, writable, onFiles, tools }: ComposerProps) {
  const { t } = useWords();
  const { memory, stores } = useDuet();
  const run = useCommand();
  const ui = useChatUi();
  const conversation = useConversation();
  const { accountId, name } = peer;
  const acts = useActs(accountId);
  const enabled = writable !== 'no';
  const typing = useTyping(accountId, writable === 'yes');
  const field = useField(accountId);
  const { blank, left } = field.shape;
  const files = useRef<HTMLInputElement>(null);
  const counterId = useId();
  const { mine } = useVoices(name);
  const writing = useMemory((state) => state.writing.get(accountId)) ?? null;
  const emoji = useUi(({ opened }) => (opened?.what === 'emoji' ? opened : null));
  const sendable = enabled && !blank && left >= 0;
  const write = (next: Writing | null) => setWriting(memory, accountId, next);

  // Whoever called, answered or chose somebody wants to write. Nothing is taken from who writes elsewhere already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each conversation that can be written in.
  useLayoutEffect(() => {
    if (enabled && hasKeyboard() && isIdle(document.activeElement)) {
      field.ref.current?.focus({ preventScroll: true });
    }
  }, [accountId, enabled]);

  // Whoever answers or changes a message wants to write.
  const about = writing === null ? null : `${writing.what} ${writing.id}`;
  const chosen = useUi((state) => state.chosen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that a message is chosen for it, also the same one.
  useLayoutEffect(() => {
    if (about !== null) field.ref.current?.focus();
  }, [about, chosen]);

  // How much is too much is said of the text as it was: it is not true of another one.
  const tooMuch = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the text gets longer or shorter.
  useEffect(() => {
    const said = tooMuch.current;
    tooMuch.current = null;
    if (said !== null) ui.setState(({ remark }) => (remark === said ? { remark: null } : {}));
  }, [left, ui]);

  // Once a text is sent, other buttons stand where the hand is; they are not for the rest of a double click.
  const sentAt = useRef(Number.NEGATIVE_INFINITY);
  const notTwice = (event: SyntheticEvent) => {
    if (event.timeStamp - sentAt.current >= DOUBLE_CLICK_MS) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const isOpen = () => talksTo(stores.conversations.getState().list, accountId);

  const send = async () => {
    // What stands in the field now, which may be newer than what was drawn.
    const written = field.text();
    const room = charactersLeft(written);
    if (room < 0) {
      tooMuch.current = t.chat.counter(room);
      ui.setState({ remark: tooMuch.current });
    }
    const text = withoutBlankEnds(written);
    // Whoever leaves nothing of a message wants it gone.
    if (enabled && text === '' && writing?.what === 'edit')
      ui.setState({ opened: { what: 'take-back', id: writing.id } });
    if (!enabled || text === '' || room < 0) return;
    typing(false);
    field.ref.current?.focus();
    write(null);
    if (writing?.what === 'edit') {
      const { id } = writing;
      const body = stores.messages.getState().byId.get(id)?.body;
      if (body?.kind === 'text' && (body.text === text || body.text === written)) return;
      const changed = await run((client) => client.editText({ accountId, id, text }));
      // Of a conversation that is over nothing is kept.
      if (!changed && isOpen()) write({ what: 'edit', id, text });
      return;
    }
    keepDraft(memory, accountId, '');
    const reply = writing === null ? {} : { reply: writing.id };
    const sent = await run((client) => client.sendText({ accountId, text, ...reply }));
    if (sent) return;
    // Not sent: back into the field, before what was written since.
    const since = memory.getState().drafts.get(accountId);
    keepDraft(memory, accountId, since === undefined ? text : `${text}\n${since}`);
    if (writing !== null && isOpen() && !memory.getState().writing.has(accountId)) write(writing);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const { key, keyCode, shiftKey, nativeEvent } = event;
    // The Enter that ends a composition is the input method's, in whatever order a browser tells of it.
    if (nativeEvent.isComposing || keyCode === TAKEN_BY_INPUT_METHOD) return;
    if (key === 'Escape' && writing !== null) {
      event.preventDefault();
      event.stopPropagation();
      write(null);
    }
    if (key === 'ArrowUp' && field.text() === '' && writing === null) {
      const last = lastEditable(stores.messages.getState(), conversation, Date.now());
      if (last === null) return;
      event.preventDefault();
      acts.edit(last);
    }
    if (key !== 'Enter' || shiftKey || !hasKeyboard()) return;
    event.preventDefault();
    void send();
  };

  const pick = (picked: string) => {
    if (emoji === null || emoji.id === null) {
      field.insert(picked);
      return;
    }
    const message = stores.messages.getState().byId.get(emoji.id);
    if (message !== undefined && canDo(message, conversation, Date.now()).react) acts.react(message, picked);
    ui.setState({ opened: null });
  };

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (!blank) sentAt.current = event.timeStamp;
        void send();
      }}
      className={classes(
        'relative mx-auto w-full max-w-talk shrink-0 px-2 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] 3xl:max-w-240 sm:px-5 sm:pb-4',
        mine,
      )}
    >
      {emoji !== null && (
        <EmojiPanel
          label={emoji.id === null ? t.chat.emoji.insert : t.chat.acts.react}
          onPick={pick}
          onClose={() => {
            ui.setState({ opened: null });
            field.ref.current?.focus({ preventScroll: true });
          }}
        />
      )}
      {writing !== null && (
        <WritingStrip
          writing={writing}
          peerName={name}
          onJump={() => acts.jump(writing.id)}
          onStop={() => {
            write(null);
            field.ref.current?.focus();
          }}
        />
      )}
      <div className="flex items-end gap-0.5 rounded-[1.625rem] border-[1.5px] border-edge bg-sheet p-[3px] transition-colors focus-within:border-line focus-within:shadow-[0_0_0_1px_var(--line)]">
        <input
          ref={files}
          type="file"
          multiple={true}
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
          ref={field.ref}
          rows={1}
          dir="auto"
          translate="no"
          aria-label={t.chat.composer(name)}
          aria-describedby={counterId}
          placeholder={t.chat.composerPlaceholder[writable](name)}
          title={enabled ? t.chat.enterHint : undefined}
          disabled={!enabled}
          onInput={() => {
            field.onInput();
            typing(field.text() !== '');
          }}
          onKeyDown={onKeyDown}
          onBlur={() => typing(false)}
          data-testid="composer-input"
          className="field-sizing-content max-h-40 min-h-touch min-w-0 flex-1 resize-none bg-transparent px-1 py-2.5 text-base leading-6 caret-strong outline-none placeholder-shown:text-ellipsis placeholder:overflow-hidden placeholder:text-ellipsis placeholder:whitespace-nowrap placeholder:text-ink-2"
        />
        <IconButton
          label={t.chat.emoji.open}
          disabled={!enabled}
          aria-expanded={emoji !== null}
          data-opens-emoji={true}
          data-testid="emoji-open"
          onPointerEnter={() => EmojiPicker.preload()}
          onClick={() => ui.setState({ opened: emoji === null ? { what: 'emoji', id: null } : null })}
        >
          <Smile size={20} strokeWidth={1.75} aria-hidden="true" />
        </IconButton>
        {tools !== undefined && writable === 'yes' && blank && writing === null ? (
          <span
            className="contents"
            onPointerDownCapture={notTwice}
            onClickCapture={notTwice}
            onPointerLeave={({ pointerType }) => {
              // A finger leaves with each touch.
              if (pointerType === 'mouse') sentAt.current = Number.NEGATIVE_INFINITY;
            }}
          >
            {tools}
          </span>
        ) : (
          <IconButton
            type="submit"
            label={writing?.what === 'edit' ? t.chat.editing.save : t.chat.send}
            filled={true}
            disabled={!sendable && !(enabled && blank && writing?.what === 'edit')}
            data-testid="composer-send"
          >
            {writing?.what === 'edit' ? (
              <Check size={20} strokeWidth={2} aria-hidden="true" />
            ) : (
              <ArrowUp size={20} strokeWidth={2} aria-hidden="true" />
            )}
          </IconButton>
        )}
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
