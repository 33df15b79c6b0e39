import { clock, useMediaWords } from './words/index.ts';

export interface WaveformProps {
  readonly peaks: Uint8Array | readonly number[];
  /** Seconds. */
  readonly at: number;
  readonly duration: number;
  /** Left out: it cannot be moved. */
  readonly onSeek?: (at: number) => void;
}

const HEIGHT = 28;
const WIDTH = 2;
const GAP = 1.5;
/** Without a waveform of its own. */
const FLAT: readonly number[] = Array.from({ length: 40 }, () => 60);

/** Five seconds for an arrow: a tenth of a second is fine for the pointer alone. Null: not a key of a slider. */
export function soughtBy(key: string, at: number, duration: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5 },
    ...{ PageUp: duration / 4, PageDown: -duration / 4, Home: -duration, End: duration },
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(duration, Math.max(0, at + step));
}

/** Bars that fill up. A slider lies over them, so that pointer and keys find exactly what is drawn. */
export function Waveform({ peaks, at, duration, onSeek }: WaveformProps) {
  const { player } = useMediaWords();
  const bars = peaks.length > 0 ? [...peaks] : FLAT;
  const played = duration > 0 ? (at / duration) * bars.length : 0;
  const width = bars.length * (WIDTH + GAP);
  return (
    <span className="relative block h-9 min-w-0 flex-1">
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-0 size-full py-1"
      >
        {bars.map((peak, index) => {
          const height = Math.max(2, (peak / 255) * HEIGHT);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
              key={index}
              x={index * (WIDTH + GAP)}
              y={(HEIGHT - height) / 2}
              width={WIDTH}
              height={height}
              rx={WIDTH / 2}
              className={index < played ? 'fill-strong' : 'fill-line'}
              opacity={index < played ? 1 : 0.6}
            />
          );
        })}
      </svg>
      {onSeek !== undefined && (
        <input
          type="range"
          min={0}
          max={Math.max(duration, 0.1)}
          step={0.1}
          value={Math.min(at, duration)}
          aria-label={player.position}
          aria-valuetext={player.at(clock(at), clock(duration))}
          onChange={({ target }) => onSeek(Number(target.value))}
          onKeyDown={(event) => {
            const to = soughtBy(event.key, at, duration);
            if (to === null) return;
            event.preventDefault();
            // The list of messages goes by the same keys.
            event.stopPropagation();
            onSeek(to);
          }}
          data-testid="voice-position"
          className="absolute inset-0 m-0 size-full cursor-pointer opacity-0"
        />
      )}
    </span>
  );
}
