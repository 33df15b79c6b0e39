// A conversation through a relay: `node --experimental-websocket examples/relay.mjs http://localhost:8080`, or as a module of a
// page that the relay's own site has. In a product `refresh` gives tokens after a reload.
import { createClient, createIdentity, randomBytes, ready, splitPassword } from '@duet-chat/crypto';
import { connect, findKey, findUsers, register, relayConfig } from '@duet-chat/crypto/relay';

const url = globalThis.location?.origin ?? process.argv[2];
const page = globalThis.document?.body;
const print = (line) => (page ? page.append(`${line}\n`) : process.stdout.write(`${line}\n`));

await ready();
const { realm } = await relayConfig({ url });

/** Somebody with an account, an identity, and a client that is online. */
async function person(name, password) {
  const { loginSecret } = await splitPassword({ realm, name, password });
  const identity = await createIdentity({ realm, name });
  const { accessToken } = await register({ url, name, loginSecret, publicKey: identity.publicKey });
  const client = createClient({ identity });
  await connect({ url, client, token: async () => accessToken }).online;
  return { client, accessToken };
}

const suffix = Array.from(randomBytes(4), (byte) => byte.toString(16)).join('');
const alice = await person(`alice-${suffix}`, 'correct horse battery');
const bob = await person(`bob-${suffix}`, 'staple correct horse');

// Bob takes every call, and answers. What came with it was there before: show that as a request.
bob.client.addEventListener('message', ({ detail }) => print(`Bob reads: ${detail.body.text}`));
bob.client.addEventListener('incoming', async ({ detail }) => {
  const caller = await findKey({ url, accessToken: bob.accessToken, accountId: detail.account });
  bob.client.accept(caller.name).text('Hello, Alice.');
});

// Alice looks Bob up, calls, and says something at once. She leaves when both have been heard.
const [found] = await findUsers({ url, accessToken: alice.accessToken, prefix: `bob-${suffix}` });
const conversation = alice.client.call(await findKey({ url, accessToken: alice.accessToken, ...found }));
conversation.text('Hello, Bob.');
const awaited = new Set(['delivered', 'message']);
for await (const event of alice.client) {
  if (event.type === 'status') print(`Alice's text: ${event.status}`);
  if (event.type === 'message') {
    print(
      `Alice reads: ${event.body.text}, and both see ${conversation.sas.emoji.map(({ en }) => en).join(', ')}`,
    );
  }
  if (awaited.delete(event.status ?? event.type) && awaited.size === 0) conversation.leave();
  if (event.type === 'ended') break;
}
for (const { client } of [alice, bob]) client.free();
