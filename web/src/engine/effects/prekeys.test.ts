import { expect, test } from 'vitest';
import type { Bytes } from '../crypto/port.ts';
import { Prekeys } from './prekeys.ts';

/** Frames that are told apart by their id, as a listener that keeps at most twenty makes them. */
function stage(fail = false) {
  let made = 0;
  const prekeys = new Prekeys({
    async publishPrekeys(count) {
      if (fail) throw Object.assign(new Error('full'), { code: 'E_PREKEYS_FULL' });
      return Array.from({ length: count }, (): Bytes => new Uint8Array(1379).fill(++made));
    },
  });
  const more = async (left: number) => (await prekeys.more(left)).map((frame) => frame[2]);
  const use = (id: number) => prekeys.used(new Uint8Array(2579).fill(id));
  return { more, use };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('the relay gets as many as are missing', async () => {
  const { more } = stage();
  expect(await more(0)).toEqual(range(1, 10));
  expect(await more(4)).toEqual(range(11, 16));
  expect(await more(10)).toEqual([]);
});

test('secrets are kept for twenty; then those that were fetched and never used are offered again', async () => {
  const { more, use } = stage();
  await more(0);
  await more(0);
  // Both connections are gone: the relay has none, and twenty were handed out for all that is known.
  expect(await more(0)).toEqual(range(1, 10));
  use(3);
  expect(await more(4)).toEqual([21, ...range(11, 15)]);
});

test('asked twice at once, each answer counts the other', async () => {
  const { more } = stage();
  expect(await Promise.all([more(0), more(0), more(0)])).toEqual([range(1, 10), range(11, 20), range(1, 10)]);
});

test('none can be made: none are given, and nothing fails', async () => {
  expect(await stage(true).more(0)).toEqual([]);
});
