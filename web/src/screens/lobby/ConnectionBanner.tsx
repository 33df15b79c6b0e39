import { MonitorSmartphone, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { useApp, useCommand } from '../duet.tsx';

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
  return connection.state === 'replaced' ? <Replaced /> : null;
}

function Waiting({
  retryAt,
  browserOffline,
}: {
  readonly retryAt: number;
  readonly browserOffline: boolean;
}) {
  const { t, format } = useWords();
  const run = useCommand();
  const left = useCountdown(retryAt);
  return (
    <Banner
      icon={<WifiOff size={18} aria-hidden="true" />}
      title={browserOffline ? t.connection.browserOffline : t.connection.waiting}
      help={browserOffline ? t.connection.browserOfflineHelp : t.connection.waitingHelp(format.wait(left))}
      action={t.connection.retry}
      onAction={() => run((client) => client.retryNow())}
    />
  );
}

function Replaced() {
  const { t } = useWords();
  const run = useCommand();
  return (
    <Banner
      icon={<MonitorSmartphone size={18} aria-hidden="true" />}
      title={t.connection.replaced}
      help={t.connection.replacedHelp}
      action={t.connection.useHere}
      onAction={() => run((client) => client.retryNow())}
    />
  );
}

function Refused() {
  const { t } = useWords();
  const run = useCommand();
  return (
    <Banner
      icon={<WifiOff size={18} aria-hidden="true" />}
      title={t.connection.refused}
      help={t.connection.refusedHelp}
      action={t.connection.retry}
      onAction={() => run((client) => client.retryNow())}
    />
  );
}

interface BannerProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly help: string;
  readonly action: string;
  readonly onAction: () => void;
}

/** No live region: {@link ConnectionState} tells the change, and a countdown must not be read out. */
function Banner({ icon, title, help, action, onAction }: BannerProps) {
  return (
    <section
      aria-label={title}
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 bg-caution-soft py-2 pr-3 pl-5 text-sm loud:border-edge loud:border-b"
    >
      <span className="shrink-0 text-caution">{icon}</span>
      <p className="min-w-44 flex-1 leading-snug">
        <span className="font-semibold">{title}.</span> {help}
      </p>
      <Button small={true} onClick={onAction} className="ml-auto shrink-0">
        {action}
      </Button>
    </section>
  );
}
