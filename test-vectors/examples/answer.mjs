// An implementation that is checked with the vectors, in a language that is not the core's: Node.js on its own crypto.
// It knows the lowest layers (sections 2, 4.7 and 6.4 of protocol.md) and says so of everything else.
//
//   python3 test-vectors/drive.py --partial -- node test-vectors/examples/answer.mjs
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  sign,
  verify,
} from 'node:crypto';
import { createInterface } from 'node:readline';

/** An input that must not be accepted. */
class Refused extends Error {}
const require = (condition, why) => {
  if (!condition) throw new Refused(why);
};
const bytes = (hex) => Buffer.from(hex, 'hex');
const hex = (buffer) => Buffer.from(buffer).toString('hex');

// --- section 2 ---
const lp = (label) => {
  const text = Buffer.from(`PAIR/1 ${label}`, 'ascii');
  return Buffer.concat([Buffer.from([text.length]), text]);
};
const lh = (label, x) => createHash('sha256').update(lp(label)).update(x).digest();
const extract = (salt, ikm) => createHmac('sha256', salt).update(ikm).digest();

/** HKDF-Expand alone, which node:crypto does not offer: RFC 5869, 2.3. */
function expand(prk, label, ctx, length) {
  let block = Buffer.alloc(0);
  const out = [];
  for (let n = 1; Buffer.concat(out).length < length; n++) {
    block = createHmac('sha256', prk)
      .update(block)
      .update(lp(label))
      .update(ctx)
      .update(Buffer.from([n]))
      .digest();
    out.push(block);
  }
  return Buffer.concat(out).subarray(0, length);
}

// --- Appendix B: node:crypto takes raw keys in the shells of RFC 8410 ---
const P = 2n ** 255n - 19n;
const SMALL_ORDER_Y = [
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
];
const little = (buffer) => BigInt(`0x${hex(Buffer.from(buffer).reverse())}`);
const shell = {
  ed25519: ['302e020100300506032b657004220420', '302a300506032b6570032100'],
  x25519: ['302e020100300506032b656e04220420', '302a300506032b656e032100'],
};
const privateKey = (kind, raw) =>
  createPrivateKey({ key: Buffer.concat([bytes(shell[kind][0]), raw]), format: 'der', type: 'pkcs8' });
const publicKey = (kind, raw) =>
  createPublicKey({ key: Buffer.concat([bytes(shell[kind][1]), raw]), format: 'der', type: 'spki' });
const publicOf = (kind, raw) =>
  createPublicKey(privateKey(kind, raw)).export({ format: 'der', type: 'spki' }).subarray(-32);

function allowed(encoding) {
  const y = little(encoding) & ((1n << 255n) - 1n);
  return encoding.length === 32 && y < P && !SMALL_ORDER_Y.includes(y);
}

function checkSignature(key, label, m, sig) {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  require(sig.length === 64 && allowed(key) && allowed(sig.subarray(0, 32)), 'a key or R that no key may be');
  require(little(sig.subarray(32)) < order, 'S is not reduced');
  let right = false;
  try {
    right = verify(null, Buffer.concat([lp(label), m]), publicKey('ed25519', key), sig);
  } catch {
    throw new Refused('no point');
  }
  require(right, 'another signature');
}

function agree(secret, key) {
  require(key.length === 32 && little(key) < P, 'u is not reduced');
  try {
    // node:crypto refuses an agreement on nothing by itself.
    return diffieHellman({ privateKey: privateKey('x25519', secret), publicKey: publicKey('x25519', key) });
  } catch {
    throw new Refused('the result is zero');
  }
}

const aes = (okm) => [okm.subarray(0, 32), okm.subarray(32, 44)];

function seal(okm, aad, pt) {
  const cipher = createCipheriv('aes-256-gcm', ...aes(okm)).setAAD(aad);
  return Buffer.concat([cipher.update(pt), cipher.final(), cipher.getAuthTag()]);
}

function open(okm, aad, ct) {
  require(ct.length >= 16, 'shorter than a tag');
  const cipher = createDecipheriv('aes-256-gcm', ...aes(okm), { authTagLength: 16 })
    .setAAD(aad)
    .setAuthTag(ct.subarray(-16));
  try {
    return Buffer.concat([cipher.update(ct.subarray(0, -16)), cipher.final()]);
  } catch {
    throw new Refused('not authentic');
  }
}

