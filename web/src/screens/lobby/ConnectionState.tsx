import { useWords } from '../../i18n/index.tsx';
import { useApp } from '../duet.tsx';

/** One's own connection, in a word; what can be done about it is in the {@link ConnectionBanner}. */
export function ConnectionState() {
  const { t } = useWords();
  const connection = useApp((app) => app.connection);
  const words = t.connection;
  const offline = connection.state === 'waiting' && connection.browserOffline;
  const inTab = connection.state === 'replaced' && connection.by === 'tab';
  return (
    <p
      role="status"
      data-testid="connection-state"
      data-state={connection.state}
      className="truncate text-ink-2 text-xs"
    >
      {offline ? words.browserOffline : inTab ? words.replacedByTab : words[connection.state]}
    </p>
  );
}
