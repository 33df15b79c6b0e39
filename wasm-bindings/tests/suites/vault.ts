/** Backups: what goes in comes out, on either engine, and nothing else opens. */
import {
  createIdentity,
  type EngineName,
  type ExportBackupOptions,
  exportBackup,
  generatePassphrase,
  type Identity,
  importBackup,
  mergePeers,
  type PinState,
  type Progress,
  randomBytes,
  restoreIdentity,
  type StoredIdentity,
  unwrapIdentity,
  type VerifiedPeer,
  wrapIdentity,
} from '@duet-chat/crypto';
import { assert, equal, hex, pairs, refused, type Suite, type Test } from '../harness.js';

const ACCOUNT = { realm: 'chat.example', name: 'alice' };

/** The cheapest that the protocol allows: the defaults are the vectors' to test. */
const KDF = { name: 'argon2id', memoryKiB: 19_456, passes: 2 } as const;

async function peer(name: string, state: PinState, firstSeen: number): Promise<VerifiedPeer> {
  const identity = await createIdentity({ realm: ACCOUNT.realm, name, engine: 'wasm' });
  return { name, publicKey: identity.publicKey, state, firstSeen };
}

/** A key that signs and one that verifies are one pair: LOGIN is signed and refused or not by nobody here. */
async function signs(identity: Identity): Promise<string> {
  const login = { challenge: new Uint8Array(32), presence: new Uint8Array(16), token: 'a.b.c' };
  return hex(await identity.signLogin(login));
}

async function source(engine: EngineName, passphrase: string) {
  const vaultSecret = randomBytes(32);
  const identity = await createIdentity({ ...ACCOUNT, engine, vaultSecret });
  const stored = structuredClone(identity.store(vaultSecret)) as StoredIdentity;
  const peers = [await peer('bob', 'qr', 5), await peer('zoë', 'first-use', 2 ** 52)];
  const options: ExportBackupOptions = { stored, account: ACCOUNT, vaultSecret, passphrase, peers, kdf: KDF };
  return { identity, options };
}

