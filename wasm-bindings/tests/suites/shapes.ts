/**
 * No local input of any shape makes a trap, or comes in by a side door: every public function that takes bytes, objects or texts
 * is given every kind of wrong one, and refuses it by code.
 */
import {
  createClient,
  createIdentity,
  createIncomingFile,
  createListener,
  createOffer,
  createOutgoingFile,
  DuetError,
  exportBackup,
  fingerprintOf,
  generatePassphrase,
  mergePeers,
  openFile,
  openFileRange,
  randomBytes,
  restoreSession,
  sealFile,
} from '@duet-chat/crypto';
import { decodeRelayFrame, encodeSend } from '@duet-chat/crypto/relay';
import { assert, type Environment, equal, refused, type Suite, sameBytes } from '../harness.js';
import { meet } from '../people.js';

/** What may stand in the place of bytes. Each is made anew for each try. */
const WRONG_BYTES: Readonly<Record<string, (right: Uint8Array<ArrayBuffer>) => unknown>> = {
  nothing: () => undefined,
  null: () => null,
  'a number': () => 7,
  'a string': (right) => String.fromCharCode(...right),
  'an array': (right) => [...right],
  'a buffer': (right) => right.slice().buffer,
  'another view': (right) => new Uint8ClampedArray(right),
  'a detached one': (right) => {
    const copy = right.slice();
    structuredClone(copy, { transfer: [copy.buffer] });
    return copy;
  },
  'one byte too many': (right) => new Uint8Array(right.length + 1),
  'one too few': (right) => new Uint8Array(right.length - 1),
  'a proxy': (right) => new Proxy(right.slice(), {}),
  'an object that looks like one': (right) =>
    Object.setPrototypeOf({ length: right.length }, Uint8Array.prototype),
  'a length that lies': (right) => {
    const lying = new Uint8Array(right.length + 5);
    Object.defineProperty(lying, 'length', { value: right.length });
    return lying;
  },
  'out of bounds': (right) => {
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resize?(length: number): void };
    const buffer = new Resizable(right.length, { maxByteLength: 2 * right.length });
    const view = new Uint8Array(buffer, 0, right.length);
    buffer.resize?.(right.length - 1);
    return buffer.resize === undefined ? null : view;
  },
};

/** Bytes that are right, and look unusual. */
const RIGHT_BYTES: Readonly<Record<string, (right: Uint8Array<ArrayBuffer>) => Uint8Array>> = {
  plain: (right) => right.slice(),
  'a part of a larger one': (right) => {
    const larger = new Uint8Array(right.length + 20);
    larger.set(right, 7);
    return larger.subarray(7, 7 + right.length);
  },
  'with a length that lies': (right) => Object.defineProperty(right.slice(), 'length', { value: 3 }),
  'with its methods gone': (right) => Object.setPrototypeOf(right.slice(), null),
  shared: (right) => {
    if (typeof SharedArrayBuffer !== 'function') return right.slice();
    const shared = new Uint8Array(new SharedArrayBuffer(right.length));
    shared.set(right);
    return shared;
  },
};

interface Place {
  readonly right: Uint8Array<ArrayBuffer>;
  try(bytes: never): unknown;
}

const identityOf = (name: string) => createIdentity({ realm: 'chat.example', name, engine: 'wasm' });

