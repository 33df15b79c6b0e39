import { Download, Minus, Plus, X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { TransferView } from '../../../engine/contract.ts';
import { useWords } from '../../../i18n/index.tsx';
import { accountName } from '../../../state/index.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { useModal } from '../../../ui/use-return-focus.ts';
import { FileName } from '../../chat/FileName.tsx';
import { shownName } from '../../chat/file-name.ts';
import { saveBlob } from '../../chat/save.ts';
import { useApp } from '../../duet.tsx';
import { isWatched } from '../heard.ts';
import type { Kind } from '../kinds.ts';
import { useHeard } from '../use-heard.ts';
import { useMediaWords } from '../words/index.ts';
import type { FromFrame } from './frame.ts';
import { Outdated } from './Outdated.tsx';
import { useOutdated } from './outdated.ts';
import { PlayerBar } from './PlayerBar.tsx';
import { type Guard, leftFor, useGuard } from './use-guard.ts';
import { useViewer } from './use-viewer.ts';

export interface ViewerProps {
  readonly transfer: TransferView;
  readonly file: Blob;
  readonly kind: Kind;
  readonly mine: boolean;
  readonly peerName: string;
  /** It is on the screen; of what plays, some of it was played. */
  readonly onSeen: () => void;
  readonly onClose: () => void;
}

/** One file, as large as the window. What a peer sent is drawn in the frame, and nothing of it in this document. */
export function Viewer({ transfer, file, kind, mine, peerName, onSeen, onClose }: ViewerProps) {
  const { language, t } = useWords();
  const { viewer } = useMediaWords();
  const account = useApp((app) => app.account);
  const name = shownName(transfer.name);
  const whole = transfer.blob !== undefined;
  const guarded = !mine && transfer.mode === 'viewOnly';
  const [note, setNote] = useState<string | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog, onClose);
  const guard = useMemo<Guard>(
    () => ({ blocked: () => setNote(viewer.blocked(peerName)), close: onClose }),
    [viewer, peerName, onClose],
  );
  useGuard(guarded ? guard : null);

  const hear = useCallback(
    (message: FromFrame) => {
      if (message.type === 'key' && message.key === 'Escape') onClose();
      if (!guarded) return;
      if (message.type === 'key' && message.key === 'blocked') guard.blocked();
      if (message.type === 'key' && message.key === 'PrintScreen') guard.close();
      if (message.type === 'left') leftFor(guard);
    },
    [guarded, guard, onClose],
  );
  const latest = useRef(hear);
  latest.current = hear;
  const stable = useCallback((message: FromFrame) => latest.current(message), []);
  const watermark = guarded ? (accountName(account) ?? '') : null;
  const { element, state, playing, say } = useViewer(
    { file, ...kind, watermark, round: false, locale: language, whole, duration: transfer.durationMs / 1000 },
    stable,
  );

  const plays = kind.shape === 'audio' || kind.shape === 'video';
  const zooms = !plays;
  const outdated = useOutdated();
  const [watched, setWatched] = useState(false);
  const onWatched = useCallback(() => setWatched(true), []);
  useHeard(playing, onWatched, isWatched);
  const seen = plays ? watched : state === 'shown';
  // Once all of it is there, also if it was watched before.
  useEffect(() => {
    if (seen) onSeen();
  }, [seen, onSeen]);
  return (
    <dialog
      ref={dialog}
      aria-label={name}
      data-testid="viewer"
      data-state={state}
      data-theme="dark"
      // The list of messages, in which this is, goes by keys of its own.
      onKeyDown={(event) => event.stopPropagation()}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-0 h-dvh max-h-none w-dvw max-w-none select-none bg-paper p-0 text-ink scheme-dark print:hidden"
    >
      <div className="flex h-full flex-col">
        <header className="flex min-h-16 items-center gap-1 py-2 pr-2 pl-5">
          <div className="min-w-0 flex-1">
            <h2 className="font-semibold leading-6">
              <FileName name={transfer.name} />
            </h2>
            <p className="truncate text-ink-2 text-sm">
              {mine ? viewer.own : guarded ? viewer.onlyLook(peerName) : viewer.from(peerName)}
            </p>
          </div>
          {zooms && state === 'shown' && (
            <>
              <IconButton label={viewer.farther} onClick={() => say({ type: 'zoom', by: -1 })}>
                <Minus size={20} aria-hidden="true" />
              </IconButton>
              <IconButton
                label={viewer.closer}
                onClick={() => say({ type: 'zoom', by: 1 })}
                data-testid="viewer-closer"
              >
                <Plus size={20} aria-hidden="true" />
              </IconButton>
            </>
          )}
          {!mine && !guarded && whole && (
            <IconButton label={t.transfer.saveName(name)} onClick={() => saveBlob(file, transfer.name)}>
              <Download size={20} aria-hidden="true" />
            </IconButton>
          )}
          <IconButton label={viewer.close} onClick={onClose} data-testid="viewer-close">
            <X size={20} aria-hidden="true" />
          </IconButton>
        </header>
        <div className="relative min-h-0 flex-1">
          <iframe
            ref={element}
            title={viewer.content(name)}
            sandbox="allow-scripts"
            data-testid="viewer-frame"
            className="absolute inset-0 size-full border-0"
          />
          {state !== 'shown' && (
            <Middle>
              {outdated ? (
                <Outdated />
              ) : state === 'opening' ? (
                whole ? (
                  viewer.loading
                ) : (
                  viewer.arriving
                )
              ) : (
                `${viewer.failed} ${guarded ? viewer.failedOnlyLook : mine ? '' : viewer.failedSave}`
              )}
            </Middle>
          )}
        </div>
        {plays && state === 'shown' && (
          <PlayerBar
            playing={playing}
            onPlay={(play) => say({ type: play ? 'play' : 'pause' })}
            onSeek={(at) => say({ type: 'seek', at })}
          />
        )}
        {guarded && (
          <p className="mx-auto max-w-160 px-5 py-3 text-ink-2 text-sm" data-testid="viewer-guarded">
            {viewer.guarded(peerName)}
          </p>
        )}
        <p role="status" className={note === null ? 'sr-only' : 'px-5 pb-3 text-center text-caution text-sm'}>
          {note}
        </p>
      </div>
    </dialog>
  );
}

function Middle({ children }: { readonly children: ReactNode }) {
  return (
    <div
      role="status"
      className="absolute inset-0 flex items-center justify-center bg-paper p-8 text-center text-ink-2"
      data-testid="viewer-state"
    >
      {children}
    </div>
  );
}
