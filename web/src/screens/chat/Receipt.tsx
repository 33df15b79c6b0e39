import { CircleAlert, Clock3 } from 'lucide-react';
import type { MessageStatus } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { useApp } from '../duet.tsx';

/** It may not have arrived, or did not: then its receipt is always shown. */
export const isUnsettled = (status: MessageStatus): boolean =>
  status === 'unconfirmed' || status === 'not-delivered';

/**
 * How far one's own message has come: one ring, two, two that have met. The word always stands beside. What was given to a
 * line that is gone may never have left: it waits, as what is written now does.
 */
export function Receipt({ status: reached }: { readonly status: MessageStatus }) {
  const { t } = useWords();
  const online = useApp((app) => app.connection.state === 'online');
  const status = reached === 'sending' && !online ? 'waiting' : reached;
  return (
    <span
      data-testid="receipt"
      className={classes(
        'inline-flex items-center gap-1.5',
        isUnsettled(status) && 'font-semibold text-danger',
      )}
    >
      <Mark status={status} />
      {t.chat.status[status]}
    </span>
  );
}

function Mark({ status }: { readonly status: MessageStatus }) {
  switch (status) {
    case 'waiting':
      return <Clock3 size={16} aria-hidden="true" />;
    case 'unconfirmed':
    case 'not-delivered':
      return <CircleAlert size={16} aria-hidden="true" />;
    case 'early':
    case 'sending':
      return (
        <svg viewBox="0 0 22 14" aria-hidden="true" className="rings">
          <circle cx="16" cy="7" r="5.2" />
        </svg>
      );
    case 'delivered':
      return (
        <svg viewBox="0 0 22 14" aria-hidden="true" className="rings">
          <circle cx="5.5" cy="7" r="4.7" />
          <circle cx="16.5" cy="7" r="4.7" />
        </svg>
      );
    case 'read':
      return (
        <svg viewBox="0 0 22 14" aria-hidden="true" className="rings">
          <circle cx="8" cy="7" r="5.4" />
          <circle cx="14" cy="7" r="5.4" />
          <path d="M11 2.5a5.4 5.4 0 0 1 0 9a5.4 5.4 0 0 1 0-9Z" />
        </svg>
      );
    default:
      return assertNever(status);
  }
}

function assertNever(status: never): never {
  throw new TypeError(`unknown status ${String(status)}`);
}
