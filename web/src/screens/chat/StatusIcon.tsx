import { Check, CheckCheck, CircleAlert, Clock3, Hourglass, Send } from 'lucide-react';
import type { MessageStatus } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';

const looks: Readonly<Record<MessageStatus, { readonly icon: typeof Check; readonly colour: string }>> = {
  waiting: { icon: Hourglass, colour: 'text-muted' },
  early: { icon: Send, colour: 'text-muted' },
  sending: { icon: Clock3, colour: 'text-muted' },
  delivered: { icon: Check, colour: 'text-muted' },
  read: { icon: CheckCheck, colour: 'text-accent' },
  failed: { icon: CircleAlert, colour: 'text-danger' },
};

/** How far one's own message has come. A failure is written out; the rest is a shape with a name. */
export function StatusIcon({ status }: { readonly status: MessageStatus }) {
  const { t } = useWords();
  const { icon: Icon, colour } = looks[status];
  return (
    <span className={colour}>
      {status === 'failed' && <span className="mr-1">{t.chat.status.failed}</span>}
      <Icon
        size={15}
        className="inline-block align-text-bottom"
        {...(status === 'failed'
          ? { 'aria-hidden': true }
          : { role: 'img', 'aria-label': t.chat.status[status] })}
      />
    </span>
  );
}