export const vault: Suite = ({ engines }) => {
  const tests: Test[] = [];
  const add = (name: string, run: () => Promise<void>) => tests.push({ name, run });

  for (const [from, to] of pairs(engines)) {
    add(`a backup of a ${from} identity comes back as a ${to} one`, async () => {
      const passphrase = generatePassphrase();
      const { identity, options } = await source(from, passphrase);
      const backup = await exportBackup(options);
      const typed = passphrase.toLowerCase().replaceAll('-', ' ');
      const vaultSecret = randomBytes(32);
      const found = await importBackup({ backup, passphrase: typed, vaultSecret, engine: to });
      equal([found.identity.engine, found.identity.account], [to, ACCOUNT]);
      equal(hex(found.identity.publicKey), hex(identity.publicKey));
      equal(await signs(found.identity), await signs(identity), 'signatures');
      equal(
        found.peers,
        options.peers.map((known) => ({ ...known, earlier: [] })),
      );
      assert(Math.abs(found.created - Date.now()) < 3_600_000, 'when it was made');

      // It is a full identity there: it can be stored, restored and exported again.
      equal(found.stored.kind, to === 'native' ? 'native' : 'wrapped');
      const restored = await restoreIdentity({ ...ACCOUNT, stored: found.stored, vaultSecret });
      const again = { ...options, stored: restored.store(vaultSecret), vaultSecret, peers: found.peers };
      const second = await importBackup({
        backup: await exportBackup(again),
        passphrase,
        vaultSecret,
        engine: from,
      });
      equal([second.created, hex(second.identity.publicKey)], [found.created, hex(identity.publicKey)]);
    });
  }

  for (const engine of engines) {
    add(`a backup opens with its passphrase and nothing else (${engine})`, async () => {
      const passphrase = generatePassphrase();
      const { options } = await source(engine, passphrase);
      const backup = await exportBackup(options);
      const opening = { passphrase, vaultSecret: randomBytes(32), engine };
      await refused('E_VAULT', () => importBackup({ ...opening, backup, passphrase: generatePassphrase() }));
      for (const at of [0, 4, 5, 20, 40, 70, 100, backup.length - 1]) {
        const damaged = backup.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        await refused('E_VAULT', () => importBackup({ ...opening, backup: damaged }));
      }
      await refused('E_VAULT', () => importBackup({ ...opening, backup: backup.subarray(0, 90) }));
      await refused('E_VAULT', () => unwrapIdentity({ ...opening, envelope: backup }));
      await refused('E_VAULT', () => exportBackup({ ...options, vaultSecret: randomBytes(32) }));
      await refused('E_VAULT', () => exportBackup({ ...options, account: { ...ACCOUNT, name: 'bob' } }));
    });

    add(`an identity alone (${engine})`, async () => {
      const { identity, options } = await source(engine, 'Grüße, 1984');
      const kdf = { name: 'pbkdf2' } as const;
      const envelope = await wrapIdentity({ ...options, kdf });
      const { vaultSecret } = options;
      const found = await unwrapIdentity({ envelope, passphrase: 'Gru\u0308ße, 1984', vaultSecret, engine });
      equal(hex(found.identity.publicKey), hex(identity.publicKey));
      assert(!('peers' in found), 'nothing but the identity');
      await refused('E_VAULT', () =>
        importBackup({ backup: envelope, passphrase: 'Grüße, 1984', vaultSecret, engine }),
      );
    });

    add(`inputs are copied, progress is told, and a call can be cancelled (${engine})`, async () => {
      const passphrase = generatePassphrase();
      const { options } = await source(engine, passphrase);
      const reports: Progress[] = [];
      const given = { ...options, vaultSecret: options.vaultSecret.slice(), peers: [...options.peers] };
      const sealing = exportBackup({ ...given, onProgress: (progress) => reports.push(progress) });
      // The work has not begun: whoever reported this can paint it.
      equal(reports, [{ done: 0, total: 1 }]);
      given.vaultSecret.fill(0);
      given.peers.length = 0;
      const backup = await sealing;
      equal(reports, [
        { done: 0, total: 1 },
        { done: 1, total: 1 },
      ]);
      const opening = { backup: backup.slice(), passphrase, vaultSecret: randomBytes(32), engine };
      const importing = importBackup(opening);
      opening.backup.fill(0);
      equal((await importing).peers.length, 2);

      const controller = new AbortController();
      const cancelled = importBackup({ ...opening, backup, signal: controller.signal });
      controller.abort(new Error('changed my mind'));
      const reason = await cancelled.catch((error: Error) => error.message);
      equal(reason, 'changed my mind');
      const aborted = await exportBackup({ ...options, signal: controller.signal }).catch(
        (error: Error) => error.message,
      );
      equal(aborted, 'changed my mind');
    });
  }

  if (engines.includes('native')) {
    add('a native key that was made without a vault secret cannot be exported', async () => {
      const identity = await createIdentity({ ...ACCOUNT, engine: 'native' });
      const { options } = await source('native', 'any passphrase');
      const error = await refused('E_NOT_EXPORTABLE', () =>
        exportBackup({ ...options, stored: identity.store() }),
      );
      equal(error.class, 'package');
    });

    add('a native key with an envelope cannot be read out either', async () => {
      const vaultSecret = randomBytes(32);
      const identity = await createIdentity({ ...ACCOUNT, engine: 'native', vaultSecret });
      const stored = identity.store();
      assert(stored.kind === 'native' && stored.envelope !== undefined, 'an envelope');
      equal(stored.privateKey.extractable, false);
      // The envelope stays with the identity when it was restored.
      const restored = await restoreIdentity({ ...ACCOUNT, stored });
      equal(restored.store().envelope, stored.envelope);
      // And it holds this very key: opened by itself, it is a wasm identity that signs the same.
      const { publicKey, envelope } = stored;
      const opened = await restoreIdentity({
        ...ACCOUNT,
        stored: { kind: 'wrapped', publicKey, envelope },
        vaultSecret,
      });
      equal(await signs(opened), await signs(identity));
    });
  }

  add('what a backup cannot hold is refused before any work', async () => {
    const { options } = await source('wasm', 'any passphrase');
    const any = (value: unknown) => value as never;
    const reports: Progress[] = [];
    const [bob] = options.peers;
    assert(bob !== undefined, 'bob');
    await refused('E_VAULT_PEERS', () => exportBackup({ ...options, peers: [bob, bob] }));
    await refused('E_ARGUMENT', () =>
      exportBackup({ ...options, peers: [{ ...bob, state: any('friend') }] }),
    );
    await refused('E_ARGUMENT', () => exportBackup({ ...options, peers: [{ ...bob, firstSeen: -1 }] }));
    await refused('E_ED25519_KEY', () =>
      exportBackup({ ...options, peers: [{ ...bob, publicKey: new Uint8Array(32) }] }),
    );
    await refused('E_ACCOUNT_NAME', () => exportBackup({ ...options, peers: [{ ...bob, name: '' }] }));
    await refused('E_ARGUMENT', () => exportBackup({ ...options, peers: any('bob') }));
    for (const kdf of [
      { name: 'argon2id', memoryKiB: 19_455 },
      { name: 'argon2id', memoryKiB: 1_048_577 },
      { name: 'argon2id', passes: 1 },
      { name: 'argon2id', lanes: 5 },
      { name: 'pbkdf2', iterations: 599_999 },
      { name: 'pbkdf2', iterations: 10_000_001 },
    ] as const) {
      await refused('E_VAULT_COST', () => exportBackup({ ...options, kdf }));
    }
    await refused('E_ARGUMENT', () => exportBackup({ ...options, kdf: any({ name: 'scrypt' }) }));
    await refused('E_PASSPHRASE', () => exportBackup({ ...options, passphrase: '' }));
    await refused('E_PASSPHRASE', () => exportBackup({ ...options, passphrase: 'x'.repeat(1_025) }));
    await refused('E_ARGUMENT', () => exportBackup({ ...options, passphrase: any(7) }));
    await refused('E_ARGUMENT', () => exportBackup({ ...options, vaultSecret: new Uint8Array(31) }));
    await refused('E_VAULT_SECRET', () =>
      importBackup({
        backup: new Uint8Array(200),
        passphrase: 'any',
        engine: 'wasm',
        onProgress: (progress) => reports.push(progress),
      }),
    );
    equal(reports, [], 'nothing was begun');
  });

  add('a generated passphrase has 100 bits in four groups', async () => {
    const made = generatePassphrase();
    assert(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/.test(made), made);
    assert(made !== generatePassphrase(), 'another one each time');
  });

  add('people of a backup never overwrite a key that was checked', async () => {
    const { realm } = ACCOUNT;
    const [bob, other] = [await peer('bob', 'compared', 10), await peer('bob', 'qr', 5)];
    const carol = await peer('carol', 'first-use', 7);
    const known = { ...bob, earlier: [] };
    equal(mergePeers({ realm, known: [bob], imported: [other] }), {
      peers: [known],
      conflicts: [{ known, imported: { ...other, earlier: [] } }],
    });
    // The same key: the better state and the earlier time.
    equal(mergePeers({ realm, known: [bob], imported: [{ ...bob, state: 'sas', firstSeen: 3 }] }), {
      peers: [{ ...known, state: 'sas', firstSeen: 3 }],
      conflicts: [],
    });
    const { peers, conflicts } = mergePeers({ realm, known: [bob], imported: [carol] });
    equal([peers.map(({ name }) => name).sort(), conflicts], [['bob', 'carol'], []]);
    // Ours was never checked, the backup's was: ours becomes history.
    const unsure = { ...bob, state: 'first-use' } as const;
    const replaced = mergePeers({ realm, known: [unsure], imported: [other] }).peers[0];
    equal(hex(replaced?.publicKey ?? new Uint8Array(0)), hex(other.publicKey));
    equal(replaced?.earlier, [{ publicKey: bob.publicKey, state: 'first-use', firstSeen: 10 }]);
    await refused('E_ARGUMENT', () => mergePeers({ realm, known: [bob, other], imported: [] }));
    await refused('E_REALM', () => mergePeers({ realm: 'Chat', known: [], imported: [] }));
  });
  return tests;
};
