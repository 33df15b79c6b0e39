import { MonitorSmartphone, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { ConnectionView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { useApp, useCommand } from '../duet.tsx';

type ReplacedBy = Extract<ConnectionView, { state: 'replaced' }>['by'];

/** Milliseconds until `at`, once a second. */
function useCountdown(at: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, at - now);
}

/** What is wrong with one's own connection and what can be done; nothing while all is well. */
export function ConnectionBanner() {
  const connection = useApp((app) => app.connection);
  if (connection.state === 'waiting') {
    return <Waiting retryAt={connection.retryAt} browserOffline={connection.browserOffline} />;
  }
  if (connection.state === 'refused') return <Refused />;
  return connection.state === 'replaced' ? <Replaced by={connection.by} /> : null;
}

function Waiting({
  retryAt,
  browserOffline,
}: {
  readonly retryAt: number;
  readonly browserOffline: boolean;
}) {
  const { t, format } = useWords();
  const left = useCountdown(retryAt);
  return (
    <Trouble
      icon={<WifiOff size={18} aria-hidden="true" />}
      title={browserOffline ? t.connection.browserOffline : t.connection.waiting}
      help={browserOffline ? t.connection.browserOfflineHelp : t.connection.waitingHelp(format.wait(left))}
      action={t.connection.retry}
    />
  );
}

function Replaced({ by }: { readonly by: ReplacedBy }) {
  const { t } = useWords();
  return (
    <Trouble
      icon={<MonitorSmartphone size={18} aria-hidden="true" />}
      title={by === 'tab' ? t.connection.replacedByTab : t.connection.replaced}
      help={t.connection.replacedHelp[by]}
      action={t.connection.useHere}
    />
  );
}

function Refused() {
  const { t } = useWords();
  return (
    <Trouble
      icon={<WifiOff size={18} aria-hidden="true" />}
      title={t.connection.refused}
      help={t.connection.refusedHelp}
      action={t.connection.retry}
    />
  );
}

/** Not spoken: {@link ConnectionState} tells the change, and a countdown must not be read out. */
function Trouble({
  icon,
  title,
  help,
  action,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly help: string;
  readonly action: string;
}) {
  const run = useCommand();
  return (
    <Banner look="caution" icon={icon} title={`${title}.`} help={help}>
      <Button small={true} onClick={() => run((client) => client.retryNow())}>
        {action}
      </Button>
    </Banner>
  );
}
