import { type ReactNode, useState } from 'react';
import { useWords } from '../../../i18n/index.tsx';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { useWayBack } from '../../../ui/way-back.ts';
import { useMediaWords } from '../words/index.ts';
import type { Stage } from './use-recording.ts';

/**
 * What Escape and the browser's Back do to a recorder: they close it, and ask first where something recorded would be lost.
 * Its own button, which says so, does not ask.
 */
export function useGiveUp(
  stage: Stage,
  onClose: () => void,
): { readonly giveUp: () => void; readonly question: ReactNode } {
  const { t } = useWords();
  const { giveUp: words } = useMediaWords();
  const [asking, setAsking] = useState(false);
  const loses = stage.at === 'recording' || stage.at === 'done';
  const giveUp = () => (loses ? setAsking(true) : onClose());
  useWayBack(giveUp);
  const keep = () => setAsking(false);
  // What there was is gone by itself: nothing is asked, now or about the next one.
  if (asking && !loses) keep();
  const question = asking && loses && (
    <Dialog
      role="alertdialog"
      title={words.title}
      closeLabel={t.chat.acts.close}
      onClose={keep}
      data-testid="give-up-question"
      footer={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={keep} data-testid="give-up-keep">
            {t.chat.acts.confirm.keep}
          </Button>
          <Button look="danger" onClick={onClose} data-testid="give-up-confirm">
            {words.act}
          </Button>
        </div>
      }
    >
      <p className="text-ink-2">{words.help}</p>
    </Dialog>
  );
  return { giveUp, question };
}
