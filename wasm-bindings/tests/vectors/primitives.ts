/** primitives.json and bad_points.json: the operations that an engine does. */
import { fingerprintOf } from '@duet-chat/crypto';
import { engineOperation } from '@duet-chat/crypto/testing';
import { concat, equal, hex, refused, unhex } from '../harness.js';
import { outcome, type Runners } from './case.js';

/** `LP(label) || m`, from the specification: what an identity signs. */
const labelled = (label: string, m: Uint8Array) => {
  const text = new TextEncoder().encode(`PAIR/1 ${label}`);
  return concat(new Uint8Array([text.length]), text, m);
};

export const primitives: Runners = {
  sign: async (test, _, engine) => {
    const [seed, message] = [unhex(test.seed), labelled(test.label, unhex(test.m))];
    equal(hex(await engineOperation.sign(engine, seed, message)), test.sig, 'signature');
  },
  verify: async (test, _, engine) => {
    const message = labelled(test.label, unhex(test.m));
    await outcome(test, () => engineOperation.verify(engine, unhex(test.public), message, unhex(test.sig)));
  },
  dh: async (test, _, engine) => {
    await outcome(test, async () => {
      const [, shared] = await engineOperation.agree(engine, unhex(test.secret), unhex(test.public));
      equal(hex(shared), test.out, 'shared secret');
    });
  },
  dh_public: async (test, _, engine) => {
    // Any honest key will do for the other side.
    const [own] = await engineOperation.agree(engine, unhex(test.secret), unhex(test.out));
    equal(hex(own), test.out, 'public key');
  },
};

export const badPoints: Runners = {
  ed25519: async (test, _, engine) => {
    const encoding = unhex(test.encoding);
    await outcome(test, () => fingerprintOf(encoding));
    if (test.result === 'valid') return;
    // Neither as a key nor as the R of a signature: 0 = 0 holds for some of them, whatever was signed.
    const signature = concat(encoding, new Uint8Array(32));
    await refused('E_SIGNATURE', () =>
      engineOperation.verify(engine, encoding, new Uint8Array(32), signature),
    );
  },
  signature: async (test, _, engine) => {
    const message = labelled(test.label, unhex(test.m));
    await outcome(test, () => engineOperation.verify(engine, unhex(test.public), message, unhex(test.sig)));
  },
  x25519: async (test, _, engine) => {
    await outcome(test, async () => {
      const [, shared] = await engineOperation.agree(engine, unhex(test.secret), unhex(test.encoding));
      equal(hex(shared), test.out, 'shared secret');
    });
  },
};
