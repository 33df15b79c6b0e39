import type { ConnectionView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { useApp } from '../duet.tsx';

const colours: Readonly<Record<ConnectionView['state'], string>> = {
  idle: 'bg-muted',
  connecting: 'bg-warning motion-safe:animate-breathe',
  online: 'bg-accent',
  waiting: 'bg-danger',
  replaced: 'bg-warning',
  refused: 'bg-danger',
};

/** One's own connection, in a word; what can be done about it is in the {@link ConnectionBanner}. */
export function ConnectionDot() {
  const { t } = useWords();
  const connection = useApp((app) => app.connection);
  const offline = connection.state === 'waiting' && connection.browserOffline;
  return (
    <p
      role="status"
      data-testid="connection-state"
      data-state={connection.state}
      className="flex items-center gap-1.5 text-muted text-sm leading-tight"
    >
      <span
        aria-hidden="true"
        className={classes('size-2 shrink-0 rounded-full', colours[connection.state])}
      />
      <span className="truncate">
        {offline ? t.connection.browserOffline : t.connection[connection.state]}
      </span>
    </p>
  );
}
