/** `age-encryption` (typage): files for an X25519 key that JavaScript cannot read. */
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { equal, pattern, sameBytes, type Test } from '../harness.js';
import { outcomeOf } from '../subtle/outcome.js';

async function fileFor(identity: string | CryptoKey, other: string | CryptoKey): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const file = await encrypter.encrypt(pattern(100_000));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  sameBytes(await decrypter.decrypt(file), pattern(100_000));
  const stranger = new Decrypter();
  stranger.addIdentity(other);
  equal(await outcomeOf(() => stranger.decrypt(file)), 'refused: Error');
}

const unreadable = async (): Promise<CryptoKey> => {
  const made = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  return made.privateKey;
};

export const ageTests: readonly Test[] = [
  {
    name: 'a file for an identity as text',
    run: async () => fileFor(await generateX25519Identity(), await generateX25519Identity()),
  },
  // Of such a key the library has no other way than `crypto.subtle`.
  {
    name: 'a file for a key that is not extractable',
    run: async () => fileFor(await unreadable(), await unreadable()),
  },
];
