import { ArrowLeft, LogOut, X } from 'lucide-react';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { useCommand } from '../duet.tsx';
import { isLive } from '../lobby/use-call.ts';
import { TrustLabel } from '../TrustLabel.tsx';
import { StateChip } from './StateChip.tsx';

export interface ChatHeaderProps {
  readonly conversation: ConversationView;
  readonly onBack: () => void;
  readonly onVerify: () => void;
}

export function ChatHeader({ conversation, onBack, onVerify }: ChatHeaderProps) {
  const { t } = useWords();
  const run = useCommand();
  const { peer, state, trust } = conversation;
  const live = isLive(state);
  // There is nothing to compare before the first handshake; a changed key has a panel of its own.
  const comparable = trust !== 'unknown' && state !== 'blocked-key-changed';
  return (
    <header className="flex items-center gap-2 border-line border-b bg-paper py-2 pr-2 pl-2 md:pl-5">
      <IconButton label={t.chat.back} onClick={onBack} className="md:hidden">
        <ArrowLeft size={21} aria-hidden="true" />
      </IconButton>
      <span className="max-sm:hidden">
        <Avatar name={peer.name} />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="truncate font-semibold leading-tight" title={peer.name}>
          {peer.name}
        </h2>
        <StateChip state={state} />
      </div>
      {comparable && (
        <button
          type="button"
          onClick={onVerify}
          title={t.trust[trust].hint(peer.name)}
          data-testid="fingerprint-open"
          className="flex min-h-11 min-w-11 shrink-0 items-center justify-center rounded-full px-3 hover:bg-sunken"
        >
          <TrustLabel trust={trust} compact={true} data-testid="trust-badge" />
          <span className="sr-only">. {t.verify.open}</span>
        </button>
      )}
      <button
        type="button"
        aria-label={live ? t.chat.leaveName(peer.name) : t.chat.dismiss}
        title={live ? t.chat.leaveName(peer.name) : t.chat.dismiss}
        onClick={() => run((client) => client.leaveChat())}
        data-testid="leave-chat"
        className="flex min-h-11 min-w-11 shrink-0 items-center justify-center gap-2 rounded-full px-3 font-medium text-muted text-sm hover:bg-sunken hover:text-ink"
      >
        {live ? <LogOut size={19} aria-hidden="true" /> : <X size={20} aria-hidden="true" />}
        <span className="max-sm:hidden">{live ? t.chat.leave : t.chat.dismiss}</span>
      </button>
    </header>
  );
}
