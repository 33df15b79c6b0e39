import { ArrowUp, Square, Trash2 } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../../../ui/Button.tsx';
import { classes } from '../../../ui/classes.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { useCommand } from '../../duet.tsx';
import type { Person } from '../../memory.ts';
import { useVoices } from '../../voices.ts';
import { VoiceBar } from '../VoiceMessage.tsx';
import { pauseSound, useSound } from '../view/sound.ts';
import { Waveform } from '../Waveform.tsx';
import { clock, type MediaText, useMediaWords } from '../words/index.ts';
import { moved, released } from './hold.ts';
import { peaksOf } from './peaks.ts';
import type { Asked } from './RecordButtons.tsx';
import { fileOf, type Recorded } from './recorder.ts';
import { useGiveUp } from './use-give-up.tsx';
import { useRecording } from './use-recording.ts';

/** Shorter than this is a slip of the finger. */
const LEAST_MS = 500;

export interface VoiceRecorderProps {
  readonly peer: Person;
  readonly held: Asked['held'];
  readonly onClose: () => void;
}

/** Stands in the place of the composer while somebody speaks, and until it was sent or thrown away. */
export function VoiceRecorder({
  peer: { accountId, name: peerName },
  held,
  onClose: onLeave,
}: VoiceRecorderProps) {
  const words = useMediaWords();
  const { voice } = words;
  const { mine } = useVoices(peerName);
  const { stage, tick, open, stop, forget } = useRecording('voice', true, accountId);
  const onClose = useCallback(() => {
    forget();
    onLeave();
  }, [forget, onLeave]);
  const { giveUp, question } = useGiveUp(stage, onClose);
  const run = useCommand();
  const [note, setNote] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const bar = useRef<HTMLFieldSetElement>(null);
  const recorded = stage.at === 'done' ? stage.recorded : null;

  const send = useCallback(
    async (what: Recorded | null) => {
      if (what === null) return;
      if (what.durationMs < LEAST_MS || what.blob.size === 0) return setNote(voice.empty);
      setBusy(true);
      const { durationMs, peaks } = what;
      const file = fileOf(what, voice.fileName);
      const sent = await run((client) =>
        client.sendFile({ accountId, file, kind: 'voice', durationMs, peaks }),
      );
      setBusy(false);
      if (sent) onClose();
      else setNote(voice.again);
    },
    [run, accountId, voice, onClose],
  );
  const finish = useCallback(async () => send(await stop()), [send, stop]);
  const holding = useHold(held, stage.at === 'recording', finish, onClose);

  // Whoever works with the keyboard stays where it goes on.
  useLayoutEffect(() => bar.current?.focus(), []);
  useEffect(() => pauseSound, []);

  return (
    <>
      <fieldset
        ref={bar}
        tabIndex={-1}
        aria-label={voice.recording}
        data-testid="voice-recorder"
        data-stage={stage.at}
        onKeyDown={({ key }) => {
          if (key === 'Escape') giveUp();
        }}
        className={classes(
          'mx-auto w-full max-w-talk shrink-0 px-2 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] outline-none 3xl:max-w-240 sm:px-5 sm:pb-4',
          mine,
        )}
      >
        <p role="status" className="marking px-4 pb-1 text-right text-sm">
          {note ?? statusOf(words, stage, holding, peerName)}
        </p>
        <div className="flex items-center gap-1.5 rounded-[1.625rem] bg-soft p-[3px] loud:border loud:border-edge">
          <IconButton label={voice.discard} onClick={onClose} data-testid="voice-discard">
            <Trash2 size={20} strokeWidth={1.75} aria-hidden="true" />
          </IconButton>
          {stage.at === 'refused' ? (
            <Button small={true} className="mx-auto" onClick={() => open()}>
              {words.video.again}
            </Button>
          ) : recorded === null ? (
            <Meter ms={tick.ms} levels={tick.levels} />
          ) : (
            <Review recorded={recorded} />
          )}
          {stage.at === 'recording' && (
            <IconButton label={voice.stop} onClick={() => void stop()} data-testid="voice-stop">
              <Square size={18} aria-hidden="true" />
            </IconButton>
          )}
          <IconButton
            label={voice.send}
            filled={true}
            disabled={busy || (stage.at !== 'recording' && recorded === null)}
            onClick={() => void (recorded === null ? finish() : send(recorded))}
            data-testid="voice-send"
          >
            <ArrowUp size={20} strokeWidth={2} aria-hidden="true" />
          </IconButton>
        </div>
      </fieldset>
      {question}
    </>
  );
}

function statusOf(
  { voice, refused }: MediaText,
  stage: ReturnType<typeof useRecording>['stage'],
  holding: boolean,
  peerName: string,
): ReactNode {
  if (stage.at === 'refused') return `${refused.microphone} ${refused[stage.why]}`;
  if (stage.at === 'done' && stage.full)
    return stage.recorded.durationMs > 290_000 ? voice.tooLong : voice.tooLarge;
  return holding ? voice.lock : voice.hears(peerName);
}

/** As long as the pointer that began it is down. Gives whether it is. */
function useHold(
  held: Asked['held'],
  recording: boolean,
  onSend: () => Promise<void>,
  onDiscard: () => void,
): boolean {
  const [holding, setHolding] = useState(held !== null);
  const began = useRef(performance.now());
  useLayoutEffect(() => {
    if (held === null || !holding) return;
    const controller = new AbortController();
    const { signal } = controller;
    const on = (type: 'pointermove' | 'pointerup' | 'pointercancel', act: (event: PointerEvent) => void) =>
      addEventListener(type, act, { signal });
    on('pointermove', ({ clientX, clientY }) => {
      const way = moved(held, { x: clientX, y: clientY });
      if (way === 'locked') setHolding(false);
      if (way === 'discarded') onDiscard();
    });
    on('pointerup', () => {
      setHolding(false);
      if (released(performance.now() - began.current, recording) === 'sent') void onSend();
    });
    on('pointercancel', () => setHolding(false));
    return () => controller.abort();
  }, [held, holding, recording, onSend, onDiscard]);
  return holding && recording;
}

/** Bars that fit beside the time. */
const SHOWN = 40;

function Meter({ ms, levels }: { readonly ms: number; readonly levels: readonly number[] }) {
  const last = levels.slice(-SHOWN);
  const peaks = last.length === 0 ? [0] : [...new Uint8Array(SHOWN - last.length), ...peaksOf(last, SHOWN)];
  return (
    <>
      <span className="flex items-center gap-2 px-1 tabular-nums" data-testid="voice-clock">
        <span className="size-3 rounded-full bg-danger motion-safe:animate-pulse" aria-hidden="true" />
        {clock(ms / 1000)}
      </span>
      <Waveform peaks={peaks} at={0} duration={0} />
    </>
  );
}

function Review({ recorded: { blob, durationMs, peaks } }: { readonly recorded: Recorded }) {
  const sound = useSound(blob);
  const kind = { shape: 'audio', mediaType: blob.type.split(';')[0] ?? '' } as const;
  return <VoiceBar {...{ file: blob, kind, sound, peaks }} duration={durationMs / 1000} />;
}
