/** Logins with a second factor, at a real relay. */
import { createIdentity, DuetError, randomBytes, splitPassword } from '@duet-chat/crypto';
import {
  findUsers,
  type Login,
  type LoginOptions,
  login,
  RelayError,
  type RelayReason,
  register,
  relayConfig,
  type SecondFactorAnswer,
} from '@duet-chat/crypto/relay';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { assert, type Environment, equal, refused, type Suite } from '../harness.js';

/** The code that an app shows `ahead` steps of 30 s from now (RFC 6238). */
function codeOf(secret: string, ahead: number): string {
  const bits = [...secret].map((sign) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'),
  );
  const key = Uint8Array.from(bits.join('').match(/[01]{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  const step = new DataView(new ArrayBuffer(8));
  step.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const tag = hmac(sha1, key, new Uint8Array(step.buffer));
  const mac = new DataView(tag.buffer, tag.byteOffset, tag.length);
  const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

interface Person {
  readonly credentials: Pick<LoginOptions, 'url' | 'name' | 'loginSecret'>;
  /** Of an app, at a time that no code was used of yet. */
  readonly code: string;
  readonly recovery: readonly string[];
}

/** Somebody who has just turned codes of an app on. */
async function withCodes(url: string, engine: 'native' | 'wasm'): Promise<Person> {
  const { realm } = await relayConfig({ url });
  const name = `login-${Array.from(randomBytes(6), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const { loginSecret } = await splitPassword({ realm, name, password: 'correct horse battery' });
  const { publicKey } = await createIdentity({ realm, name, engine });
  const { accessToken } = await register({ url, name, loginSecret, publicKey });
  const ask = async (method: string, body: object) => {
    const headers = {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      origin: new URL(url).origin,
    };
    const address = new URL('/api/auth/second-factor/totp', url);
    const answer = await fetch(address, { method, headers, body: JSON.stringify(body) });
    assert(answer.ok, `${method}: ${answer.status}`);
    return answer.json();
  };
  const { ticket, secret } = await ask('POST', { loginSecret });
  // Good for one more step at least, whenever it is: the next one is tried after it.
  const { recoveryCodes } = await ask('PUT', { ticket, code: codeOf(secret, 0) });
  return { credentials: { url, name, loginSecret }, code: codeOf(secret, 1), recovery: recoveryCodes };
}

async function refusedBecause(reason: RelayReason, run: () => Promise<unknown>): Promise<void> {
  const error = await refused('E_RELAY_REFUSED', run);
  assert(error instanceof RelayError, 'a RelayError');
  equal(error.reason, reason);
}

async function isIn({ credentials: { url, name } }: Person, { user, accessToken }: Login): Promise<void> {
  equal(user.name, name);
  // The token is one: whoever asks is not in the answer.
  equal(await findUsers({ url, accessToken, prefix: name }), []);
}

export const logins: Suite = ({ engines, relay: url }: Environment) => {
  if (url === undefined) return [];
  const asked = engines.map((engine) => ({
    name: `a login asks for the second factor until it is right, ${engine}`,
    run: async () => {
      const person = await withCodes(url, engine);
      const { credentials, code, recovery } = person;
      await refused('E_SECOND_FACTOR', () => login(credentials));
      await refused('E_ARGUMENT', () => login({ ...credentials, secondFactor: 'code' as never }));
      // After a wrong password nobody is asked.
      const secondFactor = () => Promise.reject(new Error('asked'));
      const stranger = { ...credentials, loginSecret: 'A'.repeat(43), secondFactor };
      await refusedBecause('invalid_credentials', () => login(stranger));

      const answers: SecondFactorAnswer[] = [
        { kind: 'totp', code: '12' },
        { kind: 'recovery', code: 'abcd' },
        { kind: 'totp', code: `${code.slice(0, 3)} ${code.slice(3)}` },
      ];
      const asked: number[] = [];
      const before = Date.now();
      const session = await login({
        ...credentials,
        secondFactor: ({ wrong, expiresAt, totp, passkey }) => {
          asked.push(wrong);
          equal([totp, passkey], [true, null]);
          assert(expiresAt > before && expiresAt <= Date.now() + 300_000, 'five minutes');
          return Promise.resolve(answers[wrong] as SecondFactorAnswer);
        },
      });
      equal(asked, [0, 1, 2]);
      await isIn(person, session);
      // Used up; a recovery code is not.
      const used = [
        { kind: 'totp', code },
        { kind: 'recovery', code: recovery[0] as string },
      ] as const;
      const again = {
        ...credentials,
        secondFactor: async ({ wrong }: { wrong: number }) => used[wrong] as never,
      };
      await isIn(person, await login(again));

      // What is no answer is nobody's guess, and what the person says instead of one is passed on.
      for (const answer of [
        null,
        {},
        { kind: 'totp' },
        { kind: 'sms', code },
        { kind: 'passkey', code },
        { ...used[1], trustDevice: 1 },
      ])
        await refused('E_ARGUMENT', () =>
          login({ ...credentials, secondFactor: async () => answer as never }),
        );
      const changed = new DuetError('E_BUSY');
      const leave = () => Promise.reject(changed);
      equal(await login({ ...credentials, secondFactor: leave }).catch((error) => error === changed), true);

      // Five wrong ones in a row, and nothing is looked at any more.
      const wrong = { ...credentials, secondFactor: async () => ({ kind: 'totp', code: '000' }) as const };
      await refusedBecause('ticket_over', () => login(wrong));
      await refusedBecause('locked_out', () => login(wrong));
    },
  }));
  return [
    ...asked,
    {
      name: 'a device that its owner trusts is not asked again, where there is a cookie',
      run: async () => {
        const person = await withCodes(url, 'wasm');
        const answer = { kind: 'totp', code: person.code, trustDevice: true } as const;
        await login({ ...person.credentials, secondFactor: async () => answer });
        // A page has cookies; Node's `fetch` keeps none.
        if ('document' in globalThis) await isIn(person, await login(person.credentials));
        else await refused('E_SECOND_FACTOR', () => login(person.credentials));
      },
    },
  ];
};
