// A text that arrives with the call: Bob reads it before he accepts.
import {
  createIdentity,
  createListener,
  createOffer,
  DuetError,
  randomBytes,
  ready,
} from '@duet-chat/crypto';

const print = (...parts) => process.stdout.write(`${parts.join(' ')}\n`);

await ready();
const realm = 'chat.example';
const alice = await createIdentity({ realm, name: 'alice' });
const bob = await createIdentity({ realm, name: 'bob' });
const [asAlice, asBob] = [alice, bob].map(({ accountId, publicKey }) => ({ accountId, publicKey }));

// Bob is online: he gives the relay one-time prekeys. Their secrets never leave his listener.
const presence = randomBytes(16);
const listener = createListener({ identity: bob, presence });
const relay = await listener.publishPrekeys(10);

// Alice takes one and can write at once. Without a prekey she calls with an offer and writes afterwards.
const offer = await createOffer({ identity: alice, peer: asBob, presence, prekey: relay.shift() });
const early = offer.sendEarly({ type: 'text', text: 'It is Alice. Have you got a minute?', reply: null });

// Bob's device rings. What it shows is a message request: nothing is confirmed until Bob accepts.
const from = asAlice.accountId;
const incoming = await listener.receive({ frame: offer.frame, from });
const request = incoming.receiveEarly({ frame: early.frame, from });
print('message request:', request.content.text);

// From here on it is a session like any other, and the first text is its number 0.
const pending = await incoming.accept();
const { confirm, session: a } = await offer.accept({ frame: pending.frame, from: asBob.accountId });
const { ready: first, session: b } = await pending.confirm({ frame: confirm, from });
a.receive(first);
print('secure:', a.secure, '· early texts that came:', b.early.received, 'of', b.early.sent);

// A prekey works once. Whoever comes too late with it is told so, under Bob's signature, and calls with an offer.
const prekey = relay.shift();
const [one, two] = [
  await createOffer({ identity: alice, peer: asBob, presence, prekey }),
  await createOffer({ identity: alice, peer: asBob, presence, prekey }),
];
await listener.receive({ frame: one.frame, from });
try {
  await listener.receive({ frame: two.frame, from });
} catch (error) {
  if (!(error instanceof DuetError) || error.code !== 'E_PREKEY_UNKNOWN') throw error;
  const end = await listener.declineUnknownPrekey({ frame: two.frame, from });
  const reason = await two.verifyEnd({ frame: end, from: asBob.accountId });
  print(`too late: ${error.code}, and Alice hears: ${reason}`);
}
