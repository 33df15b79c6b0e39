/**
 * How fast the tests of `life.spec.ts` live. `make test-long PARTS=life` lives through the real intervals; else everything
 * that waits is five times shorter: the clock of the engine's worker runs so much faster, and the relay is set to match.
 */
export const faster = process.env['DUET_REAL_TIME'] === '1' ? 1 : 5;

/** Milliseconds on the clock of the wall. */
export const seconds = (real: number): number => (real * 1000) / faster;

/** Bytes of a file that takes its time; in the gate it is smaller, too. */
export const megabytes = (real: number): number => Math.round((real * 1024 * 1024) / faster);

const whole = (real: number): string => String(Math.round(real / faster));

/** The relay's share of the intervals (protocol.md section 9), in seconds. */
export const relaySettings: Readonly<Record<string, string>> =
  faster === 1
    ? {}
    : {
        DUET_BEAT_INTERVAL_TALKING: whole(10),
        DUET_BEAT_INTERVAL: whole(60),
        DUET_SILENCE_TIMEOUT_TALKING: whole(25),
        DUET_SILENCE_TIMEOUT: whole(90),
      };
