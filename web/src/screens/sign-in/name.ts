/** The rule for names, as the relay applies it: 3-32 of `a-z 0-9 _ - .`, a letter first. */

export type NameProblem = 'too-short' | 'too-long' | 'start' | 'characters';

export const NAME_MIN = 3;
export const NAME_MAX = 32;

/** What is wrong with a name, the most helpful thing first; null when nothing is. */
export function nameProblem(name: string): NameProblem | null {
  if (!/^[a-z0-9_.-]*$/.test(name)) return 'characters';
  if (name !== '' && !/^[a-z]/.test(name)) return 'start';
  if (name.length < NAME_MIN) return 'too-short';
  if (name.length > NAME_MAX) return 'too-long';
  return null;
}

/** Names have small letters only, and phones like to begin with a capital. */
export const tidyName = (typed: string): string => typed.trim().toLowerCase();
