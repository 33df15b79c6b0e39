import { CircleAlert, Download, File, FileAudio, FileImage, FileText, FileVideo, X } from 'lucide-react';
import type { TransferState, TransferView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { useCommand } from '../duet.tsx';
import { shownName } from './file-name.ts';
import { saveBlob } from './save.ts';
import { useSpeed } from './use-speed.ts';

type Kind = 'to-come' | 'running' | 'done' | 'over';

const kinds: Readonly<Record<TransferState, Kind>> = {
  announced: 'to-come',
  offered: 'running',
  transferring: 'running',
  paused: 'running',
  done: 'done',
  'cancelled-by-me': 'over',
  'cancelled-by-peer': 'over',
  rejected: 'over',
  interrupted: 'over',
  'source-changed': 'over',
};

function iconOf(mediaType: string) {
  if (mediaType.startsWith('image/')) return FileImage;
  if (mediaType.startsWith('audio/')) return FileAudio;
  if (mediaType.startsWith('video/')) return FileVideo;
  return mediaType.startsWith('text/') || mediaType === 'application/pdf' ? FileText : File;
}

/** A file in the conversation, from the offer to the end, for its sender and its receiver. */
export function TransferCard({ transfer }: { readonly transfer: TransferView }) {
  const { t, format } = useWords();
  const run = useCommand();
  const { fid, size, done, state, blob } = transfer;
  const name = shownName(transfer.name);
  const kind = kinds[state];
  const speed = useSpeed(done, state === 'transferring');
  const Icon = kind === 'over' ? CircleAlert : iconOf(transfer.mediaType);
  const part = size === 0 ? 1 : done / size;
  const help = t.transfer.help[state as keyof typeof t.transfer.help];

  return (
    <div data-testid="transfer" data-state={state} className="[--track:var(--color-sheet)]">
      <div className="flex items-center gap-3">
        <span
          className={classes(
            'flex size-10 shrink-0 items-center justify-center rounded-[0.625rem]',
            kind === 'over' ? 'bg-danger-soft text-danger' : 'bg-sheet text-strong',
          )}
        >
          <Icon size={22} aria-hidden="true" />
        </span>
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold leading-5" title={name}>
            <bdi>{name}</bdi>
          </p>
          <p className="mt-0.5 text-ink-2 text-sm leading-tight">
            {kind === 'running' ? t.transfer.of(format.bytes(done), format.bytes(size)) : format.bytes(size)}
            {speed !== null && speed >= 1 && ` · ${t.transfer.speed(format.bytes(speed))}`}
          </p>
        </div>
        {kind === 'running' && (
          <button
            type="button"
            aria-label={t.transfer.cancelName(name)}
            title={t.transfer.cancel}
            onClick={() => run((client) => client.cancelTransfer({ fid }))}
            data-testid="transfer-cancel"
            className="-mr-2 flex size-11 shrink-0 items-center justify-center rounded-full hover:bg-sheet"
          >
            <X size={20} aria-hidden="true" />
          </button>
        )}
      </div>
      {kind === 'running' && (
        <div className="mt-2.5">
          <ProgressBar
            value={part}
            label={t.transfer.progress(name)}
            valueText={format.percent(part)}
            data-testid="transfer-progress"
          />
        </div>
      )}
      {kind !== 'running' && (
        <p className={classes('mt-2 text-sm', kind === 'over' ? 'text-danger' : 'text-ink-2')}>
          {t.transfer.states[state]}
        </p>
      )}
      {help !== undefined && <p className="mt-0.5 text-ink-2 text-sm">{help}</p>}
      {state === 'done' && blob !== undefined && (
        <Button
          small={true}
          className="mt-2"
          icon={<Download size={16} aria-hidden="true" />}
          aria-label={t.transfer.saveName(name)}
          onClick={() => saveBlob(blob, transfer.name)}
          data-testid="transfer-save"
        >
          {t.transfer.save}
        </Button>
      )}
    </div>
  );
}
