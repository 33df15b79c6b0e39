/** What happens to keys that nobody holds any more, in a Node that optimises and collects at once. */
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const dist = new URL('../../../dist/', import.meta.url);

/** An agreement with a key of the platform's, which takes its time to be read, while the own key is forgotten. */
const AGREEMENT = `
  const { subtle: real } = globalThis.crypto;
  const slow = async (...given) => {
    for (let round = 0; round < 3; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      gc();
    }
    return real.exportKey(...given);
  };
  const platform = globalThis.crypto;
  const subtle = new Proxy(real, {
    get: (target, name) => (name === 'exportKey' ? slow : target[name].bind(target)),
  });
  const getRandomValues = (bytes) => platform.getRandomValues(bytes);
  Object.defineProperty(globalThis, 'crypto', { value: { subtle, getRandomValues }, configurable: true });
  const { createSubtle } = await import('${new URL('subtle.js', dist).href}');
  const wasm = createSubtle({ engine: 'wasm' });
  const { publicKey } = await real.generateKey('X25519', true, ['deriveBits']);
  const head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];
  const make = () => wasm.importKey('pkcs8', Uint8Array.of(...head, ...new Uint8Array(32).fill(7)), 'X25519', false, ['deriveBits']);
  const agree = (key) => wasm.deriveBits({ name: 'X25519', public: publicKey }, key, 256);
  const held = await make();
  const wanted = Buffer.from(await agree(held)).toString('hex');
  const found = new Set();
  for (let round = 0; round < 5; round += 1) found.add(Buffer.from(await make().then(agree)).toString('hex'));
  process.stdout.write(found.size === 1 && found.has(wanted) && held.type === 'private' ? 'right' : 'wrong');
`;

test('subtle: a key that is forgotten while it works is still the key', ({ assert }) => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--always-turbofan', '--input-type=module', '--eval', AGREEMENT],
    { encoding: 'utf8' },
  );
  assert.equal(stdout, 'right', stderr);
});
