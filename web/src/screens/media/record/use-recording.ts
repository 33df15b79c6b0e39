import { useCallback, useEffect, useRef, useState } from 'react';
import { useDuet } from '../../duet.tsx';
import { keepRecording } from '../../memory.ts';
import { type Refusal, refusalOf } from './lacking.ts';
import { openDevices, type Recorded, Recording, release, type Tick, type What } from './recorder.ts';

export type Stage =
  /** The browser is asked for the devices. */
  | { readonly at: 'asking' }
  | { readonly at: 'refused'; readonly why: Refusal }
  /** The devices are open, and nothing is recorded yet. */
  | { readonly at: 'live'; readonly stream: MediaStream }
  | { readonly at: 'recording'; readonly stream: MediaStream }
  | { readonly at: 'done'; readonly recorded: Recorded; readonly full: boolean };

export interface Recorder {
  readonly stage: Stage;
  readonly tick: Tick;
  /** Asks for the devices again, perhaps for another camera. */
  readonly open: (cameraId?: string) => void;
  readonly start: () => void;
  /** Fulfilled with what there is; null if nothing was being recorded. */
  readonly stop: () => Promise<Recorded | null>;
  /** It was sent, or is not wanted: nothing of it is kept. */
  readonly forget: () => void;
}

const NO_TICK: Tick = { ms: 0, bytes: 0, levels: [] };
/** The other side forgets what somebody is doing unless it is told again. */
const TELL_MS = 3000;

/**
 * One recording for one person, from the question for the devices to what there is to send. The devices are let go when it
 * is stopped and when the component goes; what was recorded by then is kept until it is sent or forgotten, and is what the
 * next recording for that person begins with.
 */
export function useRecording(what: What, startsAtOnce: boolean, accountId: string): Recorder {
  const { client, memory } = useDuet();
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const [tick, setTick] = useState(NO_TICK);
  const [turn, setTurn] = useState<{ readonly cameraId?: string }>({});
  const stream = useRef<MediaStream | null>(null);
  const recording = useRef<Recording | null>(null);

  /** Ends what is being recorded, and keeps it. */
  const end = useCallback(
    (full: boolean): Promise<Recorded> | null => {
      const open = recording.current;
      recording.current = null;
      if (open === null) return null;
      const recorded = open.stop();
      keepRecording(memory, accountId, { what, recorded, full });
      return recorded;
    },
    [memory, accountId, what],
  );

  const stop = useCallback(
    async (full = false) => {
      const recorded = await end(full);
      if (recorded !== null) setStage({ at: 'done', recorded, full });
      return recorded;
    },
    [end],
  );

  const begin = useCallback(
    (on: MediaStream) => {
      setTick(NO_TICK);
      recording.current = new Recording(what, on, { tick: setTick, full: () => void stop(true) });
      setStage({ at: 'recording', stream: on });
    },
    [what, stop],
  );

  useEffect(() => {
    let wanted = true;
    const kept = memory.getState().recordings.get(accountId);
    if (kept?.what === what) {
      void kept.recorded.then((recorded) => {
        if (wanted) setStage({ at: 'done', recorded, full: kept.full });
      });
      return () => {
        wanted = false;
      };
    }
    setStage({ at: 'asking' });
    openDevices(what, turn.cameraId).then(
      (opened) => {
        // Given up meanwhile: nobody watches any more.
        if (!wanted) return release(opened);
        stream.current = opened;
        if (startsAtOnce) begin(opened);
        else setStage({ at: 'live', stream: opened });
      },
      (error: unknown) => {
        if (wanted) setStage({ at: 'refused', why: refusalOf(error) });
      },
    );
    return () => {
      wanted = false;
      end(false);
      if (stream.current !== null) release(stream.current);
      stream.current = null;
    };
  }, [memory, accountId, what, turn, startsAtOnce, begin, end]);

  const records = stage.at === 'recording';
  useEffect(() => {
    if (!records) return;
    const tell = (doing: What | null) =>
      void client.setRecording({ accountId, what: doing }).catch(() => undefined);
    tell(what);
    const timer = setInterval(() => tell(what), TELL_MS);
    return () => {
      clearInterval(timer);
      tell(null);
    };
  }, [records, accountId, what, client]);

  const forget = useCallback(() => {
    recording.current?.discard();
    recording.current = null;
    keepRecording(memory, accountId, null);
  }, [memory, accountId]);

  return {
    stage,
    tick,
    forget,
    open: (cameraId) => {
      forget();
      setTurn(cameraId === undefined ? {} : { cameraId });
    },
    start: () => {
      if (stage.at === 'live') begin(stage.stream);
    },
    stop: () => stop(),
  };
}
