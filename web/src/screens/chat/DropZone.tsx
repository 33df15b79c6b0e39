import { FileUp } from 'lucide-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';

export interface DropZoneProps {
  readonly peerName: string;
  readonly enabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** Files can be dropped anywhere in the conversation, and the pointer says so only where and when it works. */
export function DropZone({ peerName, enabled, onFiles, children }: DropZoneProps) {
  const { t } = useWords();
  // Entering a child fires before leaving its parent, so the two are counted.
  const [depth, setDepth] = useState(0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has the attach button as its keyboard twin.
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onDragEnter={(event) => {
        if (hasFiles(event)) setDepth(depth + 1);
      }}
      onDragLeave={(event) => {
        if (hasFiles(event)) setDepth(Math.max(0, depth - 1));
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = enabled ? 'copy' : 'none';
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        // Also where nothing can be sent: otherwise the browser would leave the page and open the file.
        event.preventDefault();
        setDepth(0);
        if (enabled) onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {enabled && depth > 0 && (
        <div className="pointer-events-none absolute inset-2 flex flex-col items-center justify-center gap-3 rounded-dialog border-2 border-edge border-dashed bg-wing p-6 text-center font-semibold text-lg">
          <FileUp size={36} aria-hidden="true" />
          {t.chat.dropHere(peerName)}
        </div>
      )}
    </div>
  );
}
