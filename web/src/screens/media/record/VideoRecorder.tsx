import { ArrowUp, Circle, RotateCcw, Square, Trash2 } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useWords } from '../../../i18n/index.tsx';
import { Button } from '../../../ui/Button.tsx';
import { classes } from '../../../ui/classes.ts';
import { useCommand } from '../../duet.tsx';
import type { Person } from '../../memory.ts';
import { useVoices } from '../../voices.ts';
import { Ring } from '../CircleMessage.tsx';
import { previewOf } from '../send/preview.ts';
import { clock, useMediaWords } from '../words/index.ts';
import { fileOf, limits, type Recorded } from './recorder.ts';
import { useGiveUp } from './use-give-up.tsx';
import { useRecording } from './use-recording.ts';

export interface VideoRecorderProps {
  readonly peer: Person;
  readonly onClose: () => void;
}

/** Stands in the place of the talk: one sees oneself, records, looks at it, and sends it or throws it away. */
export function VideoRecorder({ peer: { accountId, name: peerName }, onClose: onLeave }: VideoRecorderProps) {
  const { format } = useWords();
  const words = useMediaWords();
  const { video, refused } = words;
  const { mine } = useVoices(peerName);
  const { stage, tick, open, start, stop, forget } = useRecording('video', false, accountId);
  const onClose = () => {
    forget();
    onLeave();
  };
  const { giveUp, question } = useGiveUp(stage, onClose);
  const cameras = useCameras(stage.at === 'live');
  const [camera, setCamera] = useState<string | undefined>();
  const run = useCommand();
  const [note, setNote] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const place = useRef<HTMLElement>(null);
  const recorded = stage.at === 'done' ? stage.recorded : null;
  useLayoutEffect(() => place.current?.focus(), []);

  const send = async () => {
    const what = recorded ?? (await stop());
    if (what === null) return;
    setBusy(true);
    const file = fileOf(what, video.fileName);
    const preview = await firstPicture(what);
    const { durationMs } = what;
    const sent = await run((client) =>
      client.sendFile({ accountId, file, kind: 'videoMessage', durationMs, preview }),
    );
    setBusy(false);
    if (sent) onClose();
    else setNote(video.notSent);
  };

  const room = format.bytes(Math.max(0, limits.video.bytes - tick.bytes));
  const said =
    note ??
    (stage.at === 'refused'
      ? `${refused.camera} ${refused[stage.why]}`
      : stage.at === 'done' && stage.full
        ? video.full
        : video.hint(peerName));
  return (
    <>
      <section
        ref={place}
        tabIndex={-1}
        aria-label={video.title(peerName)}
        data-testid="video-recorder"
        data-stage={stage.at}
        onKeyDown={({ key }) => {
          if (key === 'Escape') giveUp();
        }}
        className={classes('absolute inset-0 z-10 flex flex-col bg-paper outline-none', mine)}
      >
        <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-5 overflow-y-auto p-4">
          <div className="relative aspect-square w-[min(82%,20rem,52dvh)]">
            <Ring part={stage.at === 'recording' ? tick.bytes / limits.video.bytes : 0} />
            <div className="absolute inset-2.5 overflow-hidden rounded-full bg-wing">
              {(stage.at === 'live' || stage.at === 'recording') && <Mirror stream={stage.stream} />}
              {recorded !== null && <Review recorded={recorded} />}
            </div>
            {(stage.at === 'recording' || recorded !== null) && (
              <span
                className="-translate-x-1/2 absolute bottom-2 left-1/2 flex items-center gap-1.5 rounded-full bg-black px-2.5 py-1 text-sm text-white tabular-nums"
                data-testid="video-clock"
              >
                {recorded === null && <span className="size-2.5 rounded-full bg-danger" aria-hidden="true" />}
                {clock((recorded?.durationMs ?? tick.ms) / 1000)}
              </span>
            )}
          </div>
          <p role="status" className="marking max-w-100 text-center">
            {said}
          </p>
          {stage.at === 'recording' && (
            <p className="text-ink-2 text-sm tabular-nums" data-testid="video-room">
              {video.room(room)}
            </p>
          )}
          {stage.at === 'live' && cameras.length > 1 && (
            <label className="flex items-center gap-2 text-sm">
              {video.camera}
              <select
                value={camera ?? cameras[0]?.deviceId}
                onChange={({ target }) => {
                  setCamera(target.value);
                  open(target.value);
                }}
                data-testid="video-camera"
                className="min-h-touch max-w-60 rounded-control border border-edge bg-sheet px-3"
              >
                {cameras.map(({ deviceId, label }, index) => (
                  <option key={deviceId} value={deviceId}>
                    {label === '' ? video.cameraNumber(index + 1) : label}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        <div className="grid shrink-0 grid-cols-2 items-center gap-2 px-3 sm:grid-cols-3 pt-2 pb-[max(1rem,env(safe-area-inset-bottom))]">
          <Button
            look="quiet"
            className="justify-self-start"
            icon={<Trash2 size={18} aria-hidden="true" />}
            onClick={onClose}
            data-testid="video-discard"
          >
            {video.discard}
          </Button>
          <span className="justify-self-center max-sm:order-first max-sm:col-span-2">
            {stage.at === 'live' && (
              <Round label={video.start} onClick={start} testId="video-start">
                <Circle size={26} className="fill-danger text-danger" aria-hidden="true" />
              </Round>
            )}
            {stage.at === 'recording' && (
              <Round label={video.stop} onClick={() => void stop()} testId="video-stop">
                <Square size={22} className="fill-danger text-danger" aria-hidden="true" />
              </Round>
            )}
            {(recorded !== null || stage.at === 'refused') && (
              <Button
                icon={<RotateCcw size={18} aria-hidden="true" />}
                onClick={() => {
                  setNote(null);
                  open(camera);
                }}
                data-testid="video-again"
              >
                {video.again}
              </Button>
            )}
          </span>
          <Button
            look="primary"
            className="justify-self-end"
            busy={busy}
            disabled={stage.at !== 'recording' && recorded === null}
            icon={<ArrowUp size={18} aria-hidden="true" />}
            onClick={() => void send()}
            data-testid="video-send"
          >
            {video.send}
          </Button>
        </div>
      </section>
      {question}
    </>
  );
}

interface RoundProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly testId: string;
  readonly children: React.ReactNode;
}

function Round({ label, onClick, testId, children }: RoundProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      data-testid={testId}
      className="flex size-16 items-center justify-center rounded-full border-[3px] border-danger bg-sheet"
    >
      {children}
    </button>
  );
}

/** As in a mirror, and without a sound of oneself. */
function Mirror({ stream }: { readonly stream: MediaStream }) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    video.srcObject = stream;
    void video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  }, [stream]);
  return (
    <video
      ref={element}
      muted={true}
      playsInline={true}
      className="size-full -scale-x-100 object-cover"
      data-testid="video-mirror"
    />
  );
}

