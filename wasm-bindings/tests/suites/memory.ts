/** What is left of secrets in the module's memory. JavaScript's own copies are out of reach, and out of this. */
import {
  createIdentity,
  createIncomingFile,
  createOutgoingFile,
  generatePassphrase,
  randomBytes,
  restoreIdentity,
  restoreSession,
  sealFile,
  splitPassword,
} from '@duet-chat/crypto';
import { countInMemory } from '@duet-chat/crypto/testing';
import { assert, collect, type Environment, equal, type Suite } from '../harness.js';
import { meet } from '../people.js';

const utf8 = new TextEncoder();

/** Nothing of it is left. A part is searched for: whoever has a part of a key has most of it. */
function gone(secret: Uint8Array, what: string): void {
  equal(countInMemory(secret.subarray(0, 16)), 0, `copies of ${what}`);
}

export const memory: Suite = ({ engines }: Environment) => [
  {
    name: 'the search finds what is there',
    run: async () => {
      const identity = await createIdentity({ realm: 'chat.example', name: 'ida', engine: 'wasm' });
      assert(countInMemory(identity.publicKey) > 0, 'a public key of a living object');
      identity.free();
    },
  },
  ...engines.flatMap((engine) => [
    {
      name: `a file key and a piece of the file are gone after free, ${engine}`,
      run: async () => {
        const source = new Blob([randomBytes(40_000)]);
        const outgoing = createOutgoingFile({ source, name: 'f', mediaType: 'text/plain', engine });
        const key = outgoing.descriptor.key.slice();
        const incoming = createIncomingFile({ descriptor: outgoing.descriptor, engine });
        const { bytes } = await incoming.open(await outgoing.frame(0, outgoing.chunks));
        outgoing.free();
        incoming.free();
        gone(key, 'the file key');
        gone(bytes, 'the file');
        const sealed = sealFile({ source, engine });
        await collect(sealed.stream);
        gone(sealed.key, 'the key of a whole file');
      },
    },
    {
      name: `of a session nothing is left: its texts, and the secret of its record, ${engine}`,
      run: async () => {
        const { a, b, alice, bob } = await meet(engine, engine);
        const text = `a text that nobody else has: ${randomBytes(16)}`;
        const { content } = b.receive(a.send({ type: 'text', text, reply: null }).frame);
        equal(content.type === 'text' && content.text, text);
        const secret = randomBytes(32);
        const record = a.save(secret);
        const { session } = restoreSession({ record, secret, minimumRevision: 1 });
        for (const held of [session, a, b, alice.identity, bob.identity]) held.free();
        gone(secret, 'the secret of the record');
        gone(utf8.encode(text), 'the text');
      },
    },
  ]),
  {
    name: 'what a password and a passphrase become',
    run: async () => {
      const password = 'correct horse battery staple';
      const secrets = await splitPassword({ realm: 'chat.example', name: 'ida', password });
      gone(secrets.vaultSecret, 'the vault secret');
      gone(utf8.encode(secrets.loginSecret), 'the login secret');
      gone(utf8.encode(password), 'the password');
      const identity = await createIdentity({ realm: 'chat.example', name: 'ida', engine: 'wasm' });
      const stored = identity.store(secrets.vaultSecret);
      const same = await restoreIdentity({
        realm: 'chat.example',
        name: 'ida',
        stored,
        vaultSecret: secrets.vaultSecret,
        engine: 'wasm',
      });
      for (const held of [identity, same]) held.free();
      gone(secrets.vaultSecret, 'the vault secret, after it was used');
      gone(utf8.encode(generatePassphrase()), 'a passphrase');
    },
  },
];
