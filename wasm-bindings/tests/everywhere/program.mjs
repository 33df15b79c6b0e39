/**
 * What has to go everywhere: two people make a session, say something both ways and seal a file; a digest, a cipher and a signature by the
 * interface of Web Crypto. It gets the package's entries from whoever imported them: each place has a way of its own.
 */

const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function equal(found, wanted, what) {
  if (String(found) !== String(wanted)) throw new Error(`${what}: found ${found}, wanted ${wanted}`);
}

const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function conversation(duet, engine) {
  const [alice, bob] = await Promise.all(
    ['alice', 'bob'].map((name) => duet.createIdentity({ realm: 'chat.example', name, engine })),
  );
  const presence = duet.randomBytes(16);
  const listener = duet.createListener({ identity: bob, presence, engine });
  const peer = { accountId: bob.accountId, publicKey: bob.publicKey };
  const offer = await duet.createOffer({ identity: alice, peer, presence, engine });
  const incoming = await listener.receive({ frame: offer.frame, from: alice.accountId, pin: undefined });
  const pending = await incoming.accept();
  const accepted = await offer.accept({ frame: pending.frame, from: bob.accountId });
  const confirmed = await pending.confirm({ frame: accepted.confirm, from: alice.accountId });
  const [atAlice, atBob] = [accepted.session, confirmed.session];
  atAlice.receive(confirmed.ready);
  equal(atAlice.secure && atBob.secure, true, 'secure');
  const said = (from, to, text) =>
    to.receive(from.send({ type: 'text', text, reply: null }).frame).content.text;
  equal(said(atAlice, atBob, 'Hello, Bob.'), 'Hello, Bob.', 'what Bob reads');
  equal(said(atBob, atAlice, 'Hello, Alice.'), 'Hello, Alice.', 'what Alice reads');
  equal(alice.engine, engine, 'the engine');
  for (const held of [atAlice, atBob, listener, alice, bob]) held.free();
}

async function read(stream) {
  const parts = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

/** Long enough for the engine of the platform, where there is one. */
async function file(duet) {
  const plain = new Uint8Array(20_000).map((_, index) => index);
  const { key, stream } = duet.sealFile({ source: new Blob([plain]) });
  const sealed = await read(stream);
  const opened = await read(duet.openFile({ source: new Blob(sealed), key }));
  equal(
    opened.flatMap((part) => [...part]),
    [...plain],
    'the opened file',
  );
}

async function algorithms({ createSubtle, engineOf }, engine) {
  const subtle = createSubtle({ engine });
  const digest = hex(await subtle.digest('SHA-256', bytes('abc')));
  equal(digest, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'SHA-256');

  const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  equal(engineOf(key), engine, 'the engine of the key');
  const params = { name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) };
  const sealed = await subtle.encrypt(params, key, bytes('Meet me at noon.'));
  const opened = await subtle.decrypt(params, key, sealed);
  equal(String.fromCharCode(...new Uint8Array(opened)), 'Meet me at noon.', 'AES-GCM');
  const damaged = new Uint8Array(sealed).slice();
  damaged[0] ^= 1;
  const refusal = await subtle.decrypt(params, key, damaged).catch((error) => error.name);
  equal(refusal, 'OperationError', 'a damaged ciphertext');

  const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const signature = await subtle.sign('Ed25519', pair.privateKey, sealed);
  equal(await subtle.verify('Ed25519', pair.publicKey, signature, sealed), true, 'Ed25519');
  equal(await subtle.verify('Ed25519', pair.publicKey, signature, damaged), false, 'a forged signature');
}

async function everything(duet, subtle) {
  await duet.ready();
  const { operations, wasm } = duet.capabilities();
  const engines = operations.ed25519.native && operations.x25519.native ? ['native', 'wasm'] : ['wasm'];
  for (const engine of engines) await conversation(duet, engine);
  await file(duet);
  const { Ed25519: signs, 'AES-256-GCM': seals } = await subtle.enginesOf();
  const ofSubtle = signs === 'native' && seals === 'native' ? ['native', 'wasm'] : ['wasm'];
  for (const engine of ofSubtle) await algorithms(subtle, engine);
  return { engines, subtle: ofSubtle, wasm };
}

/** What went wrong, and what was behind it. */
function told(error) {
  const cause = error?.cause === undefined ? '' : `\ncaused by ${told(error.cause)}`;
  return `${error?.stack ?? error}${cause}`;
}

/** One line for run.mjs: what was run here, or what went wrong. */
export async function report(duet, subtle) {
  try {
    return `DUET ${JSON.stringify(await everything(duet, subtle))}`;
  } catch (error) {
    return `DUET ${JSON.stringify({ error: told(error) })}`;
  }
}
