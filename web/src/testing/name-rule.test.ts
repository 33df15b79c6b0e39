/** The screens say what is wrong with a name; whether anything is, the relay's own pattern says. They agree. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { USERNAME_PATTERN } from '../engine/protocol/generated/relay-api.ts';
import { NAME_MAX, NAME_MIN, nameProblem } from '../screens/sign-in/name.ts';

const character = fc.constantFrom(...'azm059_-.AZ @é\n');

test('the screens and the relay have one rule for names', () => {
  for (const name of ['abc', 'a.b', 'ab', '1ab', `a${'b'.repeat(NAME_MAX)}`, 'a'.repeat(NAME_MIN), 'abc\n']) {
    expect(nameProblem(name) === null, JSON.stringify(name)).toBe(USERNAME_PATTERN.test(name));
  }
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: NAME_MAX + 2 }), (name) => {
      expect(nameProblem(name) === null).toBe(USERNAME_PATTERN.test(name));
    }),
  );
});
