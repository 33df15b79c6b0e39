import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromText, toText } from './bytes.ts';
import { fromPackage, toPackage } from './crypto/content.ts';
import { readPayload } from './payload.ts';
import { BOB, CAROL, frame, hidOf, sidOf, text16, text32 } from './testing/world.ts';

describe('headers of payloads', () => {
  test.each([
    [0x01, { type: 'offer', hid: hidOf(5) }],
    [0x02, { type: 'init', hid: hidOf(5) }],
    [0x03, { type: 'accept', hid: hidOf(5) }],
    [0x04, { type: 'confirm', hid: hidOf(5) }],
    [0x05, { type: 'end', hid: hidOf(5) }],
    [0x10, { type: 'early', hid: hidOf(5) }],
    [0x11, { type: 'message', sid: sidOf(5) }],
  ] as const)('type %i', (type, expected) => {
    expect(readPayload(BOB.accountId, frame(type, text16(5)))).toEqual(expected);
  });

  test('an id names something else under another account', () => {
    expect(readPayload(CAROL.accountId, frame(0x01, hidOf(5)))).toEqual({
      type: 'offer',
      hid: hidOf(5, CAROL),
    });
    expect(hidOf(5, CAROL)).not.toBe(hidOf(5));
    expect(readPayload(CAROL.accountId, frame(0x11, sidOf(5)))).toEqual({
      type: 'message',
      sid: sidOf(5, CAROL),
    });
    expect(sidOf(5, CAROL)).not.toBe(sidOf(5));
  });

  test('a part of a file has a longer id', () => {
    expect(readPayload(BOB.accountId, frame(0x12, text32(5)))).toEqual({ type: 'chunk', fid: text32(5) });
  });

  test('anything else is nothing, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const payload = readPayload(BOB.accountId, bytes);
        if (payload !== null) expect([bytes[0], bytes.length >= 34]).toEqual([1, true]);
      }),
    );
    // PREKEY, which is the relay's to hand out, and OVER, which ends nothing here yet.
    for (const type of [0x06, 0x07]) expect(readPayload(BOB.accountId, frame(type, text16(1)))).toBeNull();
    expect(readPayload(BOB.accountId, frame(0x11, text16(1)).with(0, 2))).toBeNull();
  });
});

describe('base64url', () => {
  test("is the platform's, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
        const text = toText(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromText(text)).toEqual(Uint8Array.from(bytes));
      }),
      { numRuns: 50 },
    );
  });

  test('of another length or alphabet is refused', () => {
    expect(() => fromText('AA', 32)).toThrow(TypeError);
    expect(() => fromText('A+/A')).toThrow(TypeError);
  });
});

test('contents come back from the package as they went in', () => {
  const contents = [
    { type: 'text', text: 'привет' },
    { type: 'file-control', fid: text32(1), op: 'want', index: 3, count: 4 },
    { type: 'read', upTo: 7 },
    { type: 'receipt' },
    { type: 'typing', activity: 'voice' },
    { type: 'bye' },
  ] as const;
  for (const content of contents) expect(fromPackage(toPackage(content))).toEqual(content);
  expect(fromPackage({ type: 'unknown', ctype: 99 })).toEqual({ type: 'other' });
  expect(fromPackage({ type: 'viewed', seq: 1 })).toEqual({ type: 'receipt' });
  expect(fromPackage({ type: 'probe' })).toEqual({ type: 'other' });
});
