import { Bell, BellOff } from 'lucide-react';
import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { useDuet, useMemory } from './duet.tsx';
import { mute, type Person } from './memory.ts';

export interface MutePersonProps {
  readonly person: Person;
  readonly small?: boolean;
  readonly className?: string;
}

/** M15: what somebody sends is shown, and makes no sound. On this device. */
export function MutePerson({ person: { accountId, name }, small = false, className }: MutePersonProps) {
  const { t } = useWords();
  const { memory } = useDuet();
  const muted = useMemory((state) => state.muted.has(accountId));
  const Icon = muted ? Bell : BellOff;
  return (
    <Button
      look="quiet"
      small={small}
      className={className}
      icon={<Icon size={18} strokeWidth={1.75} aria-hidden="true" />}
      aria-label={muted ? t.signs.unmuteName(name) : t.signs.muteName(name)}
      title={t.signs.muteHelp}
      onClick={() => mute(memory, accountId, !muted)}
      data-testid="mute"
    >
      {muted ? t.signs.unmute : t.signs.mute}
    </Button>
  );
}
