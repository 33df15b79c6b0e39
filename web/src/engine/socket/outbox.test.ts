import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { text16, text32 } from '../testing/world.ts';
import { Outbox } from './outbox.ts';

const address = { to: text32(1), presence: text16(2) };
const payload = (n: number) => Uint8Array.of(1, 0x11, n);

/** A socket on paper: what was sent, and how much it holds. */
function paper() {
  let eid = 0;
  const sent: { eid: number; body: number }[] = [];
  const socket = { up: true, buffered: 0, sent };
  const outbox = new Outbox({
    codec: {
      decodeRelayFrame: () => {
        throw new TypeError('not used');
      },
      envelopeId: () => new Uint8Array(16).fill(++eid),
      encodeSend: ({ eid: id, payload: bytes }) => Uint8Array.of(id[0] ?? 0, bytes[2] ?? 0),
      encodeWatch: ({ eid: id, accountIds }) => Uint8Array.of(id[0] ?? 0, 199 + accountIds.length),
      encodeBeat: () => new Uint8Array(0),
      encodePrekeys: ({ eid: id, prekeys }) => Uint8Array.of(id[0] ?? 0, 100 + prekeys.length),
      encodePrekeyGet: ({ eid: id }) => Uint8Array.of(id[0] ?? 0, 201),
      encodeToken: () => new Uint8Array(0),
    },
    send: (frame) => {
      if (socket.up) sent.push({ eid: frame[0] ?? 0, body: frame[1] ?? 0 });
      return socket.up;
    },
    bufferedAmount: () => socket.buffered,
  });
  const ack = (id: number, status: Parameters<Outbox['acknowledged']>[1]) =>
    outbox.acknowledged(new Uint8Array(16).fill(id), status);
  return { outbox, socket, ack, bodies: () => sent.map(({ body }) => body) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('messages', () => {
  test('go one by one, each after the answer to the one before', async () => {
    const { outbox, ack, bodies } = paper();
    const fates = [1, 2].map((n) => outbox.message(address, payload(n)));
    expect(bodies()).toEqual([1]);
    ack(1, 'written');
    expect(bodies()).toEqual([1, 2]);
    ack(2, 'offline');
    expect(await Promise.all(fates)).toEqual(['delivered', 'offline']);
  });

  test('a refused one is sent again as it was, in an envelope of its own, and nothing overtakes it', async () => {
    const { outbox, ack, socket, bodies } = paper();
    const fate = outbox.message(address, payload(1));
    void outbox.message(address, payload(2));
    ack(1, 'rateLimit');
    expect(bodies()).toEqual([1]);
    await vi.advanceTimersByTimeAsync(500);
    ack(2, 'unreachable');
    await vi.advanceTimersByTimeAsync(500);
    expect(socket.sent).toEqual([
      { eid: 1, body: 1 },
      { eid: 2, body: 1 },
      { eid: 3, body: 1 },
    ]);
    // What is said twice of an earlier try changes nothing.
    ack(1, 'written');
    expect(bodies()).toHaveLength(3);
    ack(3, 'written');
    expect(await fate).toBe('delivered');
    expect(bodies().at(-1)).toBe(2);
  });

  test('a peer who stays unreachable is offline in the end; the limit of the rate is waited for', async () => {
    const { outbox, ack } = paper();
    const fate = outbox.message(address, payload(1));
    for (let i = 0; i < 20; i += 1) {
      ack(i + 1, 'unreachable');
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(await fate).toBe('offline');
  });

  test.each(['tooLarge', 'malformed', 'notAllowed'] as const)('%s is final', async (status) => {
    const { outbox, ack } = paper();
    const fate = outbox.message(address, payload(1));
    ack(1, status);
    expect(await fate).toBe('refused');
  });

  test('a connection that goes takes everything with it', async () => {
    const { outbox, socket, bodies } = paper();
    const fates = [1, 2].map((n) => outbox.message(address, payload(n)));
    outbox.reset();
    expect(await Promise.all(fates)).toEqual(['lost', 'lost']);
    socket.up = false;
    expect(await outbox.message(address, payload(3))).toBe('lost');
    expect(bodies()).toEqual([1]);
  });

  test('flushing sends what waits, in order', () => {
    const { outbox, bodies } = paper();
    for (const n of [1, 2, 3]) void outbox.message(address, payload(n));
    outbox.flush();
    expect(bodies()).toEqual([1, 2, 3]);
  });
});

describe('chunks of a file', () => {
  const { signal } = new AbortController();

  test('wait for room in the socket, and messages overtake them', async () => {
    const { outbox, socket, ack, bodies } = paper();
    socket.buffered = 1024 * 1024;
    const handed = vi.fn();
    const fate = outbox.chunk(address, payload(9), signal, handed);
    await vi.advanceTimersByTimeAsync(100);
    expect(handed).not.toHaveBeenCalled();
    void outbox.message(address, payload(1));
    socket.buffered = 0;
    await vi.advanceTimersByTimeAsync(10);
    expect(handed).toHaveBeenCalledOnce();
    expect(bodies()).toEqual([1, 9]);
    ack(2, 'written');
    expect(await fate).toBe('delivered');
  });

  test('a frame that the relay had no room for is sent again, and is handed over once', async () => {
    const { outbox, ack, bodies } = paper();
    const handed = vi.fn();
    const fate = outbox.chunk(address, payload(9), signal, handed);
    ack(1, 'unreachable');
    await vi.advanceTimersByTimeAsync(500);
    ack(2, 'written');
    expect(await fate).toBe('delivered');
    expect(bodies()).toEqual([9, 9]);
    expect(handed).toHaveBeenCalledOnce();
  });

  test('stopping ends the wait for room', async () => {
    const { outbox, socket, bodies } = paper();
    socket.buffered = 2 ** 21;
    const stop = new AbortController();
    const fate = outbox.chunk(address, payload(9), stop.signal, () => undefined);
    stop.abort();
    await vi.advanceTimersByTimeAsync(10);
    expect(await fate).toBe('lost');
    expect(bodies()).toEqual([]);
  });
});

test('a question about presence that the relay refuses for its rate is asked again, unless another was asked', async () => {
  const { outbox, ack, bodies } = paper();
  outbox.watch([text32(1)]);
  ack(1, 'rateLimit');
  await vi.advanceTimersByTimeAsync(500);
  expect(bodies()).toEqual([200, 200]);
  ack(2, 'rateLimit');
  outbox.watch([text32(2)]);
  await vi.advanceTimersByTimeAsync(500);
  expect(bodies()).toEqual([200, 200, 200]);
});

describe('prekeys', () => {
  const eidOf = (n: number) => new Uint8Array(16).fill(n);

  test('are given in one frame, and none is no frame', () => {
    const { outbox, bodies } = paper();
    outbox.publish([]);
    outbox.publish([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(bodies()).toEqual([102]);
  });

  test('are asked for past the messages that wait, and each answer is for its question', async () => {
    const { outbox, bodies } = paper();
    void outbox.message(address, payload(1));
    void outbox.message(address, payload(2));
    const [first, second] = [outbox.prekey(address), outbox.prekey(address)];
    expect(bodies()).toEqual([1, 201, 201]);
    outbox.answered(eidOf(9), Uint8Array.of(9));
    outbox.answered(eidOf(3), null);
    outbox.answered(eidOf(2), Uint8Array.of(2));
    expect(await Promise.all([first, second])).toEqual([Uint8Array.of(2), null]);
  });

  test('there are none when there is no connection', async () => {
    const { outbox, socket } = paper();
    const asked = outbox.prekey(address);
    outbox.reset();
    expect(await asked).toBeNull();
    socket.up = false;
    expect(await outbox.prekey(address)).toBeNull();
  });
});
