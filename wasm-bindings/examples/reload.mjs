// A session that survives a reload, and notices an older copy of itself.
import {
  createIdentity,
  createListener,
  createOffer,
  DuetError,
  randomBytes,
  ready,
  restoreSession,
} from '@duet-chat/crypto';

const print = (...parts) => process.stdout.write(`${parts.join(' ')}\n`);

await ready();
const realm = 'chat.example';
const alice = await createIdentity({ realm, name: 'alice' });
const bob = await createIdentity({ realm, name: 'bob' });
const [asAlice, asBob] = [alice, bob].map(({ accountId, publicKey }) => ({ accountId, publicKey }));

const presence = randomBytes(16);
const listener = createListener({ identity: bob, presence });
const offer = await createOffer({ identity: alice, peer: asBob, presence });
const incoming = await listener.receive({ frame: offer.frame, from: asAlice.accountId });
const pending = await incoming.accept();
const { confirm, session: a } = await offer.accept({ frame: pending.frame, from: asBob.accountId });
const { ready: first, session: b } = await pending.confirm({ frame: confirm, from: asAlice.accountId });
a.receive(first);

// Saved under a secret: after a frame was made or read, and before it is sent or shown.
const secret = randomBytes(32);
const old = a.save(secret);
b.receive(a.send({ type: 'text', text: 'Until later.', reply: null }).frame);
const record = a.save(secret);
const revision = a.revision; // keep it where an older record cannot bring it back
a.free();

// After the reload.
const { session } = restoreSession({ identity: alice, record, secret, minimumRevision: revision });
const { frame } = session.send({ type: 'text', text: 'Where were we?', reply: null });
print('after the reload:', b.receive(frame).content.text);

// With an older record it would seal two messages under one key.
try {
  restoreSession({ identity: alice, record: old, secret, minimumRevision: revision });
} catch (error) {
  if (!(error instanceof DuetError)) throw error;
  print('an older copy:', error.code);
}

// A session lives for a day at most: the one who called renews it in time, and the other accepts without asking.
print('renewal:', session.renewal(), '· tomorrow:', session.renewal(Date.now() + 86_400_000));
