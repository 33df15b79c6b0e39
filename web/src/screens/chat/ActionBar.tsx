import { Copy, Ellipsis, Reply, SmilePlus } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import type { MessageView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import type { Can } from './can.ts';
import { useChatUi } from './chat-ui.ts';
import { type Acts, COMMON } from './use-acts.ts';

export interface ActionBarProps {
  readonly message: MessageView;
  readonly can: Can;
  readonly acts: Acts;
}

const QUICK = COMMON.slice(0, 3);

/** For the hand on a mouse: beside the bubble, in the empty half. Everything in it is in the menu, too. */
export function ActionBar({ message, can, acts }: ActionBarProps) {
  const { t } = useWords();
  const ui = useChatUi();
  const { id, mine, reactions } = message;
  return (
    <div
      role="toolbar"
      aria-label={t.chat.acts.toolbar}
      data-testid="action-bar"
      onKeyDown={moveInBar}
      className={classes('action-bar', mine ? 'action-bar-mine' : 'action-bar-theirs')}
    >
      {can.react &&
        QUICK.map((emoji) => (
          <BarButton
            key={emoji}
            label={t.chat.acts.react(emoji)}
            pressed={reactions.some((one) => one.emoji === emoji && one.mine)}
            onClick={() => acts.react(message, emoji)}
          >
            <span aria-hidden="true" className="font-emoji text-lg">
              {emoji}
            </span>
          </BarButton>
        ))}
      {can.react && (
        <BarButton
          label={t.chat.acts.reactOther}
          onClick={() => ui.setState({ opened: { what: 'emoji', id } })}
        >
          <SmilePlus size={19} strokeWidth={1.75} aria-hidden="true" />
        </BarButton>
      )}
      {can.react && <span aria-hidden="true" className="mx-0.5 h-5 w-px bg-rule" />}
      {can.reply && (
        <BarButton label={t.chat.acts.reply} onClick={() => acts.reply(id)}>
          <Reply size={19} strokeWidth={1.75} aria-hidden="true" />
        </BarButton>
      )}
      {can.copy && (
        <BarButton label={t.chat.acts.copy} onClick={() => acts.copy(message)}>
          <Copy size={18} strokeWidth={1.75} aria-hidden="true" />
        </BarButton>
      )}
      <BarButton
        label={t.chat.acts.more}
        onClick={(button) => {
          const { x, y, width, height } = button.getBoundingClientRect();
          ui.setState({ opened: { what: 'menu', id, at: { x, y, width, height } } });
        }}
      >
        <Ellipsis size={19} aria-hidden="true" />
      </BarButton>
    </div>
  );
}

interface BarButtonProps {
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: (button: HTMLButtonElement) => void;
  readonly children: ReactNode;
}

function BarButton({ label, pressed, onClick, children }: BarButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={({ currentTarget }) => onClick(currentTarget)}
      className={classes(
        'grid size-9 place-items-center rounded-full transition-colors hover:bg-press',
        pressed === true && 'bg-press',
      )}
    >
      {children}
    </button>
  );
}

function moveInBar(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons.at((at + step + buttons.length) % buttons.length)?.focus();
}
