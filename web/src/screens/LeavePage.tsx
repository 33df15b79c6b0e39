import { useLayoutEffect, useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useWayBack, wayBack } from '../ui/way-back.ts';
import { useCommand, useConversations } from './duet.tsx';
import { isLive } from './lobby/use-call.ts';
import { hasAgreed } from './reload.ts';

/**
 * Nothing ends because of a press on Back: while somebody is talked to, leaving the page is asked for first, and only once
 * everything that was open here is closed. The browser itself asks before a tab is closed or loaded again.
 */
export function LeavePage() {
  const { t } = useWords();
  const run = useCommand();
  const [asking, setAsking] = useState(false);
  const talking = useConversations().filter(({ state }) => isLive(state));
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

  if (!asking || !open) return null;
  const names = talking.map(({ name }) => name).join(', ');
  const stay = () => setAsking(false);
  const leave = async () => {
    stay();
    if (await run((client) => client.leaveAll())) wayBack.leave();
  };
  return (
    <Dialog
      title={t.leaving.title}
      closeLabel={t.app.close}
      role="alertdialog"
      onClose={stay}
      data-testid="leave-page"
      footer={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={stay} data-testid="leave-page-stay">
            {t.leaving.stay}
          </Button>
          <Button look="danger" onClick={leave} data-testid="leave-page-leave">
            {t.leaving.leave}
          </Button>
        </div>
      }
    >
      <p>{talking.length === 1 ? t.leaving.help(names) : t.leaving.helpAll(names)}</p>
    </Dialog>
  );
}