const primitives = {
  lp: (c) => ({ out: lp(c.label) }),
  lh: (c) => ({ out: lh(c.label, bytes(c.x)) }),
  extract: (c) => ({ out: extract(bytes(c.salt), bytes(c.ikm)) }),
  expand: (c) => ({ out: expand(bytes(c.prk), c.label, bytes(c.ctx), c.len) }),
  sign: (c) => ({
    public: publicOf('ed25519', bytes(c.seed)),
    sig: sign(null, Buffer.concat([lp(c.label), bytes(c.m)]), privateKey('ed25519', bytes(c.seed))),
  }),
  verify: (c) => checkSignature(bytes(c.public), c.label, bytes(c.m), bytes(c.sig)) ?? {},
  dh_public: (c) => ({ out: publicOf('x25519', bytes(c.secret)) }),
  dh: (c) => ({ out: agree(bytes(c.secret), bytes(c.public)) }),
  seal: (c) => ({ out: seal(bytes(c.okm), bytes(c.aad), bytes(c.pt)) }),
  open: (c) => ({ pt: open(bytes(c.okm), bytes(c.aad), bytes(c.ct)) }),
};

// --- section 6.4 ---
const MAX_PLAINTEXT = 65_536;

/** Padmé: the smallest length from n on that tells O(log log n) bits of n. */
function padme(n) {
  const e = 31 - Math.clz32(n);
  const s = e === 0 ? 0 : 32 - Math.clz32(e);
  const mask = e === 0 ? 0 : 2 ** (e - s) - 1;
  return Math.ceil(n / (mask + 1)) * (mask + 1);
}
const bucket = (n) => (n <= 256 ? 256 : padme(n));

function pad(x) {
  const size = bucket(x.length + 1);
  require(size <= MAX_PLAINTEXT, 'too large');
  return Buffer.concat([x, Buffer.from([0x80]), Buffer.alloc(size - x.length - 1)]);
}

function unpad(x) {
  const end = x.lastIndexOf(0x80);
  require(end >= 0 && x.subarray(end + 1).every((byte) => byte === 0), 'no end mark');
  require(x.length <= MAX_PLAINTEXT && x.length === bucket(end + 1), 'not the length it must have');
  return x.subarray(0, end);
}

const padding = {
  padme: (c) => ({ out: padme(c.n) }),
  bucket: (c) => ({ out: bucket(c.n) }),
  pad: (c) => ({ out: pad(bytes(c.x)) }),
  unpad: (c) => ({ out: unpad(bytes(c.x)) }),
};

// --- the keys that Appendix B refuses ---
const power = (base, exponent) => {
  let result = 1n;
  for (let b = base % P, e = exponent; e > 0n; e >>= 1n, b = (b * b) % P)
    if (e & 1n) result = (result * b) % P;
  return result;
};
const inverse = (x) => power(x, P - 2n);

/** Whether x² = (y² − 1) / (d y² + 1) has a root. */
function onCurve(encoding) {
  const y = little(encoding) & ((1n << 255n) - 1n);
  const d = (-121665n * inverse(121666n)) % P;
  const square = ((((y * y - 1n) * inverse((((d * y * y + 1n) % P) + P) % P)) % P) + P) % P;
  return square === 0n || power(square, (P - 1n) / 2n) === 1n;
}

const badPoints = {
  ed25519: (c) => require(allowed(bytes(c.encoding)) && onCurve(bytes(c.encoding)), 'no key') ?? {},
  x25519: (c) => ({ out: agree(bytes(c.secret), bytes(c.encoding)) }),
  signature: primitives.verify,
};

// --- section 4.7 ---
const glare = (c) => ({ winner: c.own < c.peer ? 'own' : 'peer' });

const known = {
  'primitives.json': (c) => primitives[c.op],
  'bad_points.json': (c) => badPoints[c.kind],
  'glare.json': () => glare,
  'padding.json': (c) => padding[c.op],
};

function answer({ file, id, case: question }) {
  const compute = known[file]?.(question);
  if (compute === undefined) return { id, unknown: true };
  try {
    const outputs = Object.entries(compute(question));
    return {
      id,
      outputs: Object.fromEntries(
        outputs.map(([key, value]) => [key, Buffer.isBuffer(value) ? hex(value) : value]),
      ),
    };
  } catch (error) {
    if (error instanceof Refused) return { id, refused: error.message };
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
