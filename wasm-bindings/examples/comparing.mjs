// Are there only two of us? Four ways to find out; each compares the whole keys.
import {
  createIdentity,
  createListener,
  createOffer,
  fingerprintOf,
  qrText,
  randomBytes,
  ready,
  safetyCode,
  verifyQrText,
} from '@duet-chat/crypto';

const print = (...parts) => process.stdout.write(`${parts.join(' ')}\n`);

await ready();
const realm = 'chat.example';
const alice = await createIdentity({ realm, name: 'alice' });
const bob = await createIdentity({ realm, name: 'bob' });
const [asAlice, asBob] = [alice, bob].map(({ accountId, publicKey }) => ({ accountId, publicKey }));

// 1. Fingerprints: Bob reads his aloud, Alice looks at what she has for Bob.
const rows = fingerprintOf(asBob.publicKey).emoji;
for (const row of [rows.slice(0, 4), rows.slice(4, 8), rows.slice(8)]) {
  print(row.map(({ emoji, en }) => `${emoji} ${en}`).join('  '));
}

// 2. Sixty digits that are the same on both sides, for the phone.
const code = await safetyCode({ mine: asAlice, theirs: asBob });
print('safety code:', code.match(/.{5}/g).join(' '));
print('same for Bob:', code === (await safetyCode({ mine: asBob, theirs: asAlice })));

// 3. Alice's phone shows a code, Bob's scans it. A code of anybody else throws E_QR_MISMATCH.
verifyQrText({ text: qrText({ mine: asAlice, theirs: asBob }), mine: asBob, theirs: asAlice });
print('scanned: it is Alice');

// 4. Four emoji of this very session: nobody can choose them.
const presence = randomBytes(16);
const listener = createListener({ identity: bob, presence });
const offer = await createOffer({ identity: alice, peer: asBob, presence });
const incoming = await listener.receive({ frame: offer.frame, from: asAlice.accountId });
const pending = await incoming.accept();
const { confirm, session: a } = await offer.accept({ frame: pending.frame, from: asBob.accountId });
const { session: b } = await pending.confirm({ frame: confirm, from: asAlice.accountId });
const shown = ({ sas }) => sas.map(({ emoji }) => emoji).join(' ');
print('both see the same four:', shown(a) === shown(b));
