/** What is being listened to: one sound at a time in the whole page, played in the hidden frame. */
import { useSyncExternalStore } from 'react';
import type { Kind } from '../kinds.ts';
import { onWorkshopClosed, workshop } from './workshop.ts';

export interface Sound {
  readonly file: Blob | null;
  readonly state: 'opening' | 'ready' | 'failed';
  readonly playing: boolean;
  /** Seconds. */
  readonly at: number;
  readonly duration: number;
  readonly rate: number;
}

export const RATES = [1, 1.5, 2] as const;

const NONE: Sound = { file: null, state: 'opening', playing: false, at: 0, duration: 0, rate: 1 };

let sound = NONE;
let stop: (() => void) | null = null;
const listeners = new Set<() => void>();

function become(change: Partial<Sound>): void {
  sound = { ...sound, ...change };
  for (const listener of listeners) listener();
}

/** Another file takes the place of what was there. */
function open(file: Blob, kind: Kind): void {
  if (sound.file === file && stop !== null) return;
  stop?.();
  const frame = workshop();
  become({ ...NONE, file, rate: sound.rate });
  stop = frame.hear((message) => {
    if (message.type === 'shown') become({ state: 'ready', duration: message.duration });
    else if (message.type === 'failed') become({ state: 'failed', playing: false });
    else if (message.type === 'playing') become(message);
    else if (message.type === 'ended') become({ playing: false, at: 0 });
  });
  const plainly = { watermark: null, round: false, locale: 'en', whole: true, duration: 0 } as const;
  frame.say({ type: 'show', file, ...kind, shape: 'audio', ...plainly });
  frame.say({ type: 'rate', rate: sound.rate });
}

export function playSound(file: Blob, kind: Kind): void {
  open(file, kind);
  workshop().say({ type: 'play' });
}

export function pauseSound(): void {
  if (stop !== null) workshop().say({ type: 'pause' });
}

export function seekSound(file: Blob, kind: Kind, at: number): void {
  open(file, kind);
  become({ at });
  workshop().say({ type: 'seek', at });
}

/** Stays as it was chosen, for whatever is heard next. */
export function setRate(rate: number): void {
  become({ rate });
  if (stop !== null) workshop().say({ type: 'rate', rate });
}

onWorkshopClosed(() => {
  stop = null;
  become({ ...NONE, rate: sound.rate });
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Of this file, as long as it is the one that is listened to; the chosen speed always. */
export function useSound(file: Blob | undefined): Sound {
  const now = useSyncExternalStore(subscribe, () => sound);
  return file !== undefined && now.file === file ? now : { ...NONE, rate: now.rate };
}
