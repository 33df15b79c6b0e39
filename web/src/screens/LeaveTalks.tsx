import { type ReactNode, useState } from 'react';
import type { ConversationSummary } from '../engine/contract.ts';
import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useConversations } from './duet.tsx';
import { isLive } from './lobby/use-call.ts';

/** Conversations that something would end. */
export const useTalking = (): readonly ConversationSummary[] =>
  useConversations().filter(({ state }) => isLive(state));

export interface LeaveTalksProps {
  readonly title: string;
  /** Whom one would leave. */
  readonly talking: readonly ConversationSummary[];
  /** What the button says that does it. */
  readonly leave: string;
  readonly onLeave: () => void;
  readonly onStay: () => void;
  readonly 'data-testid': string;
}

/** Asks before conversations end, and names them. */
export function LeaveTalks({ title, talking, leave, onLeave, onStay, ...rest }: LeaveTalksProps) {
  const { t } = useWords();
  const testId = rest['data-testid'];
  const names = talking.map(({ name }) => name).join(', ');
  return (
    <Dialog
      title={title}
      closeLabel={t.app.close}
      role="alertdialog"
      onClose={onStay}
      data-testid={testId}
      footer={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onStay} data-testid={`${testId}-stay`}>
            {t.leaving.stay}
          </Button>
          <Button look="danger" onClick={onLeave} data-testid={`${testId}-leave`}>
            {leave}
          </Button>
        </div>
      }
    >
      <p>{talking.length === 1 ? t.leaving.help(names) : t.leaving.helpAll(names)}</p>
    </Dialog>
  );
}

/** For what ends every conversation: `begin` asks first where there are any. */
export function useLeaveTalks(about: Pick<LeaveTalksProps, 'title' | 'leave' | 'onLeave' | 'data-testid'>): {
  readonly begin: () => void;
  readonly dialog: ReactNode;
} {
  const talking = useTalking();
  const [asking, setAsking] = useState(false);
  const stay = () => setAsking(false);
  // The last one ended by itself: there is nothing to ask any more, now or when the next one begins.
  if (asking && talking.length === 0) stay();
  const leave = () => {
    stay();
    about.onLeave();
  };
  return {
    begin: () => (talking.length === 0 ? about.onLeave() : setAsking(true)),
    dialog: asking && <LeaveTalks {...about} talking={talking} onLeave={leave} onStay={stay} />,
  };
}
