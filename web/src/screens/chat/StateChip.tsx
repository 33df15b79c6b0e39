import {
  CircleDashed,
  LockKeyhole,
  PhoneOff,
  ShieldAlert,
  TimerOff,
  TriangleAlert,
  WifiOff,
} from 'lucide-react';
import type { ConversationState } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';

interface Look {
  readonly icon: typeof LockKeyhole;
  readonly colour: string;
  readonly breathes?: boolean;
}

const working: Look = { icon: CircleDashed, colour: 'text-warning', breathes: true };
const away: Look = { icon: PhoneOff, colour: 'text-muted' };

/** Every state has a shape of its own kind; one's own network looks different from the peer's absence. */
export const stateLooks: Readonly<Record<ConversationState, Look>> = {
  'ringing-out': working,
  establishing: working,
  secure: { icon: LockKeyhole, colour: 'text-accent' },
  'peer-offline': away,
  'peer-disconnected': away,
  declined: away,
  busy: away,
  'no-answer': away,
  failed: { icon: TriangleAlert, colour: 'text-danger' },
  'blocked-key-changed': { icon: ShieldAlert, colour: 'text-danger' },
  'connection-lost': { icon: WifiOff, colour: 'text-warning' },
  expired: { icon: TimerOff, colour: 'text-warning' },
};

/** M3: the state of the conversation, always visible, in plain words. */
export function StateChip({ state }: { readonly state: ConversationState }) {
  const { t } = useWords();
  const { icon: Icon, colour, breathes } = stateLooks[state];
  return (
    <p
      role="status"
      data-testid="conversation-state"
      data-state={state}
      className={classes('flex min-w-0 items-center gap-1.5 text-sm leading-tight', colour)}
    >
      <Icon
        size={15}
        aria-hidden="true"
        className={classes('shrink-0', breathes === true && 'motion-safe:animate-breathe')}
      />
      <span>{t.states[state].label}</span>
    </p>
  );
}