export const shapes: Suite = ({ engines: _ }: Environment) => [
  {
    name: 'bytes of every shape, in every place that has a length',
    run: async () => {
      const identity = await identityOf('ida');
      const outgoing = createOutgoingFile({ source: new Blob(['x']), name: 'f', mediaType: 'text/plain' });
      const { descriptor } = outgoing;
      const other = await identityOf('bob');
      const peer = { accountId: other.accountId, publicKey: other.publicKey };
      const client = createClient({ identity, engine: 'wasm' });
      const places: Readonly<Record<string, Place>> = {
        fingerprintOf: { right: identity.publicKey, try: (bytes) => fingerprintOf(bytes) },
        'descriptor.key': {
          right: descriptor.key.slice(),
          try: (key) => createIncomingFile({ descriptor: { ...descriptor, key } }).free(),
        },
        'descriptor.salt': {
          right: descriptor.salt,
          try: (salt) => createIncomingFile({ descriptor: { ...descriptor, salt } }).free(),
        },
        presence: {
          right: randomBytes(16),
          try: (presence) => createListener({ identity, presence, engine: 'wasm' }).free(),
        },
        'peer.accountId': {
          right: peer.accountId,
          try: async (accountId) =>
            (
              await createOffer({
                identity,
                peer: { ...peer, accountId },
                presence: randomBytes(16),
                engine: 'wasm',
              })
            ).free(),
        },
        'sealFile key': { right: randomBytes(32), try: (key) => sealFile({ source: new Blob(['x']), key }) },
        'encodeSend to': {
          right: randomBytes(32),
          try: (to) =>
            encodeSend({ eid: randomBytes(16), to, presence: randomBytes(16), payload: new Uint8Array(1) }),
        },
        conversation: { right: randomBytes(32), try: (bytes) => client.conversation(bytes) },
        wait: { right: randomBytes(32), try: (bytes) => client.wait(bytes) },
      };
      for (const [place, { right, try: attempt }] of Object.entries(places)) {
        for (const [shape, make] of Object.entries(WRONG_BYTES)) {
          // A key that is left out is a fresh one.
          if (place === 'sealFile key' && shape === 'nothing') continue;
          const code = await Promise.resolve()
            .then(() => attempt(make(right) as never))
            .then(
              () => 'nothing',
              (error: unknown) => (error instanceof DuetError ? error.code : String(error)),
            );
          equal(code, 'E_ARGUMENT', `${place} with ${shape}`);
        }
        for (const [shape, make] of Object.entries(RIGHT_BYTES)) {
          try {
            await attempt(make(right) as never);
          } catch (cause) {
            throw new Error(`${place} with bytes that are ${shape}`, { cause });
          }
        }
      }
      client.free();
      identity.free();
      other.free();
    },
  },
  {
    name: 'objects of every shape, in the place of a content',
    run: async () => {
      const { a, b } = await meet('wasm', 'wasm');
      const file = createOutgoingFile({
        source: new Blob(['x']),
        name: 'f',
        mediaType: 'text/plain',
      }).descriptor;
      let called = 0;
      const reading = (value: unknown) => ({
        get() {
          called += 1;
          // Back into the session that is at work, and its end.
          a.send({ type: 'receipt' });
          a.free();
          return value;
        },
        enumerable: true,
      });
      const detached = randomBytes(32);
      structuredClone(detached, { transfer: [detached.buffer] });
      const inherited = Object.create({ type: 'text', text: 'x', reply: null });
      const wrong: Readonly<Record<string, unknown>> = {
        nothing: undefined,
        null: null,
        'a text': 'text',
        'an array': ['text'],
        'another type': { type: 'toString' },
        'no type': { text: 'x' },
        'a type that is a number': { type: 2 },
        inherited,
        'a getter': Object.defineProperty({ type: 'text', reply: null }, 'text', reading('x')),
        'a getter of the type': Object.defineProperty({ text: 'x', reply: null }, 'type', reading('text')),
        'a getter below': {
          type: 'reaction',
          of: 'mine',
          seq: 0,
          set: true,
          get emoji() {
            return reading('x').get();
          },
        },
        'a proxy that throws': new Proxy(
          { type: 'receipt' },
          {
            getOwnPropertyDescriptor() {
              throw new RangeError('no');
            },
          },
        ),
        'a revoked proxy': (() => {
          const { proxy, revoke } = Proxy.revocable({ type: 'receipt' }, {});
          revoke();
          return proxy;
        })(),
        'a number too large': { type: 'read', upTo: 2 ** 32 },
        'a fraction': { type: 'read', upTo: 0.5 },
        'not a number': { type: 'read', upTo: Number.NaN },
        'a bigint': { type: 'read', upTo: 1n },
        'an object for a text': { type: 'text', text: { toString: () => 'x' }, reply: null },
        'a text object': { type: 'text', text: new String('x'), reply: null },
        'a detached preview': { type: 'file', descriptor: { ...file, preview: detached } },
        'a key too short': { type: 'file', descriptor: { ...file, key: randomBytes(31) } },
        'a preview too long': { type: 'file', descriptor: { ...file, preview: new Uint8Array(1 << 20) } },
        'a word that is none': { type: 'typing', activity: 'sleeping' },
      };
      for (const [shape, content] of Object.entries(wrong)) {
        const error = await refused('E_ARGUMENT', () => a.send(content as never)).catch((cause: unknown) => {
          throw new Error(`a content that is ${shape}`, { cause });
        });
        assert(error.class === 'package', shape);
      }
      equal(called, 0, 'getters that were called');
      await refused('E_ILL_FORMED', () => a.send({ type: 'text', text: 'x\ud83d', reply: null }));
      await refused('E_ILL_FORMED', () =>
        a.send({ type: 'reaction', of: 'mine', seq: 0, set: true, emoji: '\ude00' }),
      );
      // Whole, and nothing has changed.
      const { content } = b.receive(a.send({ type: 'text', text: '👋', reply: null }).frame);
      equal(content, { type: 'text', text: '👋', reply: null });
    },
  },
  {
    name: 'what is longer than any frame is refused before it is copied',
    run: async () => {
      const { a, alice } = await meet('wasm', 'wasm');
      const huge = new Uint8Array(512 * 1024 * 1024);
      const from = randomBytes(32);
      const listener = createListener({
        identity: alice.identity,
        presence: randomBytes(16),
        engine: 'wasm',
      });
      const begun = performance.now();
      await refused('E_ARGUMENT', () => a.receive(huge));
      await refused('E_ARGUMENT', () => listener.receive({ frame: huge, from }));
      await refused('E_FRAME_LENGTH', () => decodeRelayFrame(huge));
      assert(performance.now() - begun < 1_000, 'nothing of that length was copied');
    },
  },
  {
    name: 'options are read as own properties',
    run: async () => {
      const theirs = new Uint8Array(32);
      const inherited = Object.prototype as { key?: unknown; pin?: unknown };
      inherited.key = theirs;
      inherited.pin = theirs;
      try {
        const { key } = sealFile({ source: new Blob(['x']) });
        assert(
          key.some((byte) => byte !== 0),
          'the key is a fresh one',
        );
        const source = new Blob(['x']);
        await refused('E_ARGUMENT', () => openFile({ source } as never));
      } finally {
        delete inherited.key;
        delete inherited.pin;
      }
      const got = () => {
        throw new Error('a getter was called');
      };
      const options = Object.defineProperty({ source: new Blob(['x']) }, 'key', {
        get: got,
        enumerable: true,
      });
      await refused('E_ARGUMENT', () => sealFile(options as never));
    },
  },
  {
    name: 'a proxy is not what it stands for, and asking it ends nothing',
    run: async () => {
      const { a, b, alice } = await meet('wasm', 'wasm');
      const proxy = new Proxy(alice.identity, {});
      await refused('E_ARGUMENT', () => createListener({ identity: proxy, presence: randomBytes(16) }));
      await refused('E_ARGUMENT', () => createClient({ identity: proxy }));
      const secret = randomBytes(32);
      const record = b.save(secret);
      await refused('E_ARGUMENT', () =>
        restoreSession({ record, secret, minimumRevision: 0, identity: proxy }),
      );
      // Its insides are asked for before the module is: what fails there is no trap.
      await Promise.resolve()
        .then(() => new Proxy(a, {}).send({ type: 'receipt' }))
        .catch(() => undefined);
      const { proxy: revoked, revoke } = Proxy.revocable({}, {});
      revoke();
      const source = revoked as never;
      const key = randomBytes(32);
      await refused('E_ARGUMENT', () => sealFile({ source }));
      await refused('E_ARGUMENT', () => openFile({ source, key }));
      await refused('E_ARGUMENT', () => openFileRange({ source, key, start: 0 }));
      await refused('E_ARGUMENT', () => createOutgoingFile({ source, name: 'f', mediaType: 'text/plain' }));
      const said = { type: 'text', text: '👋', reply: null } as const;
      equal(b.receive(a.send(said).frame).content, said);
    },
  },
  {
    name: 'people of every shape',
    run: async () => {
      const identity = await identityOf('ida');
      const peer = { name: 'bob', publicKey: identity.publicKey, state: 'compared', firstSeen: 1 } as const;
      const merge = (known: unknown) =>
        mergePeers({ realm: 'chat.example', known: known as never, imported: [] });
      equal(merge([peer]).peers.length, 1);
      sameBytes(merge([peer]).peers[0]?.publicKey ?? new Uint8Array(0), identity.publicKey);
      const holes = new Array(3);
      const wrong: readonly unknown[] = [
        'bob',
        { length: 1 },
        holes,
        [null],
        [{ ...peer, publicKey: [...identity.publicKey] }],
        [{ ...peer, state: 'toString' }],
        [{ ...peer, firstSeen: '1' }],
        [{ ...peer, earlier: 'none' }],
        [Object.defineProperty({ ...peer }, 'name', { get: () => 'bob', enumerable: true })],
      ];
      for (const people of wrong) await refused('E_ARGUMENT', () => merge(people));
      await refused('E_ILL_FORMED', () => merge([{ ...peer, name: 'b\ud83d' }]));
      const vaultSecret = randomBytes(32);
      const stored = identity.store(vaultSecret);
      const backup = { stored, account: identity.account, vaultSecret, passphrase: generatePassphrase() };
      await refused('E_ARGUMENT', () => exportBackup({ ...backup, peers: [{ ...peer, state: 7 }] as never }));
      await refused('E_ARGUMENT', () =>
        exportBackup({ ...backup, peers: [], kdf: { name: 'argon2id', memoryKiB: 0.5 } }),
      );
    },
  },
];
