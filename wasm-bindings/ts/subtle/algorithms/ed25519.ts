/** Ed25519 (section 27 of the specification). */
import { exception } from '../exception.js';
import { call } from '../module.js';
import type { Algorithm } from './algorithm.js';
import { attempt } from './common.js';
import { curve } from './curve.js';

export const ed25519: Algorithm = {
  name: 'Ed25519',
  rawName: 'raw-public',
  members: { sign: [], verify: [], generateKey: [], importKey: [] },
  ...curve({
    name: 'Ed25519',
    use: 'sig',
    algs: ['Ed25519', 'EdDSA'],
    publicUsages: ['verify'],
    privateUsages: ['sign'],
    publicOf: (wasm, secret) => wasm.ed25519Public(secret),
  }),

  sign(wasm, key, _params, data) {
    if (key.type !== 'private') throw exception('InvalidAccessError', 'a private key signs');
    return attempt(() => wasm.ed25519Sign(key.material, data), 'the key has a wrong length');
  },

  verify(wasm, key, _params, signature, data) {
    if (key.type !== 'public') throw exception('InvalidAccessError', 'a public key verifies');
    return call(() => wasm.ed25519Verify(key.material, data, signature));
  },
};

/** p = 2^255 − 19, little-endian: its first byte, 30 of 0xff, 0x7f. */
const P_FIRST = 0xed;

/** The y coordinates of low order that are below p, but for 0, 1 and p − 1 (protocol.md, Appendix B). */
const LOW_ORDER = [
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

/**
 * Whether a point is of low order or not canonical. The specification refuses the former; not all platforms do, and none of them
 * is asked about the latter, so that both engines refuse the same.
 */
export function isWeak(point: Uint8Array): boolean {
  const y = Uint8Array.from(point);
  y[31] = (y[31] ?? 0) & 0x7f;
  const [first = 0, ...rest] = y;
  const middle = rest.slice(0, -1);
  // 0 and 1; p − 1 and all from p on.
  if (first <= 1 && rest.every((byte) => byte === 0)) return true;
  if (first >= P_FIRST - 1 && y[31] === 0x7f && middle.every((byte) => byte === 0xff)) return true;
  return LOW_ORDER.includes(Array.from(y, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}
