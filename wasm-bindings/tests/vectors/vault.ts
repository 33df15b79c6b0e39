/** wrap.json: envelopes under the vault secret and under passphrases, backups, generated passphrases. */
import {
  type ImportedIdentity,
  importBackup,
  type PassphraseKdf,
  restoreIdentity,
  unwrapIdentity,
  type VerifiedPeer,
  wrapIdentity,
} from '@duet-chat/crypto';
import {
  identityFromSeed,
  scriptedBackup,
  scriptedEnvelope,
  scriptedPassphrase,
  scriptedWrap,
} from '@duet-chat/crypto/testing';
import { assert, equal, hex, unhex } from '../harness.js';
import { type Case, outcome, type Runners } from './case.js';

/** Of this device: the vectors are about passphrases. */
const vaultSecret = new Uint8Array(32);

const CHEAP: PassphraseKdf = { name: 'argon2id', memoryKiB: 19_456, passes: 2 };

export const wrap: Runners = {
  wrap: async (test) => {
    const identity = await identityOf(test);
    equal(hex(identity.publicKey), test.ik, 'public key');
    const script = unhex(test.rng.join(''));
    const envelope = scriptedEnvelope(identity, { vaultSecret: unhex(test.secret), script });
    equal(hex(envelope), test.envelope, 'envelope');
  },
  unwrap: async (test) => {
    const envelope = unhex(test.envelope);
    const publicKey = new Uint8Array(32);
    publicKey.set(envelope.subarray(32, 64));
    const account = { realm: test.realm ?? 'chat.example', name: test.name ?? 'alice' };
    const stored = { kind: 'wrapped', publicKey, envelope } as const;
    await outcome(test, async () => {
      const identity = await restoreIdentity({ ...account, stored, vaultSecret: unhex(test.secret) });
      equal(hex(identity.publicKey), hex((await identityOf(test)).publicKey), 'public key');
    });
  },
  generate: (test) => {
    equal(scriptedPassphrase(unhex(test.rng.join(''))), test.shown, 'passphrase');
  },
  typed: async (test) => {
    const source = await sourceOf({
      seed: '07'.repeat(32),
      created: 0,
      realm: 'chat.example',
      name: 'alice',
    });
    await outcome(test, async () => {
      const envelope = await wrapIdentity({ ...source, passphrase: test.text, kdf: CHEAP });
      // Whoever has the passphrase itself opens what was sealed under its other spelling.
      await unwrapIdentity({ envelope, passphrase: test.passphrase, vaultSecret, engine: 'wasm' });
    });
  },
  wrap_passphrase: async (test) => {
    const { passphrase, kdf } = test;
    const script = unhex(test.rng.join(''));
    const source = await sourceOf(test);
    await outcome(test, async () =>
      equal(hex(await scriptedWrap({ ...source, passphrase, kdf, script })), test.envelope, 'envelope'),
    );
  },
  unwrap_passphrase: async (test) => {
    const { passphrase } = test;
    const open = () =>
      unwrapIdentity({ envelope: unhex(test.envelope), passphrase, vaultSecret, engine: 'wasm' });
    // The core's exact door refuses a generated passphrase in lower case; the package takes what people type.
    if (/^[0-9a-z]{20}$/.test(passphrase)) {
      assert(test.result === 'invalid', 'another spelling');
      await open();
      return;
    }
    await outcome(test, async () => same(await open(), test));
  },
  backup: async (test) => {
    const { passphrase, kdf } = test;
    const script = unhex(test.rng.join(''));
    const source = await sourceOf(test);
    const peers = test.peers.map(peerFromVector);
    await outcome(test, async () =>
      equal(
        hex(await scriptedBackup({ ...source, passphrase, kdf, peers, script })),
        test.envelope,
        'envelope',
      ),
    );
  },
  restore: async (test) => {
    const backup = unhex(test.envelope);
    await outcome(test, async () => {
      const found = await importBackup({ backup, passphrase: test.passphrase, vaultSecret, engine: 'wasm' });
      await same(found, test);
      equal(found.peers, test.peers.map(peerFromVector), 'people');
    });
  },
};

function identityOf({ realm = 'chat.example', name = 'alice', seed, created }: Case) {
  return identityFromSeed({ realm, name, seed: unhex(seed), created, engine: 'wasm' });
}

/** A stored identity as an export wants it. */
async function sourceOf(test: Case) {
  const identity = await identityOf(test);
  return { stored: identity.store(vaultSecret), account: identity.account, vaultSecret };
}

async function same(found: ImportedIdentity, test: Case): Promise<void> {
  equal(found.identity.account, { realm: test.realm, name: test.name }, 'account');
  equal(hex(found.identity.publicKey), hex((await identityOf(test)).publicKey), 'public key');
  equal(found.created, test.created, 'created');
}

function peerFromVector({ name, publicKey, state, firstSeen, earlier }: Case): VerifiedPeer {
  const old = earlier.map((key: Case) => ({
    publicKey: unhex(key.publicKey),
    state: key.state,
    firstSeen: key.firstSeen,
  }));
  return { name, publicKey: unhex(publicKey), state, firstSeen, earlier: old };
}
