import { CircleAlert } from 'lucide-react';
import type { MessageView, ReactionView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { useVoices } from '../voices.ts';
import { isUnsettled } from './Receipt.tsx';

export interface ReactionsProps {
  readonly message: MessageView;
  readonly peerName: string;
  /** Null where nothing can be changed any more. */
  readonly onToggle: ((emoji: string) => void) | null;
}

/** Nobody's, but it is not known whether the peer saw it go. */
const isShown = ({ mine, theirs, status }: ReactionView): boolean =>
  mine || theirs || (status !== null && isUnsettled(status));

function whose({ emoji, mine, theirs }: ReactionView, name: string, t: Text): string {
  if (mine && theirs) return t.chat.reactions.both(emoji, name);
  return theirs ? t.chat.reactions.theirs(emoji, name) : t.chat.reactions.mine(emoji);
}

function fate({ status }: ReactionView, name: string, t: Text): string | null {
  if (status === 'waiting') return t.chat.reactions.waiting;
  return status !== null && isUnsettled(status) ? t.chat.reactions.unsettled(name) : null;
}

/** Below the bubble's edge; dots say whose they are, and so does the name for those who do not see them. */
export function Reactions({ message, peerName, onToggle }: ReactionsProps) {
  const { t } = useWords();
  const voices = useVoices(peerName);
  const shown = message.reactions.filter(isShown);
  if (shown.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, and no form.
    <div
      role="group"
      aria-label={t.chat.reactions.label}
      className={classes(
        'relative -mt-2 flex flex-wrap gap-1 px-3',
        message.mine ? 'self-start' : 'self-end',
      )}
    >
      {shown.map((reaction) => {
        const { emoji, mine, theirs } = reaction;
        const doubt = fate(reaction, peerName, t);
        const label = [whose(reaction, peerName, t), doubt].filter((part) => part !== null).join('. ');
        return (
          <button
            key={emoji}
            type="button"
            aria-label={label}
            aria-pressed={mine}
            title={
              onToggle === null ? label : `${label}. ${mine ? t.chat.reactions.remove : t.chat.reactions.add}`
            }
            disabled={onToggle === null}
            data-testid="reaction"
            data-emoji={emoji}
            data-status={reaction.status ?? undefined}
            onClick={() => onToggle?.(emoji)}
            className={classes(
              'inline-flex h-7 items-center gap-1.5 rounded-full border bg-sheet px-2 text-[0.9375rem] leading-none ring-2 ring-paper transition-colors enabled:hover:bg-press loud:border-edge',
              mine ? 'border-line' : 'border-rule',
              reaction.status !== null &&
                reaction.status !== 'delivered' &&
                reaction.status !== 'read' &&
                'border-dashed',
            )}
          >
            <span aria-hidden="true" className="font-emoji">
              {emoji}
            </span>
            <span aria-hidden="true" className="flex">
              {mine && <i className={classes('size-2 rounded-full bg-bright', voices.mine)} />}
              {theirs && (
                <i className={classes('size-2 rounded-full bg-bright', mine && '-ml-0.5', voices.theirs)} />
              )}
            </span>
            {doubt !== null && reaction.status !== 'waiting' && (
              <CircleAlert size={13} aria-hidden="true" className="text-danger" />
            )}
          </button>
        );
      })}
    </div>
  );
}
