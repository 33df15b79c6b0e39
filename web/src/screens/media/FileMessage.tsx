import { CircleAlert, Download, Eye, Pause, Play, X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { TransferState, TransferView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { useTalkId } from '../chat/chat-ui.ts';
import { FileName } from '../chat/FileName.tsx';
import { shownName } from '../chat/file-name.ts';
import { saveBlob } from '../chat/save.ts';
import { useSpeed } from '../chat/use-speed.ts';
import { useCommand } from '../duet.tsx';
import { lazily } from '../lazily.tsx';
import { FileIcon } from './FileIcon.tsx';
import { claimOf } from './kinds.ts';
import { useInView, useTellSeen } from './use-seen.ts';
import { Picture } from './view/Picture.tsx';
import { useKind, useStill } from './view/use-still.ts';
import { useMediaWords } from './words/index.ts';

const Viewer = lazily(async () => (await import('./view/Viewer.tsx')).Viewer);

type Course = 'to-come' | 'running' | 'done' | 'over';

const courses: Readonly<Record<TransferState, Course>> = {
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

export interface FileMessageProps {
  readonly transfer: TransferView;
  readonly mine: boolean;
  readonly peerName: string;
  /** Its picture stands beside this already. */
  readonly pictured?: boolean;
}

/** A file in the conversation, from the offer to the end, for its sender and its receiver. */
export function FileMessage({ transfer, mine, peerName, pictured = false }: FileMessageProps) {
  const { t, format } = useWords();
  const words = useMediaWords();
  const [open, setOpen] = useState(false);
  const { size, done, state, blob, mode } = transfer;
  const name = shownName(transfer.name);
  const course = courses[state];
  const kind = useKind(transfer);
  const tellSeen = useTellSeen(transfer, mine);
  const help = t.transfer.help[state as keyof typeof t.transfer.help];
  const there = blob !== undefined && (mine || state === 'done') && course !== 'over';
  const film = kind?.shape === 'video' && course === 'running' ? transfer.arriving : undefined;
  const toOpen = there ? blob : film;
  const mayOpen = toOpen !== undefined && kind != null && (mine || mode !== 'downloadOnly');
  const maySave = there && !mine && mode !== 'viewOnly';
  // What is only to be saved is not looked at, and nothing is said of it.
  const claim = there && kind === null && (mine || mode !== 'downloadOnly') ? claimOf(transfer) : null;

  return (
    <div data-testid="transfer" data-state={state} data-mode={mode} className="[--track:var(--color-sheet)]">
      {!pictured && (
        <Preview
          {...{ transfer, mine, kind, onSeen: tellSeen }}
          onOpen={mayOpen ? () => setOpen(true) : null}
        />
      )}
      <div className="flex items-center gap-3">
        {course === 'over' ? (
          <span className="flex size-10 shrink-0 items-center justify-center rounded-[0.625rem] bg-danger-soft text-danger">
            <CircleAlert size={22} aria-hidden="true" />
          </span>
        ) : (
          <FileIcon mediaType={kind?.mediaType ?? transfer.mediaType} />
        )}
        <div className="min-w-0 flex-1">
          <p className="font-semibold leading-5">
            <FileName name={transfer.name} />
          </p>
          <Facts {...{ transfer, course }} />
        </div>
        {course === 'running' && <Controls {...{ transfer, name }} />}
      </div>
      {course === 'running' && (
        <div className="mt-2.5">
          <ProgressBar
            value={size === 0 ? 1 : done / size}
            label={t.transfer.progress(name)}
            valueText={format.percent(size === 0 ? 1 : done / size)}
            data-testid="transfer-progress"
          />
        </div>
      )}
      {transfer.pausedBy.includes('peer') && course === 'running' && (
        <p className="mt-1.5 text-ink-2 text-sm">{words.file.pausedBy(peerName)}</p>
      )}
      {/* How far one's own has come is said by its receipt, as of words. */}
      {course !== 'running' && !(mine && course === 'done') && (
        <p className={classes('mt-2 text-sm', course === 'over' ? 'text-danger' : 'text-ink-2')}>
          {t.transfer.states[state]}
        </p>
      )}
      {claim !== null && (
        <p className="mt-1.5 text-ink-2 text-sm" data-testid="transfer-none">
          {`${words.file.none[claim]} ${mine ? '' : maySave ? words.viewer.failedSave : words.viewer.failedOnlyLook}`.trim()}
        </p>
      )}
      {help !== undefined && <p className="mt-0.5 text-ink-2 text-sm">{help}</p>}
      {(mayOpen || maySave) && (
        <div className="mt-2 flex flex-wrap gap-2">
          {mayOpen && (
            <Button
              small={true}
              icon={<Eye size={16} aria-hidden="true" />}
              aria-label={words.file.openName(name)}
              onClick={() => setOpen(true)}
              data-testid="transfer-open"
            >
              {words.file.open}
            </Button>
          )}
          {maySave && (
            <Button
              small={true}
              icon={<Download size={16} aria-hidden="true" />}
              aria-label={t.transfer.saveName(name)}
              onClick={() => {
                saveBlob(blob, transfer.name);
                tellSeen();
              }}
              data-testid="transfer-save"
            >
              {t.transfer.save}
            </Button>
          )}
        </div>
      )}
      {open && mayOpen && (
        <Viewer
          {...{ transfer, file: toOpen, kind, mine, peerName }}
          onSeen={tellSeen}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}

/** Size, speed, what is left, and what may be done with it. */
function Facts({ transfer, course }: { readonly transfer: TransferView; readonly course: Course }) {
  const { t, format } = useWords();
  const words = useMediaWords();
  const { size, done, state, mode } = transfer;
  const speed = useSpeed(done, state === 'transferring');
  const moves = course === 'running' && state !== 'offered';
  const facts = [
    moves ? t.transfer.of(format.bytes(done), format.bytes(size)) : format.bytes(size),
    state === 'offered' ? words.file.next : '',
    state === 'paused' ? t.transfer.states.paused : '',
    ...(speed !== null && speed >= 1
      ? [t.transfer.speed(format.bytes(speed)), words.file.left(format.wait(((size - done) / speed) * 1000))]
      : []),
    words.file.mode[mode],
  ];
  return (
    <p className="mt-0.5 text-ink-2 text-sm leading-tight">
      {facts.filter((fact) => fact !== '').join(' · ')}
    </p>
  );
}

interface ControlsProps {
  readonly transfer: TransferView;
  readonly name: string;
}

/** Both may stop it, for now and for good; who stopped it for now goes on with it. */
function Controls({ transfer: { fid, state, pausedBy }, name }: ControlsProps) {
  const { t } = useWords();
  const { file } = useMediaWords();
  const run = useCommand();
  const accountId = useTalkId();
  const paused = pausedBy.includes('me');
  const look = 'hover:bg-sheet enabled:hover:bg-sheet';
  return (
    <span className="-mr-2 flex shrink-0">
      {(paused || state === 'transferring') && (
        <IconButton
          label={paused ? file.resumeName(name) : file.pauseName(name)}
          title={paused ? file.resume : file.pause}
          onClick={() => run((client) => client.pauseTransfer({ accountId, fid, paused: !paused }))}
          data-testid="transfer-pause"
          className={look}
        >
          {paused ? <Play size={19} aria-hidden="true" /> : <Pause size={19} aria-hidden="true" />}
        </IconButton>
      )}
      <IconButton
        label={t.transfer.cancelName(name)}
        title={t.transfer.cancel}
        onClick={() => run((client) => client.cancelTransfer({ accountId, fid }))}
        data-testid="transfer-cancel"
        className={look}
      >
        <X size={20} aria-hidden="true" />
      </IconButton>
    </span>
  );
}

interface PreviewProps {
  readonly transfer: TransferView;
  readonly mine: boolean;
  readonly kind: ReturnType<typeof useKind>;
  readonly onOpen: (() => void) | null;
  readonly onSeen: () => void;
}

/** A picture of what may be both seen and kept. What is only to be looked at shows itself in the viewer alone. */
function Preview({ transfer, mine, kind, onOpen, onSeen }: PreviewProps) {
  const words = useMediaWords();
  const place = useRef<HTMLButtonElement>(null);
  const shown = mine || transfer.mode === 'both';
  const { picture } = useStill(transfer, shown ? kind : null) ?? { picture: null };
  // A whole image was seen with its preview; of a film or a document that is only the beginning.
  const whole = picture !== null && transfer.state === 'done' && kind?.shape === 'image';
  useInView(place, whole ? onSeen : null);
  if (!shown || picture === null || courses[transfer.state] === 'over') return null;
  return (
    <button
      ref={place}
      type="button"
      disabled={onOpen === null}
      aria-label={words.file.openName(shownName(transfer.name))}
      onClick={() => onOpen?.()}
      className="-mx-[0.6875rem] -mt-1 mb-2.5 block w-[calc(100%+1.375rem)] overflow-hidden rounded-[0.25rem_1rem_1rem_0.25rem] bg-sheet"
    >
      <Picture
        picture={picture}
        label={words.file.picture(shownName(transfer.name))}
        className="mx-auto max-h-80 max-w-full object-contain"
        data-testid="transfer-picture"
      />
    </button>
  );
}
