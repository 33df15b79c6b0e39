import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { ToShow, ToViewer } from '../../../../viewer/messages.ts';
import { type FromFrame, ViewerFrame } from './frame.ts';

export interface Playing {
  readonly playing: boolean;
  /** Seconds. */
  readonly at: number;
  readonly duration: number;
}

export interface Viewing {
  readonly element: RefObject<HTMLIFrameElement | null>;
  readonly state: 'opening' | 'shown' | 'failed';
  readonly playing: Playing;
  readonly say: (message: ToViewer) => void;
}

const STILL: Playing = { playing: false, at: 0, duration: 0 };

/**
 * One file in a frame of its own, as long as the component is there. Of one that is not whole, `asked.file` may grow.
 * `hear` must stay the same function.
 */
export function useViewer(asked: ToShow, hear: (message: FromFrame) => void): Viewing {
  const element = useRef<HTMLIFrameElement>(null);
  const frame = useRef<ViewerFrame | null>(null);
  const [state, setState] = useState<Viewing['state']>('opening');
  const [playing, setPlaying] = useState(STILL);
  const first = useRef(asked);
  useEffect(() => {
    if (element.current === null) return;
    const opened = new ViewerFrame(element.current);
    frame.current = opened;
    opened.hear((message) => {
      if (message.type === 'shown') {
        setState('shown');
        setPlaying((before) => ({ ...before, duration: message.duration }));
      } else if (message.type === 'failed') setState('failed');
      else if (message.type === 'playing') setPlaying(message);
      else if (message.type === 'ended') setPlaying((before) => ({ ...before, playing: false }));
      hear(message);
    });
    opened.say({ type: 'show', ...first.current });
    return () => {
      opened.close();
      frame.current = null;
    };
  }, [hear]);
  const { file, whole } = asked;
  const shown = useRef(file);
  useEffect(() => {
    if (shown.current === file) return;
    shown.current = file;
    frame.current?.say({ type: 'more', file, whole });
  }, [file, whole]);
  const say = useCallback((message: ToViewer) => frame.current?.say(message), []);
  return { element, state, playing, say };
}
