import { Download, Pause, Play } from 'lucide-react';
import type { TransferView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { saveBlob } from '../chat/save.ts';
import type { Kind } from './kinds.ts';
import { useHeard } from './use-heard.ts';
import { useTellSeen } from './use-seen.ts';
import { Outdated } from './view/Outdated.tsx';
import { useOutdated } from './view/outdated.ts';
import { pauseSound, playSound, RATES, type Sound, seekSound, setRate, useSound } from './view/sound.ts';
import { Waveform } from './Waveform.tsx';
import { clock, useMediaWords } from './words/index.ts';

export interface VoiceMessageProps {
  readonly transfer: TransferView;
  readonly file: Blob;
  readonly kind: Kind;
  readonly mine: boolean;
}

/** Words that were spoken: heard here, at any speed, from any place. */
export function VoiceMessage({ transfer, file, kind, mine }: VoiceMessageProps) {
  const { t } = useWords();
  const { voice, viewer } = useMediaWords();
  const outdated = useOutdated();
  const tellSeen = useTellSeen(transfer, mine);
  const sound = useSound(file);
  useHeard(sound, tellSeen);
  const duration = sound.duration > 0 ? sound.duration : transfer.durationMs / 1000;
  return (
    <fieldset
      data-testid="voice"
      data-playing={sound.playing}
      aria-label={voice.label(clock(duration))}
      className="min-w-0"
    >
      <VoiceBar {...{ file, kind, sound, duration }} peaks={transfer.peaks} />
      {outdated && <Outdated />}
      {sound.state === 'failed' && (
        <p className="mt-1 text-sm" role="status">
          {viewer.failed}{' '}
          {!mine && transfer.mode !== 'viewOnly' && (
            <Button
              small={true}
              icon={<Download size={16} aria-hidden="true" />}
              onClick={() => saveBlob(file, transfer.name)}
            >
              {t.transfer.save}
            </Button>
          )}
        </p>
      )}
    </fieldset>
  );
}

export interface VoiceBarProps {
  readonly file: Blob;
  readonly kind: Kind;
  readonly sound: Sound;
  /** Seconds. */
  readonly duration: number;
  readonly peaks: Uint8Array;
}

export function VoiceBar({ file, kind, sound, duration, peaks }: VoiceBarProps) {
  const { player } = useMediaWords();
  const { format } = useWords();
  const next = RATES[(RATES.indexOf(sound.rate as (typeof RATES)[number]) + 1) % RATES.length] ?? 1;
  const rate = `${format.number(sound.rate)}×`;
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3">
      <IconButton
        label={sound.playing ? player.pause : player.play}
        filled={true}
        onClick={() => (sound.playing ? pauseSound() : playSound(file, kind))}
        data-testid="voice-toggle"
      >
        {sound.playing ? <Pause size={20} aria-hidden="true" /> : <Play size={20} aria-hidden="true" />}
      </IconButton>
      <Waveform peaks={peaks} at={sound.at} duration={duration} onSeek={(at) => seekSound(file, kind, at)} />
      <span className="flex shrink-0 flex-col items-center">
        <span className="text-xs tabular-nums" data-testid="voice-time">
          {clock(sound.at)} / {clock(duration)}
        </span>
        <button
          type="button"
          aria-label={player.speed(rate)}
          onClick={() => setRate(next)}
          data-testid="voice-rate"
          className="relative min-h-6 min-w-9 rounded-full bg-sheet px-2 font-semibold text-xs tabular-nums after:absolute after:-inset-y-2 after:inset-x-0"
        >
          {rate}
        </button>
      </span>
    </div>
  );
}
