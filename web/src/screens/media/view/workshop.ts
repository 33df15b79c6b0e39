/**
 * One hidden frame for what needs no place of its own: small pictures of files, which come back as pixels, and sound. It is
 * made when it is first needed, and goes with the conversation.
 */
import type { Shown } from '../../../../viewer/messages.ts';
import type { Kind } from '../kinds.ts';
import { ViewerFrame } from './frame.ts';

export interface Still {
  readonly picture: ImageBitmap | null;
  /** Seconds; 0 where it has none. */
  readonly duration: number;
}

const NOTHING: Still = { picture: null, duration: 0 };

let open: ViewerFrame | null = null;
let nextId = 1;
/** By file: as long as somebody holds the file, and in memory alone. */
let stills = new WeakMap<Blob, Promise<Still>>();

export function workshop(): ViewerFrame {
  if (open !== null) return open;
  const element = document.createElement('iframe');
  element.className = 'workshop';
  element.title = '';
  element.tabIndex = -1;
  element.ariaHidden = 'true';
  element.dataset['testid'] = 'workshop';
  open = new ViewerFrame(element);
  document.body.append(element);
  return open;
}

/** Nothing of what was looked at stays. */
export function closeWorkshop(): void {
  open?.close();
  open?.element.remove();
  open = null;
  stills = new WeakMap();
  for (const listener of closed) listener();
}

const closed = new Set<() => void>();

export function onWorkshopClosed(listener: () => void): void {
  closed.add(listener);
}

/** A small picture of a file, at most `edge` pixels wide and high; made once. */
export function stillOf(file: Blob, kind: Kind, edge: number): Promise<Still> {
  const known = stills.get(file) ?? ask({ file, ...kind }, edge);
  stills.set(file, known);
  return known;
}

function ask(shown: Shown, edge: number): Promise<Still> {
  const id = nextId++;
  const frame = workshop();
  return new Promise((resolve) => {
    const stop = frame.hear((message) => {
      const answered = message.type === 'still' && message.id === id;
      if (!answered && message.type !== 'outdated') return;
      stop();
      resolve(answered ? { picture: message.picture, duration: message.duration } : NOTHING);
    });
    frame.say({ type: 'still', id, edge, ...shown });
  });
}
