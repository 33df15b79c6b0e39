import { TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { canWrite } from '../../state/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { classes } from '../../ui/classes.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { useCommand, useDuet, useMessages } from '../duet.tsx';
import { remember } from '../memory.ts';
import { FingerprintDialog } from '../verify/FingerprintDialog.tsx';
import { BlockedPanel } from './BlockedPanel.tsx';
import { ChatHeader } from './ChatHeader.tsx';
import { Composer } from './Composer.tsx';
import { DropZone } from './DropZone.tsx';
import { Ended } from './Ended.tsx';
import { shownName } from './file-name.ts';
import { LiveLog } from './LiveLog.tsx';
import { MessageList } from './MessageList.tsx';
import { Steps } from './Steps.tsx';
import { TypingLine } from './TypingLine.tsx';

export interface ChatProps {
  readonly conversation: ConversationView;
  readonly className?: string;
  readonly onBack: () => void;
}

/** One conversation: who and in which state above, what was said in the middle, what is being written below. */
export function Chat({ conversation, className, onBack }: ChatProps) {
  const { t } = useWords();
  const run = useCommand();
  const { memory } = useDuet();
  const [verifying, setVerifying] = useState(false);
  const [hint, setHint] = useState<string | null>(null);
  const { peer, state, trust, peerActivity, refusedFrames, earlyDropped, writable } = conversation;
  const enabled = canWrite(conversation);
  const { accountId, name } = peer;

  useEffect(() => remember(memory, { accountId, name }), [memory, accountId, name]);

  const sendFiles = (files: readonly File[]) => {
    const [file, ...others] = files;
    if (file === undefined) return;
    setHint(others.length > 0 ? t.chat.onlyFirst(shownName(file.name)) : null);
    void run((client) => client.sendFile({ file }));
  };

  return (
    <section aria-label={t.chat.with(name)} className={classes('min-h-0 min-w-0 flex-col', className)}>
      <ChatHeader conversation={conversation} onBack={onBack} onVerify={() => setVerifying(true)} />
      <DropZone peerName={name} enabled={enabled} onFiles={sendFiles}>
        <Body conversation={conversation} onVerify={() => setVerifying(true)} />
        <LiveLog peerName={name} />
        {enabled && <TypingLine activity={peerActivity} name={name} />}
        {refusedFrames > 0 && (
          <Callout
            tone="danger"
            role="status"
            icon={<TriangleAlert size={18} aria-hidden="true" />}
            data-testid="refused-warning"
            className="mx-4 mb-2 sm:mx-6"
          >
            <span className="font-medium">{t.chat.refused(refusedFrames)}</span> {t.chat.refusedHelp}
          </Callout>
        )}
        {earlyDropped > 0 && (
          <Callout
            tone="danger"
            role="status"
            icon={<TriangleAlert size={18} aria-hidden="true" />}
            data-testid="early-dropped"
            className="mx-4 mb-2 sm:mx-6"
          >
            {t.chat.earlyDropped(earlyDropped, name)}
          </Callout>
        )}
        {hint !== null && (
          <p role="status" className="px-6 pb-1 text-muted text-sm">
            {hint}
          </p>
        )}
        <Composer peer={peer} writable={writable} onFiles={sendFiles} />
      </DropZone>
      {verifying && state !== 'blocked-key-changed' && (
        <FingerprintDialog name={name} trust={trust} onClose={() => setVerifying(false)} />
      )}
    </section>
  );
}

interface BodyProps {
  readonly conversation: ConversationView;
  readonly onVerify: () => void;
}

/** Each state has its own middle; messages stay on the screen as long as the engine has any. */
function Body({ conversation, onVerify }: BodyProps): ReactNode {
  const empty = useMessages(({ order }) => order.length === 0);
  const { peer, state } = conversation;
  if (state === 'blocked-key-changed') return <BlockedPanel key={peer.accountId} name={peer.name} />;
  if (state === 'ringing-out' || state === 'establishing') {
    if (empty) {
      return (
        <Scrollable>
          <Steps state={state} name={peer.name} />
        </Scrollable>
      );
    }
    return (
      <>
        <MessageList key={peer.accountId} peerName={peer.name} />
        <Ringing name={peer.name} state={state} />
      </>
    );
  }
  if (!empty) {
    return (
      <>
        <MessageList key={peer.accountId} peerName={peer.name} />
        {state !== 'secure' && <Ended conversation={conversation} state={state} strip={true} />}
      </>
    );
  }
  return (
    <Scrollable>
      {state === 'secure' ? (
        <Empty conversation={conversation} onVerify={onVerify} />
      ) : (
        <Ended conversation={conversation} state={state} strip={false} />
      )}
    </Scrollable>
  );
}

function Scrollable({ children }: { readonly children: ReactNode }) {
  return <div className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain">{children}</div>;
}

/** Under texts that were written while it rings: who is waited for, and the way out. */
function Ringing({ name, state }: { readonly name: string; readonly state: 'ringing-out' | 'establishing' }) {
  const { t } = useWords();
  const run = useCommand();
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-3 border-line border-t bg-sunken px-5 py-3"
    >
      <p className="flex min-w-56 flex-1 items-center gap-3 text-sm">
        <Spinner /> {t.states[state].hint(name)}
      </p>
      <Button onClick={() => run((client) => client.leaveChat())}>{t.chat.cancelCall}</Button>
    </div>
  );
}

/** The first moment of a secure session: what it is, and what makes it certain. */
function Empty({ conversation, onVerify }: BodyProps) {
  const { t } = useWords();
  const { peer, trust } = conversation;
  return (
    <div className="m-auto max-w-sm p-6 text-center">
      <h3 className="mb-2 font-semibold text-lg">{t.chat.emptyTitle}</h3>
      <p className="text-muted">{t.chat.empty(peer.name)}</p>
      {trust === 'first-use' && (
        <div className="mt-6 rounded-2xl border border-line bg-surface p-4">
          <p>{t.chat.comparePrompt(peer.name)}</p>
          <Button className="mt-3" onClick={onVerify}>
            {t.chat.compare}
          </Button>
        </div>
      )}
    </div>
  );
}
