import { FileUp } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { type Brought, broughtBy, hasFiles } from '../media/send/intake.ts';

export interface DropZoneProps {
  readonly peerName: string;
  readonly enabled: boolean;
  readonly onFiles: (brought: Brought) => void;
  readonly children: ReactNode;
}

/** Whether a dialog asks for something else first. The one in which files are shown before they go takes more of them. */
const isCovered = () => {
  const dialogs = [...document.querySelectorAll('dialog[open]')];
  return dialogs.some((dialog) => dialog.querySelector('[data-takes-files]') === null);
};

/** Files can be dropped and pasted anywhere while a conversation is open, and the pointer says so only when it works. */
export function DropZone({ peerName, enabled, onFiles, children }: DropZoneProps) {
  const { t } = useWords();
  const [over, setOver] = useState(false);

  useLayoutEffect(() => {
    // Entering a child fires before leaving its parent, so the two are counted.
    let depth = 0;
    const controller = new AbortController();
    const { signal } = controller;
    const on = (
      type: 'dragenter' | 'dragleave' | 'dragover' | 'drop',
      act: (carried: DataTransfer) => void,
    ) =>
      document.addEventListener(
        type,
        (event) => {
          if (event.dataTransfer === null || !hasFiles(event.dataTransfer.types)) return;
          // Also where nothing can be sent: otherwise the browser would leave the page and open the file.
          event.preventDefault();
          act(event.dataTransfer);
        },
        { signal },
      );
    const move = (step: number) => {
      depth = Math.max(0, depth + step);
      setOver(depth > 0 && !isCovered());
    };
    on('dragenter', () => move(1));
    on('dragleave', () => move(-1));
    on('dragover', (carried) => {
      carried.dropEffect = enabled && !isCovered() ? 'copy' : 'none';
    });
    on('drop', (carried) => {
      move(-depth);
      if (enabled && !isCovered()) onFiles(broughtBy(carried));
    });
    document.addEventListener(
      'paste',
      ({ clipboardData }) => {
        // Who copies a table brings a picture of it along, and means the text.
        if (!enabled || isCovered() || clipboardData === null || !hasFiles(clipboardData.types)) return;
        if (!clipboardData.types.includes('text/plain')) onFiles(broughtBy(clipboardData));
      },
      { signal },
    );
    return () => {
      controller.abort();
      setOver(false);
    };
  }, [enabled, onFiles]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {children}
      {enabled && over && (
        <div className="pointer-events-none absolute inset-2 flex flex-col items-center justify-center gap-3 rounded-dialog border-2 border-edge border-dashed bg-wing p-6 text-center font-semibold text-lg">
          <FileUp size={36} aria-hidden="true" />
          {t.chat.dropHere(peerName)}
        </div>
      )}
    </div>
  );
}
