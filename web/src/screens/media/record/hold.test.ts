import { expect, test } from 'vitest';
import { moved, released } from './hold.ts';

test('held and let go it is sent; clicked, or let go for the browser’s question, it goes on', () => {
  expect(released(2_000, true)).toBe('sent');
  expect(released(120, true)).toBe('locked');
  expect(released(5_000, false)).toBe('locked');
});

test('up it is locked, aside it is thrown away, and a trembling hand is neither', () => {
  const from = { x: 300, y: 700 };
  expect(moved(from, { x: 290, y: 690 })).toBe('held');
  expect(moved(from, { x: 300, y: 640 })).toBe('locked');
  expect(moved(from, { x: 200, y: 700 })).toBe('discarded');
});