/** What one recorded oneself is nothing foreign: it is played here. */
function Review({ recorded: { blob } }: { readonly recorded: Recorded }) {
  const { player } = useMediaWords();
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return (
    // biome-ignore lint/a11y/useMediaCaption: nobody has written any for what was said a moment ago.
    <video
      src={address}
      controls={true}
      playsInline={true}
      aria-label={player.play}
      className="size-full object-cover"
      data-testid="video-review"
    />
  );
}

/** Only known by name once one of them may be used. */
function useCameras(may: boolean): readonly MediaDeviceInfo[] {
  const [cameras, setCameras] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    if (!may) return;
    let wanted = true;
    const look = async () => {
      const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
      if (wanted) setCameras(all.filter(({ kind }) => kind === 'videoinput'));
    };
    void look();
    navigator.mediaDevices.addEventListener('devicechange', look);
    return () => {
      wanted = false;
      navigator.mediaDevices.removeEventListener('devicechange', look);
    };
  }, [may]);
  return cameras;
}

/** For the other side to see before the film is there; empty where this browser gives none. */
async function firstPicture({ blob }: Recorded): Promise<Uint8Array> {
  const video = document.createElement('video');
  const address = URL.createObjectURL(blob);
  video.muted = true;
  try {
    await new Promise((resolve, reject) => {
      video.addEventListener('loadeddata', resolve, { once: true });
      video.addEventListener('error', reject, { once: true });
      video.src = address;
    });
    return await previewOf(await createImageBitmap(video));
  } catch {
    return new Uint8Array(0);
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}
