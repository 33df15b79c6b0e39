import { Sparkles } from 'lucide-react';
import { useWords } from '../i18n/index.tsx';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { useConversations, useMemory } from './duet.tsx';

/** A newer version waits. It comes by itself when Duet is opened the next time, and never while somebody is talked to. */
export function UpdateOffer() {
  const { t } = useWords();
  const update = useMemory((memory) => memory.update);
  const talking = useConversations().length > 0;
  if (update === null || talking) return null;
  return (
    <Banner
      icon={<Sparkles size={18} aria-hidden="true" />}
      title={t.app.updateReady}
      help={t.app.updateHelp}
      spoken={true}
      data-testid="update-offer"
    >
      <Button small={true} onClick={update} data-testid="update-now">
        {t.app.updateNow}
      </Button>
    </Banner>
  );
}
