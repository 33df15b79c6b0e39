import { describe, expect, test } from 'vitest';
import { en } from '../../i18n/en.ts';
import { textMessage } from '../../testing/conversation.ts';
import { linesFor } from './LiveLog.tsx';
import { moveFocus, unseenFromPeer } from './roving.ts';
import { speedOf } from './use-speed.ts';

describe('what a screen reader hears of arrivals', () => {
  const arrived = (count: number) =>
    Array.from({ length: count }, (_, seq) =>
      textMessage({ id: `p${seq}`, mine: false, seq, text: `t${seq}` }),
    );

  test('each message of a few, the number of many', () => {
    expect(linesFor(arrived(2), 'bob', en)).toEqual([
      { id: 'p0', text: 'bob: t0' },
      { id: 'p1', text: 'bob: t1' },
    ]);
    expect(linesFor(arrived(4), 'bob', en)).toEqual([{ id: 'p3', text: '4 new messages' }]);
    expect(linesFor([], 'bob', en)).toEqual([]);
  });
});

test('the focus moves row by row and stays in the list', () => {
  expect(moveFocus('ArrowUp', 4, 5)).toBe(3);
  expect(moveFocus('ArrowUp', 0, 5)).toBe(0);
  expect(moveFocus('ArrowDown', 4, 5)).toBe(4);
  expect(moveFocus('Home', 4, 5)).toBe(0);
  expect(moveFocus('End', 0, 5)).toBe(4);
  expect(moveFocus('a', 0, 5)).toBeNull();
  expect(moveFocus('Home', 0, 0)).toBeNull();
});

test('unseen are those of the peer alone', () => {
  const messages = [
    textMessage({ id: 'p0', mine: false }),
    textMessage({ id: 'm0' }),
    textMessage({ id: 'p1', mine: false }),
  ];
  const state = {
    order: messages.map(({ id }) => id),
    byId: new Map(messages.map((message) => [message.id, message])),
  };
  expect(unseenFromPeer(state, 1)).toBe(1);
  expect(unseenFromPeer(state, 0)).toBe(2);
});

test('the speed is that of the last seconds, and falls when nothing arrives', () => {
  const samples = [
    { at: 0, done: 0 },
    { at: 5_000, done: 1_000 },
    { at: 6_000, done: 3_000 },
  ];
  expect(speedOf(samples, 6_000)).toBe(2_000);
  expect(speedOf(samples, 7_000)).toBe(1_000);
  expect(speedOf(samples, 60_000)).toBe(0);
  expect(speedOf([], 0)).toBeNull();
  expect(speedOf([{ at: 0, done: 0 }], 100)).toBeNull();
});
