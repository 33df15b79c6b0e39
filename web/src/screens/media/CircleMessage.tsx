import { Play } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { TransferView } from '../../engine/contract.ts';
import type { Kind } from './kinds.ts';
import { useHeard } from './use-heard.ts';
import { useTellSeen } from './use-seen.ts';
import { Outdated } from './view/Outdated.tsx';
import { useOutdated } from './view/outdated.ts';
import { Picture } from './view/Picture.tsx';
import { useStill } from './view/use-still.ts';
import { useViewer } from './view/use-viewer.ts';
import { clock, useMediaWords } from './words/index.ts';

export interface CircleMessageProps {
  readonly transfer: TransferView;
  readonly file: Blob;
  readonly kind: Kind;
  readonly mine: boolean;
}

/** A film in a circle: its first picture, and on a click the film in the same place, with a ring that fills. */
export function CircleMessage({ transfer, file, kind, mine }: CircleMessageProps) {
  const { video, player } = useMediaWords();
  const [playing, setPlaying] = useState(false);
  const [ring, setRing] = useState(0);
  const still = useStill(transfer, kind);
  const tellSeen = useTellSeen(transfer, mine);
  const whole = transfer.blob !== undefined;
  const said = transfer.durationMs / 1000;
  // Of the start of a recording, what its sender says is nearer to the truth.
  const measured = still !== null && (whole || said === 0) ? still.duration : 0;
  const length = measured > 0 ? measured : said;
  const [heard, setHeard] = useState(false);
  const onHeard = useCallback(() => setHeard(true), []);
  // Once all of it is there, also if it was watched before.
  useEffect(() => {
    if (heard) tellSeen();
  }, [heard, tellSeen]);
  const onEnd = useCallback(() => setPlaying(false), []);
  const outdated = useOutdated();
  if (outdated) return <Outdated />;
  // There is no picture yet, or none that this browser can make of the start alone.
  if (still === null) return whole ? <Empty /> : null;
  // It was tried, and there is nothing to be seen.
  if (still.picture === null) {
    if (transfer.kind !== 'videoMessage') return null;
    return (
      <p className="text-sm" data-testid="circle-failed">
        {video.cannotPlay}
      </p>
    );
  }
  return (
    <div className="relative size-56 max-w-full" data-testid="circle" data-playing={playing}>
      <Ring part={ring} />
      <div className="absolute inset-2 overflow-hidden rounded-full bg-black">
        <Picture
          picture={still.picture}
          label={video.label(clock(length))}
          className="size-full object-cover"
          data-testid="circle-picture"
        />
        {playing && <InPlace {...{ file, kind, whole, length, onHeard }} onRing={setRing} onEnd={onEnd} />}
      </div>
      <button
        type="button"
        aria-label={playing ? player.pause : `${player.play}: ${video.label(clock(length))}`}
        onClick={() => setPlaying(!playing)}
        data-testid="circle-toggle"
        className="absolute inset-0 flex items-end justify-center rounded-full pb-4"
      >
        <span className="flex items-center gap-1.5 rounded-full bg-black px-2.5 py-1 text-white text-xs tabular-nums">
          {!playing && <Play size={13} aria-hidden="true" />}
          {clock(playing ? length * (1 - ring) : length)}
        </span>
      </button>
    </div>
  );
}

/** The place of a film whose first picture is still being made. */
const Empty = () => (
  <div className="size-56 max-w-full p-2" data-testid="circle-empty" aria-hidden="true">
    <div className="size-full rounded-full bg-soft" />
  </div>
);

/** How far it is: an attribute, which the content security policy has nothing against. */
export function Ring({ part }: { readonly part: number }) {
  return (
    <svg viewBox="0 0 100 100" aria-hidden="true" className="absolute inset-0 size-full -rotate-90">
      <circle cx="50" cy="50" r="48.5" fill="none" strokeWidth="2.4" className="stroke-soft" />
      <circle
        cx="50"
        cy="50"
        r="48.5"
        fill="none"
        strokeWidth="2.4"
        pathLength={100}
        strokeDasharray={`${Math.min(1, Math.max(0, part)) * 100} 100`}
        className="stroke-line"
      />
    </svg>
  );
}

interface InPlaceProps {
  readonly file: Blob;
  readonly kind: Kind;
  readonly whole: boolean;
  /** Seconds, as far as it is known. */
  readonly length: number;
  readonly onRing: (part: number) => void;
  readonly onHeard: () => void;
  readonly onEnd: () => void;
}

/** The film itself, in a frame of its own, as long as it plays. */
function InPlace({ file, kind, whole, length, onRing, onHeard, onEnd }: InPlaceProps) {
  const { video } = useMediaWords();
  const hear = useCallback(() => undefined, []);
  const { element, state, playing, say } = useViewer(
    { file, ...kind, watermark: null, round: true, locale: 'en', whole, duration: length },
    hear,
  );
  const { at, duration } = playing;
  const [began, setBegan] = useState(false);
  // Half of it, not of what has come.
  useHeard({ ...playing, duration: Math.max(duration, whole ? 0 : length) }, onHeard);
  useEffect(() => {
    if (state === 'shown') say({ type: 'play' });
  }, [state, say]);
  useEffect(() => {
    onRing(duration > 0 ? at / duration : 0);
    if (playing.playing) setBegan(true);
    else if (began && whole && at >= duration - 0.05) {
      onRing(0);
      onEnd();
    }
  }, [at, duration, playing.playing, began, whole, onRing, onEnd]);
  return (
    <>
      <iframe
        ref={element}
        title={video.label(clock(duration))}
        sandbox="allow-scripts"
        tabIndex={-1}
        className={`absolute inset-0 size-full border-0 ${state === 'shown' ? '' : 'opacity-0'}`}
      />
      {state === 'failed' && (
        <p role="status" className="absolute inset-0 flex items-center p-8 text-center text-sm text-white">
          {video.cannotPlay}
        </p>
      )}
    </>
  );
}
