import { CHUNK_LENGTH, FRAME_CHUNKS_MAX } from '@duet-chat/crypto';
import { describe, expect, test } from 'vitest';
import type { IncomingFile, OutgoingFile } from '../crypto/port.ts';
import { ReceiveFile } from './receive.ts';
import { fittingName, fittingType, SendFile } from './send.ts';

/** A file whose frames say which chunks are in them: `[index, count]`. Every byte is its chunk's number. */
function incoming(size: number, bad: readonly number[] = []) {
  const freed = { value: false };
  const chunks = Math.floor(size / CHUNK_LENGTH) + 1;
  const file: IncomingFile = {
    fid: new Uint8Array(32),
    size,
    chunks,
    async open(frame) {
      const [index = 0, count = 0] = frame;
      if (bad.includes(index)) throw new Error('forged');
      const offset = index * CHUNK_LENGTH;
      const bytes = new Uint8Array(Math.max(0, Math.min(count * CHUNK_LENGTH, size - offset)));
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = index + Math.floor(at / CHUNK_LENGTH);
      return { index, count, last: index + count === chunks, offset, bytes };
    },
    free() {
      freed.value = true;
    },
  };
  return { file, freed };
}

function receiver(size: number, bad: readonly number[] = []) {
  const { file, freed } = incoming(size, bad);
  const log: string[] = [];
  let blob: Blob | undefined;
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const receive = new ReceiveFile({
    file,
    onVerified: (done, chunks) => log.push(`${done}/${chunks}`),
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
  const open = (index: number, count: number) => receive.open(Uint8Array.of(index, count));
  return { receive, open, freed, log, settled, blob: () => blob };
}

describe('receiving', () => {
  test('chunks in any order and grouping become the file, each counted once', async () => {
    const size = 4 * CHUNK_LENGTH + 10;
    const { open, log, settled, blob } = receiver(size);
    open(1, 2);
    open(1, 2);
    // Two that are held, between two that are not.
    open(0, 4);
    open(4, 1);
    await settled;
    expect(log).toEqual([`${2 * CHUNK_LENGTH}/2`, `${4 * CHUNK_LENGTH}/2`, `${size}/1`, 'whole']);
    const bytes = new Uint8Array((await blob()?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(bytes.length).toBe(size);
    expect(bytes.every((byte, at) => byte === Math.floor(at / CHUNK_LENGTH))).toBe(true);
    // Never the sender's word: it would run as a document of this site.
    expect(blob()?.type).toBe('application/octet-stream');
  });

  test('chunks of nothing but padding count and have no bytes', async () => {
    const { file } = incoming(10);
    const padded = { ...file, chunks: 3 };
    const whole = new Promise<Blob>((onWhole, onDamaged) => {
      const receive = new ReceiveFile({ file: padded, onVerified: () => undefined, onWhole, onDamaged });
      receive.open(Uint8Array.of(1, 2));
      receive.open(Uint8Array.of(0, 1));
    });
    expect((await whole).size).toBe(10);
  });

  test('one that does not verify ends it, and nothing that follows is looked at', async () => {
    const { open, log, settled, blob } = receiver(2 * CHUNK_LENGTH + 1, [1]);
    for (const index of [0, 1, 2]) open(index, 1);
    await settled;
    expect(log).toEqual([`${CHUNK_LENGTH}/1`, 'damaged']);
    expect(blob()).toBeUndefined();
  });

  test('after it was freed nothing is told', async () => {
    const { receive, open, freed, log } = receiver(2 * CHUNK_LENGTH);
    open(0, 1);
    receive.free();
    open(0, 1);
    await Promise.resolve();
    expect(freed.value).toBe(true);
    expect(log).toEqual([]);
  });
});

describe('sending', () => {
  function sender(frame: OutgoingFile['frame'], size: number) {
    const log: string[] = [];
    const handed: number[][] = [];
    const waits: (() => void)[] = [];
    const file = { frame, free: () => log.push('freed') } as unknown as OutgoingFile;
    const send = new SendFile({
      file,
      size,
      send: async (bytes, signal, taken) => {
        if (signal.aborted) return 'lost';
        handed.push([...bytes]);
        taken();
        await new Promise<void>((resolve) => waits.push(resolve));
        return 'delivered';
      },
      onSent: (done, chunks) => log.push(`${done}/${chunks}`),
      onFailed: (defect) => log.push(defect === undefined ? 'unreadable' : 'defect'),
      onUndelivered: (fate) => log.push(fate),
    });
    return { send, log, handed, answer: () => waits.shift()?.() };
  }
  const numbered: OutgoingFile['frame'] = async (index, count) => Uint8Array.of(index, count);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  const MAX = FRAME_CHUNKS_MAX;

  test('only what was wanted leaves, in that order; progress counts what arrived', async () => {
    const size = (2 * MAX + 1) * CHUNK_LENGTH + 10;
    const { send, handed, log, answer } = sender(numbered, size);
    // No frame reaches over the end of a WANT.
    send.want(0, MAX + 1);
    await settle();
    expect(handed).toEqual([
      [0, MAX],
      [MAX, 1],
    ]);
    expect(log).toEqual([`0/${MAX}`, '0/1']);
    answer();
    await settle();
    expect(log.at(-1)).toBe(`${MAX * CHUNK_LENGTH}/0`);
    send.want(MAX + 1, MAX + 1);
    await settle();
    expect(handed.slice(2)).toEqual([
      [MAX + 1, MAX],
      [2 * MAX + 1, 1],
    ]);
    for (let i = 0; i < 3; i += 1) answer();
    await settle();
    expect(log.at(-1)).toBe(`${size}/0`);
  });

  test('what is wanted again is sent again, and counts once', async () => {
    const { send, handed, log, answer } = sender(numbered, 9 * CHUNK_LENGTH);
    send.want(0, 2);
    send.want(0, 2);
    await settle();
    expect(handed).toEqual([
      [0, 2],
      [0, 2],
    ]);
    answer();
    answer();
    await settle();
    expect(log.at(-1)).toBe(`${2 * CHUNK_LENGTH}/0`);
  });

  test.each([
    ['E_FILE_SOURCE_CHANGED', 'unreadable'],
    ['E_FILE_SOURCE', 'unreadable'],
    ['E_WASM_TRAP', 'defect'],
  ])('%s is told as %s', async (code, told) => {
    const { send, log } = sender(async () => {
      throw Object.assign(new Error(code), { code });
    }, CHUNK_LENGTH);
    send.want(0, 1);
    await settle();
    expect(log).toEqual([told]);
  });

  test('after it was freed nothing more leaves', async () => {
    const { send, handed, log } = sender(numbered, 9 * CHUNK_LENGTH);
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
