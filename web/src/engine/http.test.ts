import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toText } from './bytes.ts';
import { Http } from './http.ts';
import { ERROR_CODES } from './protocol/generated/relay-api.ts';

const text32 = (n: number) => toText(new Uint8Array(32).fill(n));

function answering(answer: () => Response | Promise<Response>) {
  const requests: { url: string; init: RequestInit }[] = [];
  const http = new Http(async (url, init) => {
    requests.push({ url: String(url), init: init ?? {} });
    return answer();
  });
  return { http, requests };
}

const json = (value: unknown, status = 200) => Response.json(value, { status });
const refusal = (code: string, status: number, more: object = {}) =>
  json({ error: { code, message: '', requestId: '', ...more } }, status);
const session = {
  user: { id: text32(1), username: 'alice', identityKey: null },
  accessToken: 't',
  expiresAt: 1,
};

describe('requests', () => {
  test('carry the token and nothing that is not theirs', async () => {
    const { http, requests } = answering(() => json({ users: [] }));
    await http.search('secret', 'a&b');
    const [request] = requests;
    expect(request?.url).toBe('/api/chat/users?username=a%26b');
    expect(new Headers(request?.init.headers).get('authorization')).toBe('Bearer secret');
    expect(request?.init).toMatchObject({ credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
    expect(request?.init.body).toBeUndefined();
  });

  test('a refresh outlives the page: its answer carries the next cookie', async () => {
    const { http, requests } = answering(() => json(session));
    await http.refresh();
    expect(requests[0]?.init.keepalive).toBe(true);
  });

  test('an account without a key, or no account, has no key', async () => {
    for (const code of ['key_not_found', 'user_not_found']) {
      const { http } = answering(() => refusal(code, 404));
      expect(await http.key('t', text32(1))).toBeNull();
    }
  });

  test('cancelling rejects with the reason of the one who cancelled', async () => {
    const stop = new AbortController();
    const http = new Http(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new TypeError('aborted')));
        }),
    );
    const search = http.search('t', 'a', stop.signal);
    stop.abort('enough');
    await expect(search).rejects.toBe('enough');
  });
});

describe('answers that are not what was asked for', () => {
  test.each([
    ['no JSON', () => new Response('<html>'), 'relay-error'],
    ['nothing', () => new Response(''), 'relay-error'],
    ['another shape', () => json({ user: {} }), 'relay-error'],
    [
      'an id of another length',
      () => json({ ...session, user: { ...session.user, id: 'AA' } }),
      'relay-error',
    ],
    [
      'a proxy that does not reach the relay',
      () => new Response('bad gateway', { status: 502 }),
      'relay-unreachable',
    ],
    ['something else entirely', () => new Response('no', { status: 418 }), 'relay-error'],
    ['no network', () => Promise.reject(new TypeError('network')), 'relay-unreachable'],
  ] as const)('%s', async (_, answer, code) => {
    await expect(answering(answer).http.refresh()).rejects.toMatchObject({ code });
  });

  test('every code of the relay means something to a person', async () => {
    for (const code of ERROR_CODES) {
      const { http } = answering(() => refusal(code, 400));
      const error = await http.refresh().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ api: code });
      expect((error as { code: string }).code).not.toBe('internal');
    }
  });

  test.each([
    ['invalid_credentials', 'wrong-credentials'],
    ['username_taken', 'name-taken'],
    ['locked_out', 'locked-out'],
    ['session_reused', 'session-expired'],
    ['account_locked', 'account-locked'],
    ['registration_closed', 'registration-closed'],
    // Another writer holds the relay's database: it is tried again, after as long as the relay says.
    ['unavailable', 'relay-unreachable'],
  ] as const)('%s is %s', async (api, code) => {
    const { http } = answering(() => refusal(api, 400, { retryAfterMs: 900 }));
    await expect(http.refresh()).rejects.toMatchObject({ code, retryAfterMs: 900 });
  });
});

describe('a relay that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is given up after a while', async () => {
    const http = new Http(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new TypeError('aborted')));
        }),
    );
    const config = expect(http.config()).rejects.toMatchObject({ code: 'relay-unreachable' });
    await vi.advanceTimersByTimeAsync(15_000);
    await config;
  });
});
