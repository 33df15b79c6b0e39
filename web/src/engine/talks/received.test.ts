import { expect, test } from 'vitest';
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
