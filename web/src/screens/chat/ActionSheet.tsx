import { SmilePlus } from 'lucide-react';
import type { MessageView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { Sheet } from '../../ui/Sheet.tsx';
import type { Action } from './action-list.tsx';
import { Quote } from './Quote.tsx';
import { COMMON } from './use-acts.ts';

export interface ActionSheetProps {
  readonly message: MessageView;
  readonly peerName: string;
  readonly actions: readonly Action[];
  readonly onReact: (emoji: string) => void;
  readonly onClose: () => void;
}

/** For the finger: what can be done with a message, from below. */
export function ActionSheet({ message, peerName, actions, onReact, onClose }: ActionSheetProps) {
  const { t, format } = useWords();
  const other = actions.find(({ name }) => name === 'react');
  const name = message.mine ? t.chat.you : peerName;
  return (
    <Sheet
      label={t.chat.acts.menu}
      closeLabel={t.chat.acts.close}
      onClose={onClose}
      data-testid="action-sheet"
    >
      <div className="pt-1 pb-2">
        <Quote
          id={message.id}
          peerName={peerName}
          plain={true}
          title={`${name} ${format.time(message.at)}`}
        />
      </div>
      {other !== undefined && (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons, and no form.
        <div role="group" aria-label={t.chat.reactions.label} className="flex justify-between gap-0.5 py-1">
          {COMMON.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={t.chat.acts.react(emoji)}
              title={t.chat.acts.react(emoji)}
              aria-pressed={message.reactions.some((one) => one.emoji === emoji && one.mine)}
              onClick={() => {
                onReact(emoji);
                onClose();
              }}
              className="grid h-touch min-w-0 flex-1 place-items-center rounded-full font-emoji text-2xl hover:bg-press aria-pressed:bg-press"
            >
              <span aria-hidden="true">{emoji}</span>
            </button>
          ))}
          <button
            type="button"
            aria-label={t.chat.acts.reactOther}
            title={t.chat.acts.reactOther}
            onClick={other.run}
            className="grid h-touch min-w-0 flex-1 place-items-center rounded-full hover:bg-press"
          >
            <SmilePlus size={22} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </div>
      )}
      <ul>
        {actions
          .filter((action) => action !== other)
          .map(({ name: act, label, icon, note, run }, index) => (
            <li key={act} className={classes(index > 0 && 'border-rule border-t')}>
              <button
                type="button"
                data-testid={`act-${act}`}
                onClick={() => {
                  onClose();
                  run();
                }}
                className="flex min-h-14 w-full items-center gap-3 px-2 text-start"
              >
                {icon}
                <span className="flex-1">{label}</span>
                {note !== null && <span className="text-ink-2 text-sm">{note}</span>}
              </button>
            </li>
          ))}
      </ul>
    </Sheet>
  );
}
