import { Pause, Play } from 'lucide-react';
import { useWords } from '../../../i18n/index.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { clock, useMediaWords } from '../words/index.ts';
import type { Playing } from './use-viewer.ts';

/** Seconds for one press of an arrow key. */
const STEP = 5;

export interface PlayerBarProps {
  readonly playing: Playing;
  readonly onPlay: (play: boolean) => void;
  readonly onSeek: (at: number) => void;
}

export function PlayerBar({ playing: { playing, at, duration }, onPlay, onSeek }: PlayerBarProps) {
  const { player } = useMediaWords();
  const { format } = useWords();
  const label = playing ? player.pause : player.play;
  return (
    <div className="mx-auto flex w-full max-w-talk items-center gap-3 px-3 py-2">
      <IconButton label={label} onClick={() => onPlay(!playing)} data-testid="player-toggle">
        {playing ? <Pause size={22} aria-hidden="true" /> : <Play size={22} aria-hidden="true" />}
      </IconButton>
      <input
        type="range"
        min={0}
        max={Math.max(duration, 0.1)}
        step={Math.min(STEP, Math.max(0.1, duration / 20))}
        value={Math.min(at, duration)}
        aria-label={player.position}
        aria-valuetext={player.at(clock(at), clock(duration))}
        onChange={({ target }) => onSeek(Number(target.value))}
        data-testid="player-position"
        className="h-touch min-w-0 flex-1 accent-act"
      />
      <span className="text-sm tabular-nums" title={format.number(Math.round(duration))}>
        {clock(at)} / {clock(duration)}
      </span>
    </div>
  );
}
