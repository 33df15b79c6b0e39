/** Backups and scanned codes: whole engines with the real crypto package. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromText, toText } from './bytes.ts';
import type { BackupView, EngineMode } from './contract.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

const password = 'correct horse battery';
let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

const register = (name: string, mode: EngineMode) => new Person(name, mode, relay).registered();
const idOf = (name: string) => relay.accounts.get(name)?.id ?? '';
const keyOf = (name: string) => relay.accounts.get(name)?.identityKey ?? '';

/** Another device of the same account. */
async function device(name: string, mode: EngineMode): Promise<Person> {
  const person = await new Person(name, mode, relay).start();
  await person.run('login', { name, password });
  return person;
}

/** What the relay would find (docs/decisions/0005): made here from the specification, not by the package. */
async function signedReplacement(): Promise<boolean> {
  const { from, identityKey, signature } = relay.replacements.at(-1) ?? {};
  if (from == null || identityKey === undefined || signature == null) return false;
  const label = (text: string) => {
    const bytes = new TextEncoder().encode(`PAIR/1 ${text}`);
    return Uint8Array.of(bytes.length, ...bytes);
  };
  const [old, made, id] = [fromText(from), fromText(identityKey), fromText(idOf('alice'))];
  const said = Uint8Array.of(...label('replace'), ...id, ...old, ...made);
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', said));
  const key = await globalThis.crypto.subtle.importKey('raw', old, 'Ed25519', false, ['verify']);
  const message = Uint8Array.of(...label('sig replace'), ...hash);
  return globalThis.crypto.subtle.verify('Ed25519', key, fromText(signature), message);
}

const opened = (person: Person, { file, passphrase }: Pick<BackupView, 'file' | 'passphrase'>) =>
  person.run('openBackup', { file, passphrase });

describe.each([
  ['native', 'wasm'],
  ['wasm', 'native'],
] as const)('from %s to %s', (from, to) => {
  test('the identity and the people move to another device', async () => {
    const [alice, bob] = [await register('alice', from), await register('bob', 'wasm')];
    await meet(alice, bob);
    await alice.run('markVerified', { by: 'sas' });
    const backup = await alice.run('makeBackup', { password });
    expect(backup).toMatchObject({ fileName: 'duet-alice.backup', people: 1 });
    expect(backup.passphrase).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
    const progress = alice.events.flatMap((event) => (event.type === 'backup-progress' ? [event.done] : []));
    expect([progress[0], progress.at(-1)]).toEqual([0, null]);

    const other = await device('alice', to);
    expect(other.app?.account.stage).toBe('key-missing');
    const typed = backup.passphrase.toLowerCase().replaceAll('-', ' ');
    const preview = await opened(other, { ...backup, passphrase: typed });
    expect(preview).toMatchObject({
      name: 'alice',
      identity: 'restored',
      fingerprint: { hex: crypto.fingerprintOf(fromText(keyOf('alice'))).hex },
      people: [{ name: 'bob', trust: 'sas', verdict: 'new', pinned: null }],
    });
    expect(await other.keystore.identity(idOf('alice'))).toBeNull();
    const restore = { id: preview.id, take: [] };
    await expect(other.run('restoreBackup', { ...restore, password: 'not this one' })).rejects.toEqual({
      code: 'wrong-credentials',
    });
    await other.run('restoreBackup', { ...restore, password });
    await other.online();
    await bob.untilState('reconnecting');
    // Bob sees the person that he knows, and so does the new device.
    await relay.stocked('bob');
    await meet(other, bob);
    expect([other.conversation?.trust, bob.conversation?.trust]).toEqual(['sas', 'first-use']);
    // The new device can make the next backup, and opens after a reload as any other.
    expect((await other.run('makeBackup', { password })).people).toBe(1);
    const again = await other.reloaded().start();
    expect(again.app?.account.stage).toBe(to === 'native' ? 'ready' : 'locked');
  });
});

