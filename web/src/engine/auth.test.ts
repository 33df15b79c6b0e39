import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Auth } from './auth.ts';
import { EngineError } from './errors.ts';
import type { Http } from './http.ts';
import type { Session } from './protocol/generated/relay-api.ts';

const user = { id: 'x', username: 'alice', identityKey: null };
const LIFE = 900_000;

function stage() {
  let count = 0;
  const answers: (() => Promise<Session>)[] = [];
  const good = async (): Promise<Session> => ({ user, accessToken: `token-${++count}`, expiresAt: 0 });
  const refresh = vi.fn(() => (answers.shift() ?? good)());
  const told = { renewed: 0, expired: 0 };
  const reasons: string[] = [];
  const auth = new Auth({
    // Only the refresh is asked for here.
    http: { refresh } as unknown as Http,
    now: () => Date.now(),
    onRenewed: () => {
      told.renewed += 1;
    },
    onExpired: (why) => {
      told.expired += 1;
      reasons.push(why);
    },
  });
  auth.configure(LIFE);
  return { auth, refresh, answers, told, reasons };
}

const fails = (code: 'session-expired' | 'account-locked' | 'relay-unreachable') => async () => {
  throw new EngineError(code);
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the access token', () => {
  test('is renewed a minute before its end, by itself', async () => {
    const { auth, refresh, told } = stage();
    await auth.refresh();
    await vi.advanceTimersByTimeAsync(LIFE - 60_001);
    expect(refresh).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(refresh).toHaveBeenCalledTimes(2);
    expect(told.renewed).toBe(2);
    expect(await auth.fresh()).toBe('token-2');
  });

  test('is refreshed once, however many ask: a refresh token works once', async () => {
    const { auth, refresh } = stage();
    expect(await Promise.all([auth.fresh(), auth.fresh(), auth.refresh()])).toMatchObject([
      'token-1',
      'token-1',
      { accessToken: 'token-1' },
    ]);
    expect(refresh).toHaveBeenCalledOnce();
  });

  test('that the relay refuses is replaced once', async () => {
    const { auth } = stage();
    const used: string[] = [];
    const request = async (token: string) => {
      used.push(token);
      if (token === 'token-1') throw new EngineError('session-expired');
      return 'done';
    };
    expect(await auth.with(request)).toBe('done');
    expect(used).toEqual(['token-1', 'token-2']);
  });

  test('keeps trying while the relay cannot be reached', async () => {
    const { auth, refresh, answers, told } = stage();
    await auth.refresh();
    answers.push(fails('relay-unreachable'), fails('relay-unreachable'));
    await vi.advanceTimersByTimeAsync(LIFE - 60_000 + 10_000);
    expect(refresh).toHaveBeenCalledTimes(4);
    expect(told).toEqual({ renewed: 2, expired: 0 });
  });
});

describe('the end of a login', () => {
  test('is told once, when the cookie is of no use any more', async () => {
    const { auth, answers, told } = stage();
    await auth.refresh();
    answers.push(fails('session-expired'));
    auth.invalidate();
    await expect(auth.fresh()).rejects.toMatchObject({ code: 'session-expired' });
    expect(told.expired).toBe(1);
    expect(auth.token).toBeNull();
  });

  test('an account that was closed is told as that, and is not asked about again', async () => {
    const { auth, refresh, answers, reasons } = stage();
    await auth.refresh();
    answers.push(fails('account-locked'));
    auth.invalidate();
    await expect(auth.fresh()).rejects.toMatchObject({ code: 'account-locked' });
    expect(reasons).toEqual(['account-locked']);
    expect(auth.token).toBeNull();
    await vi.advanceTimersByTimeAsync(LIFE);
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  test('nobody who was not logged in is told anything', async () => {
    const { auth, answers, told } = stage();
    answers.push(fails('session-expired'));
    await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-expired' });
    expect(told.expired).toBe(0);
  });

  test('a refresh that comes back after the logout logs nobody in', async () => {
    const { auth, answers, told } = stage();
    await auth.refresh();
    let answer: (session: Session) => void = () => undefined;
    answers.push(() => new Promise((resolve) => (answer = resolve)));
    auth.invalidate();
    const late = auth.fresh();
    auth.drop();
    answer({ user, accessToken: 'late', expiresAt: 0 });
    await expect(late).rejects.toMatchObject({ code: 'session-expired' });
    expect(auth.token).toBeNull();
    expect(told.renewed).toBe(1);
    await vi.advanceTimersByTimeAsync(LIFE * 2);
    expect(auth.token).toBeNull();
  });
});
