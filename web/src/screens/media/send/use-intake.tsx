import { type ReactNode, useCallback, useState } from 'react';
import type { FileToSend } from '../../../engine/contract.ts';
import { useWords } from '../../../i18n/index.tsx';
import { shownName } from '../../chat/file-name.ts';
import { useApp, useCommand } from '../../duet.tsx';
import { lazily } from '../../lazily.tsx';
import type { Person } from '../../memory.ts';
import { useMediaWords } from '../words/index.ts';
import type { Brought } from './intake.ts';

const SendDialog = lazily(async () => (await import('./SendDialog.tsx')).SendDialog);

export interface Intake {
  /** Files that were dropped, pasted or chosen: they are shown once more before they go. */
  readonly take: (brought: Brought) => void;
  /** Why something of it cannot be sent. */
  readonly hint: string | null;
  readonly dialog: ReactNode;
}

/** The one way in for files, whoever brings them. */
export function useIntake({ accountId, name: peerName }: Person): Intake {
  const { format } = useWords();
  const { intake } = useMediaWords();
  const limit = useApp((app) => app.maxFileBytes);
  const run = useCommand();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [hint, setHint] = useState<string | null>(null);

  const take = useCallback(
    ({ files: brought, folders }: Brought) => {
      const large = brought.filter(({ size }) => size > limit);
      const hints = [
        ...(folders.length > 0 ? [intake.folders(folders.map(shownName))] : []),
        ...large.map(({ name }) => intake.tooLarge(shownName(name), format.bytes(limit))),
      ];
      setHint(hints.length > 0 ? hints.join(' ') : null);
      setFiles((before) => [...before, ...brought.filter((file) => !large.includes(file))]);
    },
    [intake, limit, format],
  );

  const send = async (toSend: readonly FileToSend[]) => {
    setFiles([]);
    for (const one of toSend) await run((client) => client.sendFile({ accountId, ...one }));
  };

  const dialog =
    files.length === 0 ? null : (
      <SendDialog
        files={files}
        peerName={peerName}
        onSend={(toSend) => void send(toSend)}
        onClose={() => setFiles([])}
      />
    );
  return { take, hint, dialog };
}
