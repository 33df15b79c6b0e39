/** A film or a sound that plays while it arrives, where the browser has MediaSource and can read its format by parts. */
import type { Arriving } from './arriving.ts';
import { append, bufferFor, parts } from './buffering.ts';
import type { ToShow } from './messages.ts';
import { type Loaded, load, once } from './player.ts';

/** Hands over a file from its start to its end: fulfilled when all of it was taken. */
type Feed = (source: MediaSource, arriving: Arriving, mediaType: string) => Promise<void>;

/** By what a file says at its start, in a form that `MediaSource` knows. */
const codecs: readonly (readonly [mark: string, codec: string])[] = [
  ['V_VP8', 'vp8'],
  ['V_VP9', 'vp9'],
  ['V_AV1', 'av01.0.08M.08'],
  ['A_OPUS', 'opus'],
  ['A_VORBIS', 'vorbis'],
];

const webm: Feed = async (source, arriving, mediaType) => {
  let buffer: SourceBuffer | null = null;
  for await (const { bytes } of parts(arriving)) {
    if (buffer === null) {
      const start = new TextDecoder('latin1').decode(bytes);
      const found = codecs.filter(([mark]) => start.includes(mark)).map(([, codec]) => codec);
      buffer = bufferFor(source, `${mediaType}; codecs="${found.join()}"`);
    }
    await append(buffer, bytes);
  }
};

const mp4: Feed = async (source, arriving) => {
  const { feedMp4 } = await import('./mp4.ts');
  await feedMp4(source, arriving);
};

const feeds: Readonly<Record<string, Feed>> = {
  'video/webm': webm,
  'audio/webm': webm,
  'video/mp4': mp4,
  'video/quicktime': mp4,
  'audio/mp4': mp4,
};

/** Seconds before the end of a part in which nothing of it is left to play. */
const LEFT = 0.25;

/**
 * Where to go on from a hole: a recording of a busy device lacks some of its sound, and a `MediaSource` waits in such a place for ever, or
 * never says that it has ended. Null: there is more to play right here, or more to come.
 */
export function behindHole(
  { buffered, currentTime, duration }: Pick<HTMLMediaElement, 'buffered' | 'currentTime' | 'duration'>,
  whole: boolean,
): number | null {
  for (let part = 0; part < buffered.length; part += 1) {
    if (currentTime < buffered.start(part)) return buffered.start(part);
    if (currentTime < buffered.end(part) - LEFT) return null;
  }
  return whole ? duration : null;
}

async function stream<E extends HTMLMediaElement>(
  element: E,
  { mediaType, duration }: ToShow,
  arriving: Arriving,
): Promise<Loaded<E>> {
  const feed = feeds[mediaType];
  if (feed === undefined || !('MediaSource' in globalThis)) throw new TypeError(`no parts of ${mediaType}`);
  const source = new MediaSource();
  const address = URL.createObjectURL(source);
  const close = () => {
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(address);
  };
  const passHole = () => {
    if (element.seeking || element.paused || element.readyState >= element.HAVE_FUTURE_DATA) return;
    const next = behindHole(element, source.readyState === 'ended');
    if (next !== null) element.currentTime = next;
  };
  element.addEventListener('waiting', passHole);
  element.addEventListener('progress', passHole);
  const opened = once(source, 'sourceopen');
  element.preload = 'auto';
  element.src = address;
  await opened;
  const ready = once(element, 'loadeddata');
  // What could not be taken to its end plays as far as it came.
  const ended = feed(source, arriving, mediaType).finally(() => {
    if (source.readyState === 'open') source.endOfStream();
  });
  try {
    await Promise.all([ready, Promise.race([ready, ended])]);
    const known = Number.isFinite(element.duration) ? element.duration : duration;
    return { element, duration: known, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** An element with as much of the file in it as there is. What cannot be played by parts is there once it is whole. */
export async function loadArriving<E extends HTMLMediaElement>(
  make: () => E,
  asked: ToShow,
  arriving: Arriving,
): Promise<Loaded<E>> {
  const streamed = stream(make(), asked, arriving);
  const whole = arriving.whole();
  const first = await Promise.race([streamed.catch(() => null), whole.then(() => null)]);
  if (first !== null) return first;
  streamed.then(
    ({ close }) => close(),
    () => undefined,
  );
  return await load(make(), { ...asked, file: await whole });
}
