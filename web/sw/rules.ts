/** What the worker decides; pure. */

/** Versions of which something is kept: the newest, and the one before it, which an open page may still need. */
const KEPT = 2;

/** The caches that nobody needs any more. `names`: in the order in which they were made. */
export function outdated(names: readonly string[], current: string): readonly string[] {
  const ours = names.filter((name) => name.startsWith('duet-') && name !== current);
  return ours.slice(0, Math.max(0, ours.length - (KEPT - 1)));
}
