import { expect, test, vi } from 'vitest';
import { Received } from './received.ts';

const bytes = (...values: number[]) => new Uint8Array(values);
const content = async (received: Received) => [...new Uint8Array(await received.whole().arrayBuffer())];

test('parts in any order are one file, whose type is nobody’s word', async () => {
  const received = new Received();
  received.write({ offset: 2, bytes: bytes(3, 4) });
  received.write({ offset: 0, bytes: bytes(1, 2) });
  expect(await content(received)).toEqual([1, 2, 3, 4]);
  expect(received.whole().type).toBe('application/octet-stream');
});

test('what comes twice, in parts of other lengths, is there once', async () => {
  const received = new Received();
  received.write({ offset: 0, bytes: bytes(1, 2, 3) });
  received.write({ offset: 0, bytes: bytes(1) });
  received.write({ offset: 2, bytes: bytes(3, 4, 5) });
  received.write({ offset: 3, bytes: bytes(4) });
  expect(await content(received)).toEqual([1, 2, 3, 4, 5]);
});

test('of no part at all it is empty', async () => {
  expect(await content(new Received())).toEqual([]);
});

test('its start grows over what has come without a gap, however the parts lie', async () => {
  const received = new Received();
  const start = async () => [...new Uint8Array(await received.start().arrayBuffer())];
  expect(await start()).toEqual([]);
  received.write({ offset: 2, bytes: bytes(3, 4) });
  expect(await start()).toEqual([]);
  received.write({ offset: 0, bytes: bytes(1, 2) });
  expect(await start()).toEqual([1, 2, 3, 4]);
  // In a part that begins before the end of the start, and in one that takes the place of a shorter one.
  received.write({ offset: 3, bytes: bytes(4, 5) });
  received.write({ offset: 0, bytes: bytes(1, 2, 3, 4, 5, 6) });
  received.write({ offset: 8, bytes: bytes(9) });
  expect(await start()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await start()).toEqual([1, 2, 3, 4, 5, 6]);
  received.write({ offset: 6, bytes: bytes(7, 8) });
  expect(await start()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('many small parts become a Blob for a megabyte, whatever their order', async () => {
  const part = 16 * 1024;
  const file = Uint8Array.from({ length: 200 * part }, (_, at) => (at * 31 + (at >> 14)) % 251);
  let made = 0;
  const Counted = class extends Blob {
    constructor(...given: ConstructorParameters<typeof Blob>) {
      super(...given);
      made += 1;
    }
  };
  vi.stubGlobal('Blob', Counted);
  const received = new Received();
  // Four frames are under way at once, and may change places.
  for (let first = 0; first < 200; first += 4) {
    for (const number of [first + 2, first, first + 3, first + 1]) {
      const offset = number * part;
      received.write({ offset, bytes: file.slice(offset, offset + part) });
    }
  }
  const whole = received.whole();
  vi.unstubAllGlobals();
  expect(made).toBeLessThan(12);
  // `toEqual` compares three million numbers one by one: twenty seconds on a busy machine.
  expect(Buffer.from(await whole.arrayBuffer()).equals(file)).toBe(true);
});
