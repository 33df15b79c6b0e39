import { expect, test } from 'vitest';
import { behindHole } from './stream.ts';

/** An element at this second, with these parts of twelve seconds buffered. */
const at = (currentTime: number, ...parts: readonly (readonly [start: number, end: number])[]) => ({
  currentTime,
  duration: 12,
  buffered: {
    length: parts.length,
    start: (part: number) => parts[part]?.[0] ?? Number.NaN,
    end: (part: number) => parts[part]?.[1] ?? Number.NaN,
  },
});

test('what waits in a hole goes on behind it', () => {
  expect(behindHole(at(2.2, [0, 2.2], [2.9, 12]), true)).toBe(2.9);
  expect(behindHole(at(2.5, [0, 2.2], [2.9, 6]), false)).toBe(2.9);
  expect(behindHole(at(0, [0.4, 6]), false)).toBe(0.4);
});

test('what has more to play right here, or more to come, stays', () => {
  expect(behindHole(at(1, [0, 2.2], [2.9, 12]), true)).toBe(null);
  expect(behindHole(at(6, [0, 6]), false)).toBe(null);
  expect(behindHole(at(0), false)).toBe(null);
});

test('what has come to its end behind a hole ends', () => {
  expect(behindHole(at(12, [0, 2.2], [2.9, 12]), true)).toBe(12);
});
