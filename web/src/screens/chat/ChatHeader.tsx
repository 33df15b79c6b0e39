import { ArrowLeft, LogOut, PhoneOff, X } from 'lucide-react';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { useCommand } from '../duet.tsx';
import { isLive } from '../lobby/use-call.ts';
import { useStateText } from '../state-text.ts';
import { TrustLabel } from '../TrustLabel.tsx';
import { looks } from './looks.ts';
import { PeerMark } from './PeerMark.tsx';

export interface ChatHeaderProps {
  readonly conversation: ConversationView;
  readonly onBack: () => void;
  readonly onVerify: () => void;
}

/** Who it is, how it stands (M3: always visible, in plain words), how well they are known, and the way out. */
export function ChatHeader({ conversation, onBack, onVerify }: ChatHeaderProps) {
  const { t } = useWords();
  const run = useCommand();
  const { peer, state, trust } = conversation;
  const words = useStateText(state);
  const live = isLive(state);
  // There is nothing to compare before the first handshake; a changed key has a screen of its own.
  const comparable = trust !== 'unknown' && state !== 'blocked-key-changed';
  const leave = () => run((client) => client.leaveChat({ accountId: peer.accountId }));
  const calling = state === 'ringing-out';
  const Out = calling ? PhoneOff : LogOut;
  const leaveName = calling ? t.chat.cancelCallName(peer.name) : t.chat.leaveName(peer.name);
  const leaveWords = live ? leaveName : t.chat.dismiss;
  return (
    <header className="flex min-h-16 shrink-0 items-center gap-1 px-1 py-2 md:gap-3 md:pr-4 md:pl-5">
      <IconButton label={t.chat.back} onClick={onBack} className="w-10! md:hidden">
        <ArrowLeft size={20} strokeWidth={1.75} aria-hidden="true" />
      </IconButton>
      <PeerMark name={peer.name} shape={looks[state].shape} />
      <div className="min-w-0 flex-1 pl-1 md:pl-0">
        <h2 className="truncate font-semibold text-lg" title={peer.name}>
          {peer.name}
        </h2>
        <p
          role="status"
          data-testid="conversation-state"
          data-state={state}
          className="truncate text-ink-2 text-sm max-[24rem]:whitespace-normal max-[24rem]:text-xs"
        >
          {words.label(peer.name)}
        </p>
      </div>
      {comparable && (
        <button
          type="button"
          onClick={onVerify}
          title={t.trust[trust].hint(peer.name)}
          data-testid="fingerprint-open"
          className="flex min-h-touch min-w-touch shrink-0 items-center justify-center rounded-full hover:bg-press lg:px-3"
        >
          <TrustLabel trust={trust} name={peer.name} place="header" data-testid="trust-badge" />
          <span className="sr-only">. {t.verify.open}</span>
        </button>
      )}
      {live ? (
        <>
          <Button
            small={true}
            onClick={leave}
            aria-label={leaveWords}
            title={leaveWords}
            className="max-sm:hidden"
            data-testid="leave-chat"
          >
            {calling ? t.chat.cancelCall : t.chat.leave}
          </Button>
          <IconButton label={leaveWords} onClick={leave} className="sm:hidden">
            <Out size={20} strokeWidth={1.75} aria-hidden="true" />
          </IconButton>
        </>
      ) : (
        <IconButton label={leaveWords} onClick={leave} data-testid="leave-chat">
          <X size={20} strokeWidth={1.75} aria-hidden="true" />
        </IconButton>
      )}
    </header>
  );
}
