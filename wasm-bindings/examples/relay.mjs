// A conversation through a relay: `node --experimental-websocket examples/relay.mjs http://localhost:8080`. In a page nothing
// of it is different, but that `refresh` gives tokens after a reload.
import { createClient, createIdentity, randomBytes, ready, splitPassword } from '@duet-chat/crypto';
import { connect, findKey, findUsers, register, relayConfig } from '@duet-chat/crypto/relay';

const url = process.argv[2];
const print = (line) => process.stdout.write(`${line}\n`);

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

// Bob takes every call, reads what comes, and answers.
bob.client.addEventListener('incoming', async ({ detail }) => {
  const caller = await findKey({ url, accessToken: bob.accessToken, accountId: detail.account });
  bob.client.accept(caller.name);
});
bob.client.addEventListener('message', ({ detail: { conversation, id, body } }) => {
  print(`Bob reads: ${body.text}`);
  conversation.read(id);
  conversation.text('Hello, Alice.', { reply: id });
});

// Alice looks Bob up, calls, and says something at once.
const [found] = await findUsers({ url, accessToken: alice.accessToken, prefix: `bob-${suffix}` });
const conversation = alice.client.call(await findKey({ url, accessToken: alice.accessToken, ...found }));
conversation.text('Hello, Bob.');
for await (const event of alice.client) {
  if (event.type === 'status') print(`Alice's text: ${event.status}`);
  if (event.type === 'message') {
    print(
      `Alice reads: ${event.body.text}, and both see ${conversation.sas.emoji.map(({ en }) => en).join(', ')}`,
    );
    conversation.leave();
  }
  if (event.type === 'ended') break;
}
for (const { client } of [alice, bob]) client.free();
