import { X } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { messageById } from '../../state/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { useMessages } from '../duet.tsx';
import type { Writing } from '../memory.ts';
import { Quote } from './Quote.tsx';

export interface WritingStripProps {
  readonly writing: Writing;
  readonly peerName: string;
  readonly onJump: () => void;
  readonly onStop: () => void;
}

/** Above the field: which message is answered, or changed. */
export function WritingStrip({ writing: { what, id }, peerName, onJump, onStop }: WritingStripProps) {
  const { t } = useWords();
  const mine = useMessages((messages) => messageById(id)(messages)?.mine === true);
  const edits = what === 'edit';
  const title = edits ? t.chat.editing.title : mine ? t.chat.reply.toSelf : t.chat.reply.to(peerName);
  return (
    <div data-testid={`writing-${what}`} className="flex items-center gap-1 pb-1.5">
      <Quote id={id} peerName={peerName} plain={true} title={title} onJump={onJump} />
      <IconButton label={edits ? t.chat.editing.stop : t.chat.reply.stop} onClick={onStop}>
        <X size={20} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
