import { TriangleAlert } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { canWrite } from '../../state/index.ts';
import { Callout } from '../../ui/Callout.tsx';
import { Thread } from '../../ui/Thread.tsx';
import { useDuet, useMemory, useMessages } from '../duet.tsx';
import { lazily } from '../lazily.tsx';
import { type Asked, RecordButtons } from '../media/record/RecordButtons.tsx';
import { VoiceRecorder } from '../media/record/VoiceRecorder.tsx';
import { useIntake } from '../media/send/use-intake.tsx';
import { closeWorkshop } from '../media/view/workshop.ts';
import { remember } from '../memory.ts';
import { Compare } from '../verify/Compare.tsx';
import { useVoices } from '../voices.ts';
import { ChangedKey } from './ChangedKey.tsx';
import { ChatHeader } from './ChatHeader.tsx';
import { Composer } from './Composer.tsx';
import { ChatUiContext, createChatUi } from './chat-ui.ts';
import { DropZone } from './DropZone.tsx';
import { Ended } from './Ended.tsx';
import { LiveLog } from './LiveLog.tsx';
import { looks } from './looks.ts';
import { MessageList } from './MessageList.tsx';
import { Moment } from './Moment.tsx';
import { OpenedActs } from './OpenedActs.tsx';
import { TypingLine } from './TypingLine.tsx';

/** Time to read a few words. */
const REMARK_MS = 4_000;

const VideoRecorder = lazily(async () => (await import('../media/record/VideoRecorder.tsx')).VideoRecorder);

export interface ChatProps {
  readonly conversation: ConversationView;
  readonly onBack: () => void;
}

/** One conversation, and no other: who and how it stands above, what was said in the middle, what is being written below. */
export function Chat({ conversation, onBack }: ChatProps) {
  const { t } = useWords();
  const { memory, stores } = useDuet();
  const { accountId, name } = conversation.peer;
  const [ui] = useState(() => createChatUi(accountId));
  const remark = useStore(ui, (state) => state.remark);
  const [comparing, setComparing] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const stopRecording = useCallback(() => setAsked(null), []);
  const { peer, state, trust, peerActivity, refusedFrames, earlyDropped, writable } = conversation;
  const enabled = canWrite(conversation);
  const kept = useMemory(({ recordings }) => recordings.get(accountId));
  // What was recorded for this person waits until it is sent or thrown away, wherever one turned to meanwhile.
  const recording: Asked | null = asked ?? (kept === undefined ? null : { what: kept.what, held: null });
  const voices = useVoices(name);
  const { take, hint, dialog } = useIntake(conversation.peer);
  const panel = comparing && trust !== 'unknown' && state !== 'blocked-key-changed';
  // Nothing can be written any more once it is over: then there is no field that looks as if it could.
  const open = enabled || state === 'ringing-out' || state === 'establishing';

  useEffect(() => remember(memory, { accountId, name }), [memory, accountId, name]);

  useEffect(() => {
    if (remark === null) return;
    const timer = setTimeout(() => ui.setState({ remark: null }), REMARK_MS);
    return () => clearTimeout(timer);
  }, [remark, ui]);

  // What was looked at and heard goes with the conversation, and with its messages where those go first.
  useEffect(
    () =>
      stores.messages.subscribe(({ order }, before) => {
        if (order.length === 0 && before.order.length > 0) closeWorkshop();
      }),
    [stores],
  );
  useEffect(() => closeWorkshop, []);

  const shownHint = remark ?? hint;
  return (
    <ChatUiContext value={ui}>
      <div className="flex min-h-0 flex-1">
        <section
          aria-label={t.chat.with(name)}
          className={`min-h-0 min-w-0 flex-1 flex-col ${panel ? 'hidden wide:flex' : 'flex'}`}
        >
          <ChatHeader conversation={conversation} onBack={onBack} onVerify={() => setComparing(!comparing)} />
          <Thread left={voices.theirs} right={voices.mine} line={looks[state].line} />
          <DropZone peerName={name} enabled={enabled} onFiles={take}>
            <Body conversation={conversation} onVerify={() => setComparing(true)} />
            <LiveLog peerName={name} />
            {enabled && <TypingLine activity={peerActivity} name={name} />}
            {refusedFrames > 0 && (
              <Warning testId="refused-warning">
                <span className="font-semibold">{t.chat.refused(refusedFrames)}</span> {t.chat.refusedHelp}
              </Warning>
            )}
            {earlyDropped > 0 && (
              <Warning testId="early-dropped">{t.chat.earlyDropped(earlyDropped, name)}</Warning>
            )}
            {shownHint !== null && (
              <p
                role="status"
                data-testid="intake-hint"
                className="marking mx-auto w-full max-w-talk px-5 pb-1 text-sm"
              >
                {shownHint}
              </p>
            )}
            {enabled && recording?.what === 'voice' && (
              <VoiceRecorder peer={peer} held={recording.held} onClose={stopRecording} />
            )}
            {open && recording?.what !== 'voice' && (
              <Composer
                peer={peer}
                writable={writable}
                onFiles={(files) => take({ files, folders: [] })}
                tools={<RecordButtons onRecord={setAsked} />}
              />
            )}
            {enabled && recording?.what === 'video' && <VideoRecorder peer={peer} onClose={stopRecording} />}
          </DropZone>
          <OpenedActs peer={peer} />
          {dialog}
        </section>
        {panel && (
          <Compare accountId={accountId} name={name} trust={trust} onClose={() => setComparing(false)} />
        )}
      </div>
    </ChatUiContext>
  );
}

function Warning({ testId, children }: { readonly testId: string; readonly children: ReactNode }) {
  return (
    <div className="mx-auto w-full max-w-talk px-3 pb-2 sm:px-5">
      <Callout
        tone="danger"
        role="status"
        icon={<TriangleAlert size={18} aria-hidden="true" />}
        data-testid={testId}
      >
        {children}
      </Callout>
    </div>
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
  if (state === 'blocked-key-changed') return <ChangedKey peer={peer} />;
  if (
    state === 'ringing-out' ||
    state === 'establishing' ||
    state === 'secure' ||
    state === 'reconnecting' ||
    state === 'leaving'
  ) {
    return (
      <MessageList
        peer={peer}
        head={<Moment conversation={conversation} state={state} onVerify={onVerify} />}
      />
    );
  }
  return (
    <>
      {!empty && <MessageList peer={peer} />}
      <Ended conversation={conversation} state={state} strip={!empty} />
    </>
  );
}
