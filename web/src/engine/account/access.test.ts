import { expect, test } from 'vitest';
import { type Access, accessOf, type Device } from './access.ts';

const own = { kind: 'native', publicKey: 'A' } as const;
const wrapped = { kind: 'wrapped', publicKey: 'A' } as const;
const base: Device = { serverKey: 'A', stored: own, hasPassword: false, mode: 'auto', nativeIdentity: true };

test.each<[string, Partial<Device>, Access]>([
  ['a native key opens by itself', {}, 'open'],
  ['a wrapped key asks for the password', { stored: wrapped }, 'ask-password'],
  ['a wrapped key opens with it', { stored: wrapped, hasPassword: true }, 'open'],
  [
    'a wrapped key opens in native mode as well',
    { stored: wrapped, hasPassword: true, mode: 'native' },
    'open',
  ],
  ['a native key cannot be used by the wasm engine', { mode: 'wasm' }, 'engine-unavailable'],
  ['a native key is of no use without Web Crypto', { nativeIdentity: false }, 'engine-unavailable'],
  ['the key is on another device', { stored: null }, 'key-missing'],
  ['not even the password helps then', { stored: null, hasPassword: true }, 'key-missing'],
  ['this device holds another key', { serverKey: 'B' }, 'key-missing'],
  ['another key, wrapped', { serverKey: 'B', stored: wrapped, hasPassword: true }, 'key-missing'],
  // A backup is made from a copy under the password: without it there would never be one.
  ['no key anywhere: the password first', { serverKey: null, stored: null }, 'ask-password'],
  ['the same in wasm', { serverKey: null, stored: null, mode: 'wasm' }, 'ask-password'],
  ['with it, one is made', { serverKey: null, stored: null, hasPassword: true }, 'create'],
  ['the relay never got our key: it is opened and published', { serverKey: null }, 'open'],
])('%s', (_, change, expected) => {
  expect(accessOf({ ...base, ...change })).toBe(expected);
});
