// Two people, one secret conversation and a file, in one process: `node examples/two-people.mjs` after `npm run build`.
// In an application every `send` below is a WebSocket message through a relay.
import {
  capabilities,
  createIdentity,
  createIncomingFile,
  createListener,
  createOffer,
  createOutgoingFile,
  randomBytes,
  ready,
} from '@duet-chat/crypto';

const print = (line) => process.stdout.write(`${line}\n`);

await ready();
for (const [operation, { auto, reason }] of Object.entries(capabilities().operations)) {
  print(`${operation}: ${auto}${reason === undefined ? '' : ` (${reason})`}`);
}

// Each on their own device. What is stored is `identity.store()`.
const realm = 'chat.example';
const alice = await createIdentity({ realm, name: 'alice' });
const bob = await createIdentity({ realm, name: 'bob' });

// Bob is online: his run has a random name, which the relay hands out with his online status.
const presence = randomBytes(16);
const listener = createListener({ identity: bob, presence });

// Alice calls. She knows Bob's key from her pins, or from the directory the first time.
const offer = await createOffer({
  identity: alice,
  peer: { accountId: bob.accountId, publicKey: bob.publicKey },
  presence,
});

// It rings at Bob's. `from` is what the relay says, `pin` what Bob knows.
const incoming = await listener.receive({ frame: offer.frame, from: alice.accountId, pin: undefined });
const pending = await incoming.accept();

const { confirm, session: atAlice } = await offer.accept({ frame: pending.frame, from: bob.accountId });
const { ready: first, session: atBob } = await pending.confirm({ frame: confirm, from: alice.accountId });
atAlice.receive(first);
print(`secure: ${atAlice.secure && atBob.secure}`);
print(`both see ${atAlice.sas.map(({ emoji, en }) => `${emoji} ${en}`).join(', ')}`);

const { frame } = atAlice.send({ type: 'text', text: 'Hello, Bob.', reply: null });
print(`${frame.length} bytes for the relay; Bob reads: ${atBob.receive(frame).content.text}`);

// A file: its key goes in a message, its bytes in frames that the receiver asks for by number.
const outgoing = createOutgoingFile({
  source: new Blob([randomBytes(3_000_000)]),
  name: 'holiday.raw',
  mediaType: 'application/octet-stream',
});
const announced = atBob.receive(atAlice.send({ type: 'file', descriptor: outgoing.descriptor }).frame);
const wanted = createIncomingFile({ descriptor: announced.content.descriptor });
let received = 0;
for (let index = 0; index < wanted.chunks; index += 64) {
  const count = Math.min(64, wanted.chunks - index);
  const { bytes } = await wanted.open(await outgoing.frame(index, count));
  received += bytes.length;
}
print(`${announced.content.descriptor.name}: ${received} of ${wanted.size} bytes`);

for (const held of [outgoing, wanted, atAlice, atBob, alice, bob, listener]) held.free();
