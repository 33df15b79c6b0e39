/** Two short sounds, made here: no file is fetched, and nothing is heard before the person has touched the page. */

const RING_EVERY_MS = 3_000;
/** A call rings for at most a minute. */
const RINGS = 20;

let context: AudioContext | null = null;

/** Where the browser has no sound, or keeps the page silent, nothing happens. */
function play(notes: readonly (readonly [hertz: number, from: number, seconds: number])[]): void {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  const { currentTime, destination } = context;
  if (context.state === 'suspended') void context.resume().catch(() => undefined);
  for (const [hertz, from, seconds] of notes) {
    const [voice, loudness] = [context.createOscillator(), context.createGain()];
    const begin = currentTime + from;
    voice.frequency.value = hertz;
    loudness.gain.setValueAtTime(0, begin);
    loudness.gain.linearRampToValueAtTime(0.12, begin + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + seconds);
    voice.connect(loudness).connect(destination);
    voice.start(begin);
    voice.stop(begin + seconds);
  }
}

/** A message that nobody looks at. */
export function chime(): void {
  play([[880, 0, 0.35]]);
}

/** Two voices, again and again until the result is called. */
export function ring(): () => void {
  let left = RINGS;
  const once = () => {
    left -= 1;
    if (left < 0) return clearInterval(timer);
    play([
      [587, 0, 0.5],
      [880, 0.25, 0.7],
    ]);
  };
  const timer = setInterval(once, RING_EVERY_MS);
  once();
  return () => clearInterval(timer);
}
