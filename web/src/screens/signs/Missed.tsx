import { BellRing } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { askPermission, permission } from './notify.ts';
import { useAway } from './use-away.ts';

export interface MissedProps {
  /** The person's answer. */
  readonly onAnswer: (wanted: boolean) => void;
}

/** Asked once, when somebody comes back to what they missed: then it is clear what it is good for. */
export function Missed({ onAnswer }: MissedProps) {
  const { t } = useWords();
  const away = useAway();
  const [busy, setBusy] = useState(false);
  if (away || permission() !== 'default') return null;
  const yes = async () => {
    setBusy(true);
    // A browser that cannot even be asked has said no.
    onAnswer((await askPermission().catch(() => 'denied')) === 'granted');
  };
  return (
    <Banner
      icon={<BellRing size={18} aria-hidden="true" />}
      title={t.signs.ask}
      help={t.signs.askHelp}
      data-testid="missed"
    >
      <Button small={true} busy={busy} onClick={yes} data-testid="missed-yes">
        {t.signs.yes}
      </Button>
      <Button small={true} look="quiet" onClick={() => onAnswer(false)} data-testid="missed-no">
        {t.signs.no}
      </Button>
    </Banner>
  );
}
