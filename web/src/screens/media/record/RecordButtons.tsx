import { Mic, Video } from 'lucide-react';
import { useId } from 'react';
import { IconButton } from '../../../ui/IconButton.tsx';
import { useMediaWords } from '../words/index.ts';
import { lacking } from './lacking.ts';
import type { What } from './recorder.ts';

export interface Asked {
  readonly what: What;
  /** The microphone is being held down, from this place on; null: it was clicked. */
  readonly held: { readonly x: number; readonly y: number } | null;
}

/** What the browser lacks is said at the button, and before the click. */
export function RecordButtons({ onRecord }: { readonly onRecord: (asked: Asked) => void }) {
  const { voice, video, lacking: words } = useMediaWords();
  const reasonId = useId();
  const missing = lacking();
  const reason = missing === null ? undefined : words[missing];
  const props = (label: string, hint: string) =>
    ({
      label,
      title: reason === undefined ? hint : `${label}. ${reason}`,
      'aria-describedby': reason === undefined ? undefined : reasonId,
      // Still reached by the keyboard, for the reason to be heard.
      'aria-disabled': reason !== undefined,
      className: reason === undefined ? '' : 'text-edge',
    }) as const;
  return (
    <>
      <IconButton
        {...props(voice.record, voice.recordHint)}
        data-testid="record-voice"
        className={`touch-none ${reason === undefined ? '' : 'text-edge'}`}
        onPointerDown={({ button, clientX, clientY }) => {
          if (button === 0 && reason === undefined)
            onRecord({ what: 'voice', held: { x: clientX, y: clientY } });
        }}
        onClick={({ detail }) => {
          // By keyboard. A pointer has begun it already.
          if (detail === 0 && reason === undefined) onRecord({ what: 'voice', held: null });
        }}
      >
        <Mic size={20} strokeWidth={1.75} aria-hidden="true" />
      </IconButton>
      <IconButton
        {...props(video.record, video.record)}
        data-testid="record-video"
        onClick={({ detail }) => {
          // The second click of a double click was meant for what stood here before.
          if (detail < 2 && reason === undefined) onRecord({ what: 'video', held: null });
        }}
      >
        <Video size={20} strokeWidth={1.75} aria-hidden="true" />
      </IconButton>
      {reason !== undefined && (
        <span id={reasonId} className="sr-only">
          {reason}
        </span>
      )}
    </>
  );
}
