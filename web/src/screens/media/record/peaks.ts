/** How loud it was, for a waveform. */

/** Values that travel with a voice message; a descriptor holds at most 255. */
export const PEAKS = 64;

/** The loudest of a block of samples of a sound wave, which lie around 128; 0 to 255. */
export function levelOf(samples: Uint8Array): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, Math.abs(sample - 128));
  return Math.min(255, most * 2);
}

/** As many as are drawn, each the loudest of its part; raised so that a quiet voice has a shape, too. */
export function peaksOf(levels: readonly number[], count = PEAKS): Uint8Array<ArrayBuffer> {
  const peaks = new Uint8Array(Math.min(count, levels.length));
  const loudest = Math.max(1, ...levels);
  for (let index = 0; index < peaks.length; index += 1) {
    const from = Math.floor((index * levels.length) / peaks.length);
    const to = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / peaks.length));
    peaks[index] = Math.round((Math.max(...levels.slice(from, to)) / loudest) * 255);
  }
  return peaks;
}
