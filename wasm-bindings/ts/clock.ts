/** The clock of sessions and listeners. */

/**
 * Milliseconds since 1970, by a clock that does not jump while the page lives: it ages keys of messages that may still
 * come, and after a reload it has gone on.
 */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
