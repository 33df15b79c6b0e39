/** Tabs of one browser: one of them is in use. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Locks } from '../testing/locks.ts';
import { Seat } from './seat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settled = () => vi.advanceTimersByTimeAsync(1_000);

function browser() {
  const { request } = new Locks();
  /** A tab, and what it was told so far. */
  return (owner = 'alice') => {
    const told: boolean[] = [];
    const seat = new Seat({ locks: { request }, onChange: (here) => told.push(here) });
    seat.take(owner);
    return { seat, told };
  };
}

test('the second tab takes nothing, and says so; it has the seat once the first is gone', async () => {
  const tab = browser();
  const first = tab();
  await settled();
  const second = tab();
  await settled();
  expect([first.told, second.told]).toEqual([[true], [false]]);
  first.seat.leave();
  await settled();
  expect([first.told, second.told]).toEqual([[true], [false, true]]);
});

test('whoever takes over has it at once, and the other waits in its turn', async () => {
  const tab = browser();
  const first = tab();
  await settled();
  const second = tab();
  second.seat.takeOver();
  await settled();
  expect([first.told, second.told]).toEqual([[true, false], [true]]);
  first.seat.takeOver();
  await settled();
  expect([first.told, second.told]).toEqual([
    [true, false, true],
    [true, false],
  ]);
  // Who sits there already takes nothing from itself.
  first.seat.takeOver();
  await settled();
  expect(first.told).toEqual([true, false, true]);
  first.seat.leave();
  await settled();
  expect(second.told).toEqual([true, false, true]);
});

test('a page that is loaded again says nothing of its own last breath', async () => {
  const tab = browser();
  const before = tab();
  await settled();
  const after = tab();
  await vi.advanceTimersByTimeAsync(100);
  before.seat.leave();
  await settled();
  expect(after.told).toEqual([true]);
});

test('whoever stopped waiting gets nothing, and another account has a seat of its own', async () => {
  const tab = browser();
  const first = tab();
  await settled();
  const [second, other] = [tab(), tab('bob')];
  second.seat.leave();
  first.seat.leave();
  await settled();
  expect([first.told, second.told, other.told]).toEqual([[true], [], [true]]);
});

test('where tabs cannot know of each other, or the browser refuses, each of them has one', async () => {
  const refused = async () => {
    throw new DOMException('no storage here', 'SecurityError');
  };
  for (const locks of [undefined, { request: refused }]) {
    const told: boolean[] = [];
    new Seat({ locks, onChange: (here) => told.push(here) }).take('alice');
    await settled();
    expect(told).toEqual([true]);
  }
});