describe('a backup', () => {
  test('asks for the right password, and says nothing of why a file does not open', async () => {
    const alice = await register('alice', 'native');
    await expect(alice.run('makeBackup', { password: 'not this one' })).rejects.toEqual({
      code: 'key-wrong-password',
    });
    const { file, passphrase } = await alice.run('makeBackup', { password });
    const wrong = crypto.generatePassphrase();
    await expect(opened(alice, { file, passphrase: wrong })).rejects.toEqual({ code: 'backup-unreadable' });
    const bytes = new Uint8Array(await file.arrayBuffer());
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    const damaged = new Blob([bytes]);
    await expect(opened(alice, { file: damaged, passphrase })).rejects.toEqual({ code: 'backup-unreadable' });
  });

  test('of another account, or of an earlier key, changes nothing', async () => {
    const [alice, bob] = [await register('alice', 'native'), await register('bob', 'native')];
    const backup = await alice.run('makeBackup', { password });
    await expect(opened(bob, backup)).rejects.toEqual({ code: 'backup-other-account' });
    await alice.run('replaceKey', { password });
    await alice.online();
    await expect(opened(alice, backup)).rejects.toEqual({ code: 'backup-old-key' });
    const other = await device('alice', 'wasm');
    await expect(opened(other, backup)).rejects.toEqual({ code: 'backup-old-key' });
  });

  test('brings people to a device that has the identity, and asks where keys contradict', async () => {
    const alice = await register('alice', 'native');
    const owner = idOf('alice');
    const person = (name: string) => ({
      name,
      accountId: toText(crypto.accountId({ realm: 'duet.test', name })),
    });
    const keys: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const identity = await crypto.createIdentity({ realm: 'duet.test', name: `k${i}`, engine: 'wasm' });
      keys.push(toText(identity.publicKey));
      identity.free();
    }
    const [k0 = '', k1 = '', k2 = '', k3 = '', k4 = '', k5 = ''] = keys;
    const { keystore } = alice;
    await keystore.putPin(owner, person('new'), { key: k0, trust: 'first-use' }, 100);
    await keystore.putPin(owner, person('same'), { key: k1, trust: 'qr' }, 100);
    await keystore.putPin(owner, person('better'), { key: k2, trust: 'compared' }, 100);
    await keystore.putPin(owner, person('contrary'), { key: k3, trust: 'qr' }, 100);
    const backup = await alice.run('makeBackup', { password });

    // The same account on this device, after other things have happened to it.
    const other = await device('alice', 'native');
    const first = await opened(other, backup);
    await other.run('restoreBackup', { id: first.id, password, take: [] });
    await other.online();
    const kept = other.keystore;
    await kept.putPin(owner, person('same'), { key: k1, trust: 'qr' }, 300);
    await kept.putPin(owner, person('better'), { key: k4, trust: 'first-use' }, 300);
    await kept.putPin(owner, person('contrary'), { key: k5, trust: 'compared' }, 300);
    const preview = await opened(other, backup);
    expect(preview.identity).toBe('here');
    const verdicts = Object.fromEntries(preview.people.map(({ name, verdict }) => [name, verdict]));
    // `better` was replaced here after the backup was made: which key is the later one, only the person knows.
    expect(verdicts).toEqual({ new: 'same', same: 'same', better: 'conflict', contrary: 'conflict' });
    const conflict = preview.people.find(({ name }) => name === 'contrary');
    expect(conflict?.pinned?.hex).toBe(crypto.fingerprintOf(fromText(k5)).hex);
    expect(conflict?.theirs.hex).toBe(crypto.fingerprintOf(fromText(k3)).hex);
    const take = [person('contrary').accountId];
    await other.run('restoreBackup', { id: preview.id, password: null, take });
    const people = await other.run('people', undefined);
    expect(people.map(({ fingerprint, trust }) => [fingerprint.name, trust])).toEqual([
      ['better', 'first-use'],
      ['contrary', 'qr'],
      ['new', 'first-use'],
      ['same', 'qr'],
    ]);
    const contrary = people.find(({ fingerprint }) => fingerprint.name === 'contrary');
    expect(contrary?.fingerprint.hex).toBe(crypto.fingerprintOf(fromText(k3)).hex);
    expect(contrary?.history.map(({ fingerprint }) => fingerprint.hex)).toContain(
      crypto.fingerprintOf(fromText(k5)).hex,
    );
    // It was taken over: the preview is not there any more.
    await expect(other.run('restoreBackup', { id: preview.id, password: null, take })).rejects.toEqual({
      code: 'backup-closed',
    });
  });

  test('carries as many earlier keys as the protocol has room for, and what is known here says more', async () => {
    const alice = await register('alice', 'native');
    const owner = idOf('alice');
    const accountId = toText(crypto.accountId({ realm: 'duet.test', name: 'bob' }));
    const bob = { name: 'bob', accountId };
    const keys: string[] = [];
    for (let i = 0; i <= crypto.EARLIER_KEYS_MAX; i += 1) {
      const identity = await crypto.createIdentity({ realm: 'duet.test', name: 'bob', engine: 'wasm' });
      keys.push(toText(identity.publicKey));
      identity.free();
    }
    for (const [at, key] of keys.entries()) {
      await alice.keystore.putPin(owner, bob, { key, trust: 'first-use' }, 1000 * (at + 1));
    }
    const backup = await alice.run('makeBackup', { password });
    const other = await device('alice', 'native');
    const first = await opened(other, backup);
    await other.run('restoreBackup', { id: first.id, password, take: [] });
    await other.online();
    const there = await alice.keystore.pin(owner, accountId);
    expect(there?.history.map(({ key }) => key)).toEqual(keys.slice(0, -1));
    // Each was pinned until the next one was seen: that is how it was, so both devices know the same.
    expect(await other.keystore.pin(owner, accountId)).toEqual(there);
    // And once more changes nothing.
    const again = await opened(other, backup);
    expect(again.people).toMatchObject([{ verdict: 'same' }]);
    await other.run('restoreBackup', { id: again.id, password: null, take: [] });
    expect(await other.keystore.pin(owner, accountId)).toEqual(there);
  });

  test('of a key that nothing can copy is not possible before the key is replaced', async () => {
    const alice = await register('alice', 'native');
    const record = await alice.keystore.identity(idOf('alice'));
    if (record?.stored.kind !== 'native') throw new Error('not native');
    // As a version kept it that made no wrapped copies.
    const { publicKey, privateKey } = record.stored;
    await alice.keystore.putIdentity({ ...record, stored: { kind: 'native', publicKey, privateKey } });
    const again = await alice.reloaded().start();
    await again.online();
    const before = keyOf('alice');
    await expect(again.run('makeBackup', { password })).rejects.toEqual({ code: 'backup-not-possible' });
    await expect(again.run('replaceKey', { password: 'not this one' })).rejects.toEqual({
      code: 'wrong-credentials',
    });
    expect(again.app?.account.stage).toBe('ready');
    await again.run('replaceKey', { password });
    await again.online();
    expect(keyOf('alice')).not.toBe(before);
    expect(await signedReplacement()).toBe(true);
    expect((await again.run('makeBackup', { password })).people).toBe(0);
  });

  test('that is cancelled was never made', async () => {
    const alice = await register('alice', 'native');
    const controller = new AbortController();
    const making = alice.engine.makeBackup({ password }, controller.signal);
    controller.abort(new Error('not now'));
    await expect(making).rejects.toThrow('not now');
  });
});

