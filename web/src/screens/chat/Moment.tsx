import { UserRoundSearch } from 'lucide-react';
import type { ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { useStateText } from '../state-text.ts';
import { PeerMark } from './PeerMark.tsx';

export interface MomentProps {
  readonly conversation: ConversationView;
  readonly state: 'ringing-out' | 'establishing' | 'secure' | 'reconnecting' | 'leaving';
  readonly onVerify: () => void;
}

/**
 * The beginning of every conversation, above its first message: two discs that call each other and then, once, meet.
 * From there it is only the two.
 */
export function Moment({ conversation, state, onVerify }: MomentProps) {
  const { t } = useWords();
  const { peer, trust } = conversation;
  const words = useStateText(state);
  // Interrupted or not: they have met.
  const secure = state !== 'ringing-out' && state !== 'establishing';
  const first = secure && state !== 'leaving' && trust === 'first-use';
  return (
    <div className="mx-auto flex w-full max-w-108 flex-col items-center gap-2 px-5 pt-8 pb-2 text-center">
      {/* Its own element for each half, so that the meeting plays when it happens and never again. */}
      <PeerMark
        key={secure ? 'meet' : 'call'}
        name={peer.name}
        shape={secure ? 'together' : 'apart'}
        moves={secure ? 'meet' : 'call'}
        large={true}
      />
      <h3 className="title">{words.title(peer.name)}</h3>
      <p className="text-ink-2 text-sm">
        {words.hint(peer.name)} {first && t.chat.firstTime(peer.name)}
      </p>
      {first && (
        <Button
          small={true}
          className="mt-2"
          icon={<UserRoundSearch size={16} aria-hidden="true" />}
          onClick={onVerify}
        >
          {t.chat.makeSure(peer.name)}
        </Button>
      )}
    </div>
  );
}
