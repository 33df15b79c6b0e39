import { expect, test } from 'vitest';
import { newsFrom, waiting } from './news.ts';

const counted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([accountId, unread]) => ({ accountId, unread }));

test('whoever wrote since is named, also somebody new, but nobody who may not be heard', () => {
  const from = (before: Record<string, number>, after: Record<string, number>) =>
    newsFrom(counted(before), counted(after), new Set(['carol']));
  expect(from({ bob: 1 }, { bob: 2, carol: 1, dave: 1, erin: 0 })).toEqual(['bob', 'dave']);
  // What was read is no news, and neither is what was there before.
  expect(from({ bob: 2, carol: 2 }, { bob: 0, carol: 3 })).toEqual([]);
  expect(from({ bob: 2 }, { bob: 2 })).toEqual([]);
});

test('what is in view does not wait for anybody', () => {
  const unread = counted({ bob: 2, dave: 3 });
  expect(waiting(unread, ['a call'], { at: 'bob' })).toBe(4);
  expect(waiting(unread, [], { at: null })).toBe(5);
});
