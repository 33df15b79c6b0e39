import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RelayFrame } from '../crypto/port.ts';
import { EngineError } from '../errors.ts';
import type { LinkLoss } from '../machine/events.ts';
import { Link, type Socket } from './link.ts';

/** A socket that a test plays; frames are named by a number that the fake codec looks up. */
class PaperSocket implements Socket {
  binaryType: BinaryType = 'blob';
  bufferedAmount = 0;
  readonly sent: Uint8Array[] = [];
  closed: number | undefined;
  private onMessage: (event: { data: unknown }) => void = () => undefined;
  private onClose: (event: { code: number }) => void = () => undefined;

  addEventListener(type: 'message' | 'close', listener: never): void {
    if (type === 'message') this.onMessage = listener;
    else this.onClose = listener;
  }
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  close(code = 1005): void {
    this.closed = code;
  }
  say(name: keyof typeof frames): void {
    this.onMessage({ data: Uint8Array.of(Object.keys(frames).indexOf(name)).buffer });
  }
  sayAnything(data: unknown): void {
    this.onMessage({ data });
  }
  end(code: number): void {
    this.onClose({ code });
  }
}

const bytes = new Uint8Array(32);
const frames = {
  challenge: { type: 'challenge', challenge: bytes },
  welcome: { type: 'welcome', status: 'ok' },
  refused: { type: 'welcome', status: 'refused' },
  later: { type: 'welcome', status: 'tryLater' },
  draining: { type: 'notice', notice: 'draining', value: 1234 },
  ack: { type: 'ack', eid: new Uint8Array(16), status: 'written' },
  beat: { type: 'beat', number: 7 },
} as const satisfies Record<string, RelayFrame>;