describe('a key that is replaced', () => {
  test.each(['native', 'wasm'] as const)(
    'from an open session has the word of the old one: %s',
    async (mode) => {
      const alice = await register('alice', mode);
      await alice.run('replaceKey', { password });
      await alice.online();
      expect(relay.replacements.at(-1)).not.toHaveProperty('lost');
      expect(await signedReplacement()).toBe(true);
    },
  );

  test('where it is not, is called lost', async () => {
    await register('alice', 'native');
    const other = await device('alice', 'native');
    await other.run('replaceKey', { password });
    expect(relay.replacements.at(-1)).toMatchObject({ lost: true });
    expect(await signedReplacement()).toBe(false);
  });

  test('and not taken by the relay leaves the old one in use', async () => {
    const alice = await register('alice', 'native');
    const before = keyOf('alice');
    relay.refuseKeys = true;
    await expect(alice.run('replaceKey', { password })).rejects.toEqual({ code: 'relay-unreachable' });
    await alice.online();
    relay.refuseKeys = false;
    expect(keyOf('alice')).toBe(before);
    await alice.run('replaceKey', { password });
    expect(relay.replacements.map(({ from }) => from)).toEqual([before]);
    expect(await signedReplacement()).toBe(true);
  });
});

describe('a scanned code', () => {
  test("of the other one makes the pin the strongest; anybody else's says so", async () => {
    const [alice, bob] = [await register('alice', 'native'), await register('bob', 'wasm')];
    const carol = await register('carol', 'wasm');
    await meet(alice, bob);
    const { qrText } = await bob.run('verification', undefined);
    const scanned = (text: string) => alice.run('checkQr', { text });
    const own = (await alice.run('verification', undefined)).qrText;
    expect(await scanned('https://example.org')).toBe('not-a-code');
    expect(await scanned(own)).toBe('other-person');
    const bytes = fromText(qrText.slice('PAIR1:'.length));
    // The same two people; their key, then mine, is not the one that is known.
    for (const at of [33, 97]) {
      const forged = bytes.slice();
      forged.set(fromText(keyOf('carol')), at);
      expect(await scanned(`PAIR1:${toText(forged)}`)).toBe('key-differs');
    }
    expect(alice.conversation?.trust).toBe('first-use');
    expect(await scanned(` ${qrText}\n`)).toBe('verified');
    expect(alice.conversation?.trust).toBe('qr');
    expect(await alice.keystore.pin(idOf('alice'), idOf('bob'))).toMatchObject({ trust: 'qr' });
    expect(carol.notices).toEqual([]);
  });

  test('needs somebody to compare with', async () => {
    const alice = await register('alice', 'native');
    await expect(alice.run('checkQr', { text: 'PAIR1:' })).rejects.toEqual({ code: 'not-connected' });
  });
});
