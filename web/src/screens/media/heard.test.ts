import { expect, test } from 'vitest';
import { hearOn, isHeard, isWatched, NOTHING_HEARD } from './heard.ts';

const after = (...tellings: readonly (readonly [at: number, playing: boolean])[]) =>
  tellings.reduce((heard, [at, playing]) => hearOn(heard, at, playing), NOTHING_HEARD);

test('what is played counts, at any speed, also after a pause', () => {
  expect(after([0, true], [0.25, true], [0.75, true], [1, false], [1, true], [2, false]).seconds).toBe(2);
});

test('what is skipped does not count, nor what is gone back to', () => {
  const skipped = after([0, true], [1, true], [9, true], [9.5, false]);
  expect(skipped.seconds).toBe(1.5);
  expect(isHeard(skipped, 10)).toBe(false);
  expect(after([5, true], [0, true], [1, true]).seconds).toBe(1);
  expect(after([0, false], [8, false]).seconds).toBe(0);
});

test('half of it is enough, and of what has no length nothing is heard', () => {
  expect(isHeard({ seconds: 5, at: null }, 10)).toBe(true);
  expect(isHeard({ seconds: 4.9, at: null }, 10)).toBe(false);
  expect(isHeard({ seconds: 9, at: null }, 0)).toBe(false);
});

test('what was only opened, or gone through without playing it, was not watched', () => {
  expect(isWatched(NOTHING_HEARD, 10)).toBe(false);
  expect(isWatched(after([0, false], [4, false], [8, false]), 10)).toBe(false);
  expect(isWatched(after([0, true], [0.5, true]), 10)).toBe(false);
  expect(isWatched(after([0, true], [0.5, true], [1, false]), 10)).toBe(true);
});

test('of what is shorter than a glance half is enough, and what has no length needs the glance', () => {
  expect(isWatched(after([0, true], [0.2, false]), 0.4)).toBe(true);
  expect(isWatched(NOTHING_HEARD, 0)).toBe(false);
  expect(isWatched(after([0, true], [1, true]), 0)).toBe(true);
});