function stage(token: () => Promise<string> = async () => 'token') {
  const sockets: PaperSocket[] = [];
  const losses: LinkLoss[] = [];
  const told = { up: 0, refused: 0, frames: 0 };
  const link = new Link({
    codec: {
      decodeRelayFrame: (frame) => {
        const decoded = Object.values(frames)[frame[0] ?? -1];
        if (decoded === undefined) throw new TypeError('malformed');
        return decoded;
      },
      encodeSend: () => new Uint8Array(0),
      encodeWatch: () => new Uint8Array(0),
      encodeBeat: ({ number, talking }) => Uint8Array.of(0x4d, number, talking ? 1 : 0),
      encodePrekeys: () => new Uint8Array(0),
      encodePrekeyGet: () => new Uint8Array(0),
      encodeToken: (text) => new TextEncoder().encode(text),
      envelopeId: () => new Uint8Array(16),
    },
    connect: () => {
      const socket = new PaperSocket();
      sockets.push(socket);
      return socket;
    },
    token,
    login: async () => Uint8Array.of(0x41),
    onRefused: () => {
      told.refused += 1;
    },
    onUp: () => {
      told.up += 1;
    },
    onFrame: () => {
      told.frames += 1;
    },
    onDown: (loss) => losses.push(loss),
  });
  const socket = () => sockets.at(-1) ?? new PaperSocket();
  const login = async () => {
    link.open();
    await vi.advanceTimersByTimeAsync(0);
    socket().say('challenge');
    await vi.advanceTimersByTimeAsync(0);
    socket().say('welcome');
  };
  return { link, losses, told, socket, login };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('logging in', () => {
  test('challenge, login, welcome; nothing else is sent before', async () => {
    const { link, socket, told, login } = stage();
    expect(link.send(new Uint8Array(1))).toBe(false);
    await login();
    expect(socket().sent).toEqual([Uint8Array.of(0x41)]);
    expect(told.up).toBe(1);
    expect(link.send(new Uint8Array(1))).toBe(true);
  });

  test.each([
    ['refused', 1],
    ['later', 0],
  ] as const)('%s ends the attempt', async (answer, refused) => {
    const { link, socket, told, losses } = stage();
    link.open();
    await vi.advanceTimersByTimeAsync(0);
    socket().say(answer);
    expect(losses).toEqual([{ why: 'lost' }]);
    expect(told).toMatchObject({ up: 0, refused });
    expect(socket().closed).toBe(1000);
  });

  test('a relay that says nothing is given up', async () => {
    const { link, losses } = stage();
    link.open();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(losses).toEqual([{ why: 'lost' }]);
  });

  test('without a token there is no socket', async () => {
    const { link, losses } = stage(async () => {
      throw new EngineError('relay-unreachable');
    });
    link.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(losses).toEqual([{ why: 'lost' }]);
  });

  test('payloads before WELCOME end it', async () => {
    const { link, socket, losses, told } = stage();
    link.open();
    await vi.advanceTimersByTimeAsync(0);
    socket().say('ack');
    expect(losses).toHaveLength(1);
    expect(told.frames).toBe(0);
  });
});

describe('a connection', () => {
  test.each([
    [4409, { why: 'replaced' }],
    [4401, { why: 'lost' }],
    [4400, { why: 'refused' }],
    [4413, { why: 'refused' }],
    [1001, { why: 'lost' }],
    [1006, { why: 'lost' }],
    [1012, { why: 'lost' }],
    [4408, { why: 'lost' }],
    [4410, { why: 'lost' }],
    [4429, { why: 'lost' }],
    [4430, { why: 'lost' }],
    [4500, { why: 'lost' }],
    // Of a relay to come, or of somebody in between.
    [4999, { why: 'lost' }],
    [1011, { why: 'lost' }],
  ] as const)('closed with %i', async (code, loss) => {
    const { socket, losses, told, login } = stage();
    await login();
    socket().end(code);
    expect(losses).toEqual([loss]);
    expect(told.refused).toBe(code === 4401 ? 1 : 0);
  });

  test('a relay that restarts says when to come back', async () => {
    const { socket, losses, login } = stage();
    await login();
    socket().say('draining');
    expect(losses).toEqual([]);
    socket().end(1012);
    expect(losses).toEqual([{ why: 'restart', after: 1234 }]);
  });

  test.each([
    ['text', 'hello'],
    ['malformed bytes', Uint8Array.of(99).buffer],
  ])('%s is not a relay', async (_, data) => {
    const { socket, losses, login } = stage();
    await login();
    socket().sayAnything(data);
    expect(losses).toEqual([{ why: 'lost' }]);
  });

  test.each([
    ['while a conversation is open', true, 25_000],
    ['otherwise', false, 90_000],
  ] as const)(
    '%s (%s), %i ms of silence mean that it is dead; any frame means that it lives',
    async (_, talking, ms) => {
      const { link, socket, losses, login } = stage();
      await login();
      link.talk(talking);
      for (const frame of ['ack', 'beat'] as const) {
        await vi.advanceTimersByTimeAsync(ms - 1);
        expect(losses).toEqual([]);
        socket().say(frame);
      }
      await vi.advanceTimersByTimeAsync(ms - 1);
      // Sending proves nothing.
      link.send(new Uint8Array(1));
      expect(losses).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(losses).toEqual([{ why: 'lost' }]);
    },
  );

  test('a conversation that opens on a silent line shortens the wait', async () => {
    const { link, losses, login } = stage();
    await login();
    await vi.advanceTimersByTimeAsync(60_000);
    link.talk(true);
    await vi.advanceTimersByTimeAsync(24_999);
    expect(losses).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(losses).toEqual([{ why: 'lost' }]);
  });

  test('what came while the machine slept is heard before its timers decide', async () => {
    const { link, socket, losses, login } = stage();
    await login();
    link.talk(true);
    // The first timer is long due when the machine wakes; the frame is next in line.
    await vi.advanceTimersByTimeAsync(24_000);
    socket().say('beat');
    await vi.advanceTimersByTimeAsync(24_000);
    expect(losses).toEqual([]);
  });

  test('a BEAT is answered at once with its number, and says whether a conversation is open', async () => {
    const { link, socket, told, login } = stage();
    link.talk(true);
    await login();
    const beats = () =>
      socket()
        .sent.filter(([type]) => type === 0x4d)
        .map((frame) => [...frame.slice(1)]);
    // Unasked: a connection begins without a conversation.
    expect(beats()).toEqual([[0, 1]]);
    socket().say('beat');
    expect(beats().slice(1)).toEqual([[7, 1]]);
    link.talk(true);
    link.talk(false);
    expect(beats().slice(2)).toEqual([[7, 0]]);
    socket().say('beat');
    expect(beats().slice(3)).toEqual([[7, 0]]);
    expect(told.frames).toBe(0);
  });

  test('who only listens says now and then that it is there: the relay beats only when it has nothing to send', async () => {
    const { link, socket, login } = stage();
    await login();
    link.talk(true);
    const beats = () => socket().sent.filter(([type]) => type === 0x4d).length - 1;
    for (let second = 0; second < 60; second += 4) {
      await vi.advanceTimersByTimeAsync(4_000);
      socket().say('ack');
    }
    expect(beats()).toBe(5);
    // Whoever speaks is heard.
    for (let second = 0; second < 60; second += 4) {
      await vi.advanceTimersByTimeAsync(4_000);
      link.send(new Uint8Array(1));
      socket().say('ack');
    }
    expect(beats()).toBe(5);
    link.talk(false);
    for (let second = 0; second < 120; second += 4) {
      await vi.advanceTimersByTimeAsync(4_000);
      socket().say('ack');
    }
    expect(beats()).toBe(8);
  });

  test('a login that is refused again with a fresh token is not tried by itself any more', async () => {
    const { link, socket, losses, told, login } = stage();
    const refused = async () => {
      link.open();
      await vi.advanceTimersByTimeAsync(0);
      socket().say('refused');
    };
    await refused();
    await refused();
    expect(losses).toEqual([{ why: 'lost' }, { why: 'refused' }]);
    expect(told.refused).toBe(2);
    // A login that was taken in between begins the count anew.
    link.close();
    await login();
    socket().end(4401);
    await login();
    socket().end(4401);
    expect(losses.slice(2)).toEqual([{ why: 'lost' }, { why: 'lost' }]);
  });

  test("what an earlier socket says is nobody's business any more", async () => {
    const { link, socket, losses, told, login } = stage();
    await login();
    const earlier = socket();
    link.open();
    earlier.say('ack');
    earlier.end(1006);
    expect(losses).toEqual([]);
    expect(told.frames).toBe(0);
    link.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(losses).toEqual([]);
  });
});
