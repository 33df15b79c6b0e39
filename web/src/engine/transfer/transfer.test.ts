import { describe, expect, test } from 'vitest';
import type { IncomingFile, OutgoingFile } from '../crypto/port.ts';
import { ReceiveFile } from './receive.ts';
import { fittingName, fittingType, SEGMENT_BYTES, SendFile } from './send.ts';

const MIB = SEGMENT_BYTES;

/** A file of segments whose frames are their index; `bad` ones do not verify. */
function incoming(sizes: readonly number[], bad: readonly number[] = []) {
  const freed = { value: false };
  const file: IncomingFile = {
    fid: new Uint8Array(32),
    size: sizes.reduce((sum, size) => sum + size, 0),
    segments: sizes.length,
    async open(frame) {
      const index = frame[0] ?? 0;
      if (bad.includes(index)) throw new Error('forged');
      const bytes = new Uint8Array(sizes[index] ?? 0).fill(index);
      return { index, last: index === sizes.length - 1, offset: 0, bytes };
    },
    free() {
      freed.value = true;
    },
  };
  return { file, freed };
}

function receiver(sizes: readonly number[], bad: readonly number[] = []) {
  const { file, freed } = incoming(sizes, bad);
  const log: string[] = [];
  let blob: Blob | undefined;
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const receive = new ReceiveFile({
    file,
    onVerified: (done) => log.push(`${done}`),
    onWhole: (whole) => {
      blob = whole;
      log.push('whole');
      settle();
    },
    onDamaged: () => {
      log.push('damaged');
      settle();
    },
  });
  return { receive, freed, log, settled, blob: () => blob };
}

describe('receiving', () => {
  test('segments in any order become the file, each counted once', async () => {
    const { receive, log, settled, blob } = receiver([3, 3, 1]);
    for (const index of [1, 0, 0, 2]) receive.open(Uint8Array.of(index));
    await settled;
    expect(log).toEqual(['3', '6', '7', 'whole']);
    expect(new Uint8Array((await blob()?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(
      Uint8Array.of(0, 0, 0, 1, 1, 1, 2),
    );
    // Never the sender's word: it would run as a document of this site.
    expect(blob()?.type).toBe('application/octet-stream');
  });

  test('one that does not verify ends it, and nothing that follows is looked at', async () => {
    const { receive, log, settled, blob } = receiver([3, 3, 1], [1]);
    for (const index of [0, 1, 2]) receive.open(Uint8Array.of(index));
    await settled;
    expect(log).toEqual(['3', 'damaged']);
    expect(blob()).toBeUndefined();
  });

  test('after it was freed nothing is told', async () => {
    const { receive, freed, log } = receiver([3, 3]);
    receive.open(Uint8Array.of(0));
    receive.free();
    receive.open(Uint8Array.of(1));
    await Promise.resolve();
    expect(freed.value).toBe(true);
    expect(log).toEqual([]);
  });
});

describe('sending', () => {
  function sender(segment: OutgoingFile['segment'], size: number) {
    const log: string[] = [];
    const handed: number[] = [];
    const waits: (() => void)[] = [];
    const file = { segment, free: () => log.push('freed') } as unknown as OutgoingFile;
    const send = new SendFile({
      file,
      size,
      send: async (frame, signal, taken) => {
        if (signal.aborted) return 'lost';
        handed.push(frame[0] ?? -1);
        taken();
        await new Promise<void>((resolve) => waits.push(resolve));
        return 'delivered';
      },
      onSent: (done, segments) => log.push(`${done}/${segments}`),
      onFailed: (defect) => log.push(defect === undefined ? 'unreadable' : 'defect'),
      onUndelivered: (fate) => log.push(fate),
    });
    return { send, log, handed, answer: () => waits.shift()?.() };
  }
  const numbered: OutgoingFile['segment'] = async (index) => Uint8Array.of(index);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

  test('only what was wanted leaves, in that order; progress counts what arrived', async () => {
    const { send, handed, log, answer } = sender(numbered, 2 * MIB + 10);
    send.want(0, 2);
    await settle();
    expect(handed).toEqual([0, 1]);
    expect(log).toEqual(['0/1', '0/1']);
    answer();
    await settle();
    send.want(2, 1);
    await settle();
    expect(handed).toEqual([0, 1, 2]);
    answer();
    answer();
    await settle();
    expect(log.at(-1)).toBe(`${2 * MIB + 10}/0`);
  });

  test.each([
    ['E_FILE_SOURCE_CHANGED', 'unreadable'],
    ['E_FILE_SOURCE', 'unreadable'],
    ['E_WASM_TRAP', 'defect'],
  ])('%s is told as %s', async (code, told) => {
    const { send, log } = sender(async () => {
      throw Object.assign(new Error(code), { code });
    }, MIB);
    send.want(0, 1);
    await settle();
    expect(log).toEqual([told]);
  });

  test('after it was freed nothing more leaves', async () => {
    const { send, handed, log } = sender(numbered, 9 * MIB);
    send.want(0, 8);
    send.free();
    await settle();
    expect(handed).toEqual([]);
    expect(log).toEqual(['freed']);
  });
});

describe('what a descriptor can hold', () => {
  test.each([
    ['plain.txt', 'plain.txt'],
    [' spaced.txt ', 'spaced.txt'],
    [`${'x'.repeat(300)}.txt`, `${'x'.repeat(251)}.txt`],
    [`${'я'.repeat(200)}.tar`, `${'я'.repeat(125)}.tar`],
    ['👋'.repeat(100), '👋'.repeat(63)],
  ])('%.12j', (name, expected) => {
    expect(fittingName(name)).toBe(expected);
    expect(new TextEncoder().encode(fittingName(name)).length).toBeLessThanOrEqual(255);
  });

  test('a name of nothing is none', () => {
    expect(() => fittingName(' \t')).toThrow(expect.objectContaining({ code: 'file-empty-name' }));
  });

  test('a type that is none is left out', () => {
    expect([fittingType('image/png'), fittingType('тип'), fittingType('x'.repeat(256))]).toEqual([
      'image/png',
      '',
      '',
    ]);
  });
});
