// A key that no script can read, and still a backup: made when the identity is, opened with a passphrase.
import {
  createIdentity,
  exportBackup,
  generatePassphrase,
  importBackup,
  mergePeers,
  ready,
  splitPassword,
} from '@duet-chat/crypto';

const print = (...parts) => process.stdout.write(`${parts.join(' ')}\n`);

await ready();
const account = { realm: 'chat.example', name: 'alice' };

// The password never goes to the relay: one secret of it does, the other one stays and wraps what is kept.
const { vaultSecret } = await splitPassword({ ...account, password: 'correct horse battery staple' });
const alice = await createIdentity({ ...account, vaultSecret });
const stored = alice.store(vaultSecret); // goes into IndexedDB as it is

// Alice has compared fingerprints with Bob.
const bob = await createIdentity({ realm: account.realm, name: 'bob' });
const known = [{ name: 'bob', publicKey: bob.publicKey, state: 'compared', firstSeen: Date.now() }];

// A backup asks for the password again, and takes a passphrase that is shown once. In a page, do this in a worker:
// stretching the passphrase keeps its thread busy for some hundred milliseconds.
const passphrase = generatePassphrase();
const backup = await exportBackup({
  stored,
  account,
  vaultSecret,
  passphrase,
  peers: known,
  onProgress: ({ done, total }) => print(`backup: ${done} of ${total}`),
});
print(`${backup.length} bytes, passphrase of ${passphrase.length} characters`);

// On the new phone, typed from paper.
const typed = passphrase.toLowerCase().replaceAll('-', ' ');
const moved = await importBackup({ backup, passphrase: typed, vaultSecret });
print('the same person:', moved.identity.fingerprint().hex === alice.fingerprint().hex);

// Bob's key there is not lost, and not overwritten if the phone knows another one.
const { peers, conflicts } = mergePeers({ realm: account.realm, known: [], imported: moved.peers });
print(
  'people:',
  peers.map(({ name, state }) => `${name} (${state})`).join(', '),
  '· conflicts:',
  conflicts.length,
);
