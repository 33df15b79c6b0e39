import { useLayoutEffect, useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { useWayBack, wayBack } from '../ui/way-back.ts';
import { useCommand } from './duet.tsx';
import { LeaveTalks, useTalking } from './LeaveTalks.tsx';
import { hasAgreed } from './reload.ts';

/**
 * Nothing ends because of a press on Back: while somebody is talked to, leaving the page is asked for first, and only once
 * everything that was open here is closed. The browser itself asks before a tab is closed or loaded again.
 */
export function LeavePage() {
  const { t } = useWords();
  const run = useCommand();
  const [asking, setAsking] = useState(false);
  const talking = useTalking();
  const open = talking.length > 0;
  useWayBack(open ? () => setAsking(true) : undefined, { under: true });

  useLayoutEffect(() => {
    if (!open) return;
    const ask = (event: BeforeUnloadEvent) => {
      if (!hasAgreed()) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [open]);

  const stay = () => setAsking(false);
  // The last one ended by itself: nothing is asked any more, now or when the next one begins.
  if (asking && !open) stay();
  if (!asking || !open) return null;
  const leave = async () => {
    stay();
    if (await run((client) => client.leaveAll())) wayBack.leave();
  };
  return (
    <LeaveTalks
      title={t.leaving.title}
      talking={talking}
      leave={t.leaving.leave}
      onLeave={() => void leave()}
      onStay={stay}
      data-testid="leave-page"
    />
  );
}
