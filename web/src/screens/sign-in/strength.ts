/**
 * A rough and honest guess at how hard a password is to guess: length in effective characters, where repeats,
 * runs and the name itself count little. It advises; the only rule is the minimum length.
 */
import { PASSWORD_MIN_CHARS } from '@duet-chat/crypto';

export type Strength = 'too-short' | 'weak' | 'fair' | 'good' | 'strong';

/** Bits at which a word changes; an attacker pays one Argon2id computation for each guess. */
const LEVELS = [
  ['strong', 75],
  ['good', 55],
  ['fair', 40],
] as const satisfies readonly (readonly [Strength, number])[];

const OBVIOUS = /pass(word)?|qwert\w*|asdf\w*|letmein|admin|welcome|iloveyou|пароль|йцукен\w*|12345\d*/giu;

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/\p{Ll}/u, 26],
  [/\p{Lu}/u, 26],
  [/\p{Nd}/u, 10],
  [/[^\p{L}\p{Nd}]/u, 20],
];

/** Characters that add something: not a third of the same, and not the next one in a run such as `abcd` or `4321`. */
function effectiveLength(text: string): number {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return points.filter((point, index) => {
    const step = point - (points[index - 1] ?? Number.NaN);
    const before = (points[index - 1] ?? Number.NaN) - (points[index - 2] ?? Number.NaN);
    return !(step === before && Math.abs(step) <= 1);
  }).length;
}

export function passwordStrength(password: string, name: string): Strength {
  if ([...password].length < PASSWORD_MIN_CHARS) return 'too-short';
  const withoutName = name.length >= 3 ? password.toLowerCase().replaceAll(name, '*') : password;
  const rest = withoutName.length < password.length ? withoutName : password;
  const stripped = rest.replace(OBVIOUS, '*');
  const alphabet = CLASSES.reduce((sum, [kind, size]) => sum + (kind.test(stripped) ? size : 0), 0);
  // Words of a phrase are easier than random letters: 2/3 of the bits of the alphabet, where it has only letters.
  const perCharacter = Math.log2(Math.max(2, alphabet)) * (/[^\p{L}\s]/u.test(stripped) ? 1 : 2 / 3);
  const bits = effectiveLength(stripped) * perCharacter;
  return LEVELS.find(([, least]) => bits >= least)?.[0] ?? 'weak';
}
