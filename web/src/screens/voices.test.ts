import fc from 'fast-check';
import { expect, test } from 'vitest';
import { voiceNames, voiceOf, voicesOf } from './voices.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{2,31}$/);

test('two people never share a voice, and both screens show the same pair', () => {
  let clashes = 0;
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [here, there] = [voicesOf(a, b), voicesOf(b, a)];
      if (a === b) return;
      if (voiceOf(a) === voiceOf(b)) clashes += 1;
      expect(here.theirs).not.toBe(here.mine);
      expect(here).toEqual({ theirs: there.mine, mine: there.theirs });
    }),
    { numRuns: 500 },
  );
  expect(clashes).toBeGreaterThan(0);
});

test('who does not clash keeps the voice of their name', () => {
  expect(voicesOf('bob', 'alice')).toEqual({ theirs: voiceOf('bob'), mine: voiceOf('alice') });
});

test('the eight people of the examples have the eight voices', () => {
  const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];
  expect(new Set(people.map(voiceOf))).toEqual(new Set(voiceNames.map((voice) => `voice-${voice}`)));
  expect([voiceOf('alice'), voiceOf('bob')]).toEqual(['voice-pine', 'voice-marigold']);
});
