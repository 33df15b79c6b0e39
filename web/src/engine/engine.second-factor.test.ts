/** The two steps of a login. Whole engines with the real crypto package. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineMode } from './contract.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { Person } from './testing/person.ts';

const password = 'correct horse battery';
let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

const shown = (code: string) => ({ proof: { kind: 'totp', code }, trustDevice: false }) as const;

/** Signed out, of an account that is asked for a code. */
async function asked(mode: EngineMode): Promise<Person> {
  const alice = await new Person('alice', mode, relay).registered();
  const account = relay.accounts.get('alice');
  if (account !== undefined) account.code = '123456';
  await alice.run('logout', undefined);
  await alice.run('login', { name: 'alice', password });
  return alice;
}

describe.each(['native', 'wasm'] as const)('a login in two steps, %s', (mode) => {
  test('opens the key on this device after the second', async () => {
    const alice = await asked(mode);
    expect(alice.app?.account).toEqual({
      stage: 'second-step',
      name: 'alice',
      ways: { totp: true, passkey: null, passkeyHosts: [] },
    });
    await expect(alice.run('secondStep', shown('654321'))).rejects.toEqual({ code: 'second-factor-wrong' });
    expect(alice.app?.account.stage).toBe('second-step');
    await alice.run('secondStep', shown('123456'));
    await alice.online();
    expect((await alice.run('makeBackup', { password })).people).toBe(0);
  });

  test('begins again with the password after too many tries', async () => {
    const alice = await asked(mode);
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(alice.run('secondStep', shown('1'))).rejects.toEqual({ code: 'second-factor-wrong' });
    }
    await expect(alice.run('secondStep', shown('123456'))).rejects.toEqual({ code: 'second-step-over' });
    expect(alice.app?.account.stage).toBe('signed-out');
    await expect(alice.run('secondStep', shown('123456'))).rejects.toEqual({ code: 'second-step-over' });
    await alice.run('login', { name: 'alice', password });
    await alice.run('secondStep', shown('123456'));
    await alice.online();
  });

  test('can be left, and nobody is signed in', async () => {
    const alice = await asked(mode);
    await alice.run('leaveSecondStep', undefined);
    expect(alice.app?.account.stage).toBe('signed-out');
    await expect(alice.run('secondStep', shown('123456'))).rejects.toEqual({ code: 'second-step-over' });
    const again = await alice.reloaded().start();
    expect(again.app?.account.stage).toBe('signed-out');
  });

  test('does not lose the login to a relay that is away for a moment', async () => {
    const alice = await asked(mode);
    relay.reachable = false;
    await expect(alice.run('secondStep', shown('123456'))).rejects.toEqual({ code: 'relay-unreachable' });
    relay.reachable = true;
    await alice.run('secondStep', shown('123456'));
    await alice.online();
  });
});
