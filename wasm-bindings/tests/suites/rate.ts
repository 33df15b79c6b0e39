/** Completed handshakes per peer and hour (protocol.md section 4.9). No engine is asked. */
import { accountId, createHandshakeRate, HANDSHAKES_PER_HOUR } from '@duet-chat/crypto';
import { assert, equal, refused, type Suite } from '../harness.js';

const HOUR = 3_600_000;
const alice = () => accountId({ realm: 'chat.example', name: 'alice' });
const bob = () => accountId({ realm: 'chat.example', name: 'bob' });

export const rate: Suite = () => [
  {
    name: 'thirty handshakes per peer and hour',
    run: async () => {
      const counted = createHandshakeRate();
      for (let second = 0; second < HANDSHAKES_PER_HOUR; second++) {
        counted.check(alice(), second * 1000);
        counted.completed(alice(), second * 1000);
      }
      equal(counted.wait(alice(), 30_000), HOUR - 30_000);
      equal((await refused('E_HANDSHAKE_RATE', () => counted.check(alice(), 30_000))).class, 'drop');
      equal(counted.wait(bob(), 30_000), 0, 'somebody else');
      counted.check(bob(), 30_000);
      // Fractions of a millisecond are cut off: an hour is not over before it is.
      equal(counted.wait(alice(), HOUR - 0.5), 1);
      equal(counted.wait(alice(), HOUR), 0);
      counted.check(alice(), HOUR);
    },
  },
  {
    name: 'the clock of sessions is taken where none is given',
    run: async () => {
      const counted = createHandshakeRate();
      for (let times = 0; times < HANDSHAKES_PER_HOUR; times++) counted.completed(alice());
      const wait = counted.wait(alice());
      assert(wait > 0 && wait <= HOUR, `${wait} ms`);
      equal(counted.wait(alice(), Date.now() + 2 * HOUR), 0, 'milliseconds since 1970');
      await refused('E_HANDSHAKE_RATE', () => counted.check(alice()));
    },
  },
  {
    name: 'what is no account or no time is refused, and so is use after free',
    run: async () => {
      const counted = createHandshakeRate();
      await refused('E_ARGUMENT', () => counted.wait(new Uint8Array(31), 0));
      await refused('E_ARGUMENT', () => counted.check(alice(), -1));
      await refused('E_ARGUMENT', () => counted.completed(alice(), Number.NaN));
      equal(counted.wait(alice(), 0), 0);
      counted.free();
      counted[Symbol.dispose]();
      await refused('E_FREED', () => counted.wait(alice(), 0));
    },
  },
];
