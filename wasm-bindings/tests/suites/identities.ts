/** Identities: where keys are, what is stored, what is signed. */
import {
  accountId,
  createIdentity,
  randomBytes,
  restoreIdentity,
  type StoredIdentity,
  splitPassword,
} from '@duet-chat/crypto';
import { assert, equal, hex, refused, type Suite, type Test } from '../harness.js';

const ACCOUNT = { realm: 'chat.example', name: 'alice' };

export const identities: Suite = ({ engines }) => {
  const tests: Test[] = [];
  const add = (name: string, run: () => Promise<void>) => tests.push({ name, run });

  if (engines.includes('native')) {
    add('a native key cannot be read, and survives storage', async () => {
      const identity = await createIdentity({ ...ACCOUNT, engine: 'native' });
      const stored = identity.store();
      assert(stored.kind === 'native', 'kind');
      equal(stored.privateKey.extractable, false);
      await crypto.subtle.exportKey('pkcs8', stored.privateKey).then(
        () => assert(false, 'the key was exported'),
        () => undefined,
      );
      // What IndexedDB does to a value.
      const kept = structuredClone(stored) as StoredIdentity;
      const restored = await restoreIdentity({ ...ACCOUNT, stored: kept });
      equal([restored.engine, hex(restored.publicKey)], ['native', hex(identity.publicKey)]);
      const login = { challenge: randomBytes(32), presence: randomBytes(16), token: 'a.b.c' };
      equal(hex(await restored.signLogin(login)), hex(await identity.signLogin(login)), 'LOGIN');
      await refused('E_ENGINE_UNAVAILABLE', () => restoreIdentity({ ...ACCOUNT, stored, engine: 'wasm' }));
    });

    add('only a non-extractable Ed25519 key is taken back', async () => {
      const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
      const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
      for (const privateKey of [pair.privateKey, pair.publicKey]) {
        await refused('E_ARGUMENT', () =>
          restoreIdentity({ ...ACCOUNT, stored: { kind: 'native', publicKey, privateKey } }),
        );
      }
    });
  }

  add('a wasm key is stored under the vault secret only', async () => {
    const identity = await createIdentity({ ...ACCOUNT, engine: 'wasm' });
    await refused('E_VAULT_SECRET', () => identity.store());
    const { vaultSecret } = await splitPassword({ ...ACCOUNT, password: 'correct horse battery' });
    const stored = structuredClone(identity.store(vaultSecret)) as StoredIdentity;
    assert(stored.kind === 'wrapped', 'kind');
    const restored = await restoreIdentity({ ...ACCOUNT, stored, vaultSecret });
    equal([restored.engine, hex(restored.publicKey)], ['wasm', hex(identity.publicKey)]);
    await refused('E_VAULT_SECRET', () => restoreIdentity({ ...ACCOUNT, stored }));
    await refused('E_VAULT', () => restoreIdentity({ ...ACCOUNT, stored, vaultSecret: randomBytes(32) }));
    await refused('E_VAULT', () => restoreIdentity({ ...ACCOUNT, name: 'bob', stored, vaultSecret }));
    await refused('E_ENGINE_UNAVAILABLE', () =>
      restoreIdentity({ ...ACCOUNT, stored, vaultSecret, engine: 'native' }),
    );
    const envelope = stored.envelope.slice();
    envelope[100] = (envelope[100] ?? 0) ^ 1;
    await refused('E_VAULT', () =>
      restoreIdentity({ ...ACCOUNT, stored: { ...stored, envelope }, vaultSecret }),
    );
    assert(hex(identity.store(vaultSecret).publicKey) === hex(stored.publicKey), 'public key');
  });

  add('the two secrets of a password have nothing in common', async () => {
    const reports: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => reports.push(done / total);
    const secrets = await splitPassword({ ...ACCOUNT, password: 'correct horse battery', onProgress });
    equal(reports, [0, 1]);
    assert(/^[A-Za-z0-9_-]{43}$/.test(secrets.loginSecret), 'base64url');
    equal(secrets.vaultSecret.length, 32);
    await refused('E_PASSWORD_LENGTH', () => splitPassword({ ...ACCOUNT, password: 'sieben7' }));
  });

  add('accounts', async () => {
    equal(accountId(ACCOUNT).length, 32);
    await refused('E_REALM', () => accountId({ realm: 'Chat.Example', name: 'alice' }));
    await refused('E_ACCOUNT_NAME', () => accountId({ realm: 'chat.example', name: '' }));
    await refused('E_REALM', () => createIdentity({ realm: '', name: 'alice' }));
    // NFC: a decomposed name is the same account.
    equal(
      hex(accountId({ realm: 'chat.example', name: 'zoe\u0308' })),
      hex(accountId({ realm: 'chat.example', name: 'zo\u00eb' })),
    );
  });

  for (const engine of engines) {
    add(`an old key agrees to a new one (${engine})`, async () => {
      const [old, next] = [
        await createIdentity({ ...ACCOUNT, engine }),
        await createIdentity({ ...ACCOUNT, engine }),
      ];
      equal((await old.signReplacement(next.publicKey)).length, 64);
      await refused('E_ED25519_KEY', () => old.signReplacement(new Uint8Array(32)));
      await refused('E_TOKEN_FORMAT', () =>
        old.signLogin({ challenge: randomBytes(32), presence: randomBytes(16), token: 'a b' }),
      );
    });
  }
  return tests;
};
