// What happens at a relay in an hour, in some seconds: people who register, talk, send a file and leave, and others who guess, repeat,
// forge and flood. Goes through STACK_URL, as anybody would.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createClient, createIdentity, ready, splitPassword } from '../../wasm-bindings/dist/index.js';
import { connect, findKey, register, relayConfig } from '../../wasm-bindings/dist/relay.js';

const url = process.env.STACK_URL;
const authority = readFileSync(process.env.STACK_CERTIFICATE);

export async function makeTraffic() {
  await ready();
  const { realm } = await relayConfig({ url });
  for (let round = 0; round < 3; round += 1) await talk(realm);
  await trouble(realm);
}

async function person(realm, name) {
  const { loginSecret } = await splitPassword({ realm, name, password: 'correct horse battery' });
  const identity = await createIdentity({ realm, name });
  const { accessToken } = await register({ url, name, loginSecret, publicKey: identity.publicKey });
  const client = createClient({ identity });
  const line = connect({ url, client, token: async () => accessToken });
  await line.online;
  return { name, loginSecret, accessToken, client, line, accountId: identity.accountId };
}

/** Two people say hello, one sends a file, both leave. */
async function talk(realm) {
  const suffix = randomUUID().slice(0, 8);
  const [alice, bob] = await Promise.all([person(realm, `alice-${suffix}`), person(realm, `bob-${suffix}`)]);
  bob.client.addEventListener('incoming', async ({ detail }) => {
    const caller = await findKey({ url, accessToken: bob.accessToken, accountId: detail.account });
    bob.client.accept(caller.name).text('Hello, Alice.');
  });
  // What comes to Bob is a file at some time: then he takes it.
  const received = new Promise((resolve, reject) => {
    bob.client.addEventListener('message', ({ detail }) => {
      if (detail.body.type !== 'file') return;
      const { descriptor } = detail.body;
      bob.client
        .conversation(detail.account)
        .receiveFile(descriptor, { write: () => undefined })
        .done.then(resolve, reject);
    });
  });
  const { accessToken } = alice;
  const conversation = alice.client.call(await findKey({ url, accessToken, accountId: bob.accountId }));
  conversation.text('Hello, Bob.');
  const source = new Blob([new Uint8Array(3_000_000)]);
  for await (const event of alice.client) {
    if (event.type === 'message') {
      conversation.sendFile({ source, name: 'a.raw', mediaType: 'application/octet-stream' });
      received.then(() => conversation.leave());
    }
    if (event.type === 'ended') break;
  }
  for (const { line, client } of [alice, bob]) {
    line.close();
    client.free();
  }
}

/** Wrong passwords until the name is locked, a refresh token twice, a token of another relay, too many requests, pages of others. */
async function trouble(realm) {
  const name = `carol-${randomUUID().slice(0, 8)}`;
  const { loginSecret } = await splitPassword({ realm, name, password: 'correct horse battery' });
  const registered = await ask('POST', '/api/auth/register', { body: { username: name, loginSecret } });
  const cookie = registered.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
  for (let time = 0; time < 2; time += 1) await ask('POST', '/api/auth/refresh', { cookie });
  const wrong = loginSecret.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  for (let time = 0; time < 6; time += 1)
    await ask('POST', '/api/auth/login', { body: { username: name, loginSecret: wrong } });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = `${part({ alg: 'HS256', typ: 'JWT', kid: 'none-of-ours' })}.${part({ sub: 'x' })}.c2lnbmF0dXJl`;
  await ask('GET', '/api/chat/me', { token: forged });
  await ask('POST', '/api/auth/login', { origin: 'https://elsewhere.example', body: {} });
  // More handshakes than one address may have in a minute.
  for (let time = 0; time < 130; time += 1) await ask('GET', '/ws', {});
}

function ask(method, path, { body, cookie, token, origin = url }) {
  const headers = { origin };
  if (body) headers['content-type'] = 'application/json';
  if (cookie) headers.cookie = cookie;
  if (token) headers.authorization = `Bearer ${token}`;
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), { method, headers, ca: authority }, (answer) => {
      answer
        .resume()
        .on('end', () => resolve(answer))
        .on('error', reject);
    });
    asked.on('error', reject).end(body && JSON.stringify(body));
  });
}
