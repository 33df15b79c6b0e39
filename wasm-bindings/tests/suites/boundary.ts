/**
 * Whatever a caller gives, a public function ends in a value or in a `DuetError`: no trap, no error of somebody else's, no hang;
 * and the module works afterwards. One part of right arguments at a time is replaced by something of another shape.
 */
import {
  accountId,
  type Client,
  createClient,
  createHandshakeRate,
  createIdentity,
  createIncomingFile,
  createListener,
  createOffer,
  createOutgoingFile,
  DuetError,
  type EngineName,
  emojiTable,
  exportBackup,
  fingerprintOf,
  glareWinner,
  importBackup,
  mergePeers,
  openFile,
  openFileRange,
  parseQrText,
  qrText,
  randomBytes,
  ready,
  restoreIdentity,
  restoreSession,
  safetyCode,
  sealedSize,
  sealFile,
  splitPassword,
  unwrapIdentity,
  verifyQrText,
  wrapIdentity,
} from '@duet-chat/crypto';
import {
  connect,
  decodeRelayFrame,
  encodeBeat,
  encodePrekeyGet,
  encodePrekeys,
  encodeSend,
  encodeToken,
  encodeWatch,
  findKey,
  findUsers,
  login,
  logout,
  refresh,
  register,
  relayConfig,
} from '@duet-chat/crypto/relay';
import * as fc from 'fast-check';
import { type Environment, equal, type Suite } from '../harness.js';
import { meet } from '../people.js';

/** A function, arguments that it takes, and the call. */
interface Target {
  readonly args: () => readonly unknown[];
  readonly run: (...args: never[]) => unknown;
}

type Targets = Readonly<Record<string, Target>>;

const target = (args: () => readonly unknown[], run: (...args: never[]) => unknown): Target => ({
  args,
  run,
});

// ---- Shapes

/** What may take the place of a part. `right` is what was there; `reenter` is code of the caller's that does its worst. */
type Shape = (right: unknown, reenter: () => void, realm: Record<string, unknown>) => unknown;

const bytesOf = (right: unknown): Uint8Array<ArrayBuffer> =>
  right instanceof Uint8Array ? new Uint8Array(right) : new Uint8Array(32);
const objectOf = (right: unknown): object => (typeof right === 'object' && right !== null ? right : {});
const everywhere = (trap: () => never): ProxyHandler<object> =>
  Object.fromEntries(
    ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'].map((name) => [name, trap]),
  );

const SHAPES: Readonly<Record<string, Shape>> = {
  nothing: () => undefined,
  null: () => null,
  'a boolean': () => true,
  zero: () => 0,
  'a negative number': () => -1,
  'a fraction': () => 1.5,
  'not a number': () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  '2^32': () => 2 ** 32,
  '2^53': () => 2 ** 53,
  'a bigint': () => 7n,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 'x',
  'a function that throws': (_, reenter) => () => {
    reenter();
  },
  'an empty text': () => '',
  'half a character': () => 'x\ud83d',
  'a long text': () => 'é'.repeat(300_000),
  'a text of two megabytes': () => 'x'.repeat(1 << 21),
  'a text object': () => new String('x'),
  'an object that is a text': (right) => ({ toString: () => String(right), valueOf: () => 7 }),
  'an object without a prototype': () => Object.create(null),
  inherited: (right) => Object.create(objectOf(right)),
  frozen: (right) => Object.freeze({ ...objectOf(right) }),
  'with getters': (right, reenter) => {
    const copy = { ...objectOf(right) };
    for (const key of Object.keys(copy))
      Object.defineProperty(copy, key, { get: () => reenter(), enumerable: true });
    return copy;
  },
  'with symbols': (right) => ({ ...objectOf(right), [Symbol.toPrimitive]: () => ({}), [Symbol.iterator]: 7 }),
  'a proxy': (right) => new Proxy(objectOf(right), {}),
  'a proxy that does its worst': (right, reenter) =>
    new Proxy(
      objectOf(right),
      everywhere(() => {
        reenter();
        throw new RangeError('no');
      }),
    ),
  'a revoked proxy': (right) => {
    const { proxy, revoke } = Proxy.revocable(objectOf(right), {});
    revoke();
    return proxy;
  },
  'a revoked proxy of a list': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  'an empty list': () => [],
  'a list of it': (right) => [right],
  'a list with holes': () => new Array(3),
  'the longest list': () => new Array(2 ** 32 - 1),
  'a list with getters': (right, reenter) => Object.defineProperty([right], 0, { get: () => reenter() }),
  'what looks like a list': (right) => ({ length: 2 ** 31, 0: right }),
  'no bytes': () => new Uint8Array(0),
  'a byte more': (right) => new Uint8Array(bytesOf(right).length + 1),
  'a byte less': (right) => new Uint8Array(Math.max(0, bytesOf(right).length - 1)),
  'other bytes': (right) => bytesOf(right).map((byte) => byte ^ 0xff),
  'a megabyte': () => new Uint8Array(1 << 20),
  'a buffer': (right) => bytesOf(right).buffer,
  'another view': (right) => new Float64Array(bytesOf(right).length),
  'a data view': (right) => new DataView(bytesOf(right).buffer),
  detached: (right) => {
    const bytes = bytesOf(right);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  },
  shared: (right) =>
    typeof SharedArrayBuffer === 'function'
      ? new Uint8Array(new SharedArrayBuffer(bytesOf(right).length))
      : bytesOf(right),
  'a view that follows its length': (right) => resizable(bytesOf(right), (bytes) => new Uint8Array(bytes)),
  'a view out of bounds': (right) =>
    resizable(bytesOf(right), (buffer) => {
      const view = new Uint8Array(buffer, 0, buffer.byteLength);
      buffer.resize?.(Math.max(0, buffer.byteLength - 1));
      return view;
    }),
  'a length that lies': (right) => Object.defineProperty(bytesOf(right), 'length', { value: 2 ** 31 }),
  'bytes with getters': (right, reenter) =>
    Object.defineProperties(bytesOf(right), {
      length: { get: () => reenter() },
      byteLength: { get: () => reenter() },
      buffer: { get: () => reenter() },
      constructor: { get: () => reenter() },
    }),
  'a proxy of bytes': (right) => new Proxy(bytesOf(right), {}),
  'bytes without methods': (right) => Object.setPrototypeOf(bytesOf(right), null),
  'what looks like bytes': (right) =>
    Object.setPrototypeOf({ length: bytesOf(right).length }, Uint8Array.prototype),
  'bytes of another realm': (right, _, realm) => {
    const Other = (realm.Uint8Array ?? Uint8Array) as typeof Uint8Array;
    return new Other(bytesOf(right));
  },
  'an object of another realm': (right, _, realm) =>
    Object.assign(new ((realm.Object ?? Object) as ObjectConstructor)(), objectOf(right)),
  'a promise': (right) => Promise.resolve(right),
  'a promise that rejects': () => {
    const rejects = Promise.reject(new Error('no'));
    rejects.catch(() => undefined);
    return rejects;
  },
  'a date': () => new Date(Number.NaN),
  'a map': () => new Map([['name', 'x']]),
  'an error': () => new Error('x'),
  'a blob': () => new Blob(['x']),
  'a stream of texts': () =>
    new ReadableStream({
      pull(controller) {
        controller.enqueue('x');
        controller.close();
      },
    }),
  'a stream with a reader': () => {
    const stream = new ReadableStream();
    stream.getReader();
    return stream;
  },
  'a stream that fails': () =>
    new ReadableStream({
      pull(controller) {
        controller.error(new DuetError('E_FILE_SOURCE'));
      },
    }),
  'a signal that was aborted': () => AbortSignal.abort(new DuetError('E_TRANSFER_OVER')),
  'what looks like a signal': () => ({ aborted: false, addEventListener: 7 }),
};

function resizable(
  bytes: Uint8Array,
  view: (buffer: ArrayBuffer & { resize?(length: number): void }) => Uint8Array,
): Uint8Array {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize?(length: number): void };
  const buffer = new Resizable(bytes.length, { maxByteLength: 2 * bytes.length + 1 });
  new Uint8Array(buffer).set(bytes);
  return view(buffer);
}

// ---- Parts

type Path = readonly (string | number)[];

/** Every part of the arguments that can be replaced: each argument, and what is in objects and lists of ours. */
function partsOf(value: unknown, path: Path = []): Path[] {
  const here = path.length === 0 ? [] : [path];
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  if (!isPlain || path.length > 4) return here;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value as object);
  return [
    ...here,
    ...[...keys].flatMap((key) => partsOf((value as Record<string | number, unknown>)[key], [...path, key])),
  ];
}

function partAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string | number, unknown>)[key], value);
}

/** A copy with another part there. */
function replaced(value: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) return part;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, part);
  return copy;
}

// ---- What is called

/** Long enough for the slowest of them on a busy machine, and for nothing that waits for ever. */
const PATIENCE_MS = 60_000;

/** What it ends in: `undefined`, or what is wrong with it. */
async function fault(run: () => unknown): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), PATIENCE_MS);
  });
  try {
    const outcome = await Promise.race([settled(run), late]);
    return outcome === 'late' ? 'it does not end' : undefined;
  } catch (error) {
    if (!(error instanceof DuetError)) return `an error of somebody else's: ${String(error)}`;
    return error.code === 'E_WASM_TRAP' ? `a trap: ${String(error.cause)}` : undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for promises, reads streams, frees what is to be freed. */
async function settled(run: () => unknown): Promise<void> {
  const result = (await run()) as { free?(): void; close?(): void; stream?: unknown } | undefined | null;
  if (typeof result !== 'object' || result === null) return;
  const stream = result instanceof ReadableStream ? result : result.stream;
  if (stream instanceof ReadableStream) for await (const _ of stream);
  result.free?.();
  result.close?.();
}

const REALM = 'chat.example';
const CHEAP = { name: 'argon2id', memoryKiB: 8, passes: 1, lanes: 1 } as const;

async function targetsOf(
  engine: EngineName,
): Promise<{ targets: Targets; reenter: () => void; client: Client }> {
  const { a, b, alice, bob } = await meet(engine, engine);
  const { identity } = alice;
  const vaultSecret = randomBytes(32);
  const exportable = await createIdentity({ realm: REALM, name: 'ida', engine, vaultSecret });
  const stored = exportable.store(vaultSecret);
  const passphrase = 'a passphrase';
  const source = { stored, account: exportable.account, vaultSecret, passphrase, kdf: CHEAP };
  const person = { name: 'bob', publicKey: bob.identity.publicKey, state: 'compared', firstSeen: 1 };
  const backup = await exportBackup({
    ...source,
    kdf: { name: 'pbkdf2', iterations: 600_000 },
    peers: [],
  }).catch(() => randomBytes(400));
  const peer = { accountId: bob.identity.accountId, publicKey: bob.identity.publicKey };
  const pair = { mine: { accountId: identity.accountId, publicKey: identity.publicKey }, theirs: peer };
  const presence = randomBytes(16);
  const listener = createListener({ identity: bob.identity, presence, engine });
  const offerTo = { identity, peer, presence, engine };
  const offer = await createOffer(offerTo);
  const waiting = await createOffer(offerTo);
  const incoming = await listener.receive({ frame: waiting.frame, from: identity.accountId });
  const [prekey = randomBytes(64)] = await listener.publishPrekeys(1);
  const early = await createOffer({ ...offerTo, prekey });
  const secret = randomBytes(32);
  const record = a.save(secret);
  const file = createOutgoingFile({
    source: new Blob(['x'.repeat(40_000)]),
    name: 'f',
    mediaType: 'text/plain',
    engine,
  });
  const arriving = createIncomingFile({ descriptor: file.descriptor, engine });
  const frame = await file.frame(0, 2);
  const sealed = sealFile({ source: new Blob(['x'.repeat(20_000)]), engine });
  const sealedBlob = await new Response(sealed.stream).blob();
  const { descriptor } = file;
  const text = { type: 'text', text: 'x', reply: null };
  const rate = createHandshakeRate();
  const client = createClient({ identity, engine });
  const conversation = client.call(person as never);
  const message = conversation.text('x');
  const addressed = () => [{ frame: frame.slice(0, 300), from: randomBytes(32) }];
  const transport = { send: () => undefined, close: () => undefined, tokenWanted: () => undefined };
  const nowhere = { url: 'https://relay.example', fetch: () => Promise.reject(new TypeError('no')) };
  const relay = { ...nowhere, accessToken: 'x' };
  const credentials = { ...nowhere, name: 'alice', loginSecret: 'x' };
  const at = [peer.accountId];
  const named = () => [message, 'x'];
  class Silent {
    binaryType = 'arraybuffer';
    bufferedAmount = 0;
    send(): void {}
    close(): void {}
    addEventListener(): void {}
  }

  const targets: Targets = {
    ready: target(() => [{}], ready),
    randomBytes: target(() => [8], randomBytes),
    accountId: target(() => [{ realm: REALM, name: 'bob' }], accountId),
    splitPassword: target(() => [{ realm: REALM, name: 'x', password: 'short' }], splitPassword),
    createIdentity: target(() => [{ realm: REALM, name: 'bob', engine, vaultSecret }], createIdentity),
    restoreIdentity: target(() => [{ ...exportable.account, stored, vaultSecret, engine }], restoreIdentity),
    'identity.store': target(
      () => [vaultSecret],
      (secretOf) => exportable.store(secretOf),
    ),
    'identity.signLogin': target(
      () => [{ challenge: randomBytes(32), presence, token: 'x' }],
      (given) => identity.signLogin(given),
    ),
    'identity.signReplacement': target(
      () => [peer.publicKey],
      (key) => identity.signReplacement(key),
    ),
    wrapIdentity: target(() => [source], wrapIdentity),
    exportBackup: target(() => [{ ...source, peers: [person] }], exportBackup),
    importBackup: target(
      () => [{ backup: backup.slice(0, 200), passphrase, vaultSecret, engine }],
      importBackup,
    ),
    unwrapIdentity: target(
      () => [{ envelope: backup.slice(0, 90), passphrase, vaultSecret, engine }],
      unwrapIdentity,
    ),
    mergePeers: target(() => [{ realm: REALM, known: [person], imported: [person] }], mergePeers),
    fingerprintOf: target(() => [identity.publicKey], fingerprintOf),
    safetyCode: target(() => [{ ...pair, mine: null }], safetyCode),
    qrText: target(() => [pair], qrText),
    parseQrText: target(() => [qrText(pair)], parseQrText),
    verifyQrText: target(() => [{ ...pair, text: qrText(pair) }], verifyQrText),
    glareWinner: target(() => [identity.publicKey, peer.publicKey], glareWinner),
    createOffer: target(() => [offerTo], createOffer),
    'createOffer with a prekey': target(() => [{ ...offerTo, prekey }], createOffer),
    'offer.accept': target(addressed, (given) => offer.accept(given)),
    'offer.verifyEnd': target(addressed, (given) => waiting.verifyEnd(given)),
    'offer.sendEarly': target(
      () => [text],
      (content) => early.sendEarly(content),
    ),
    createListener: target(() => [{ identity, presence, engine }], createListener),
    'listener.receive': target(
      () => [{ frame: waiting.frame, from: identity.accountId, pin: identity.publicKey }],
      (given) => listener.receive(given),
    ),
    'listener.publishPrekeys': target(
      () => [0],
      (count) => listener.publishPrekeys(count),
    ),
    'listener.declineUnknownPrekey': target(addressed, (given) => listener.declineUnknownPrekey(given)),
    'incoming.receiveEarly': target(addressed, (given) => incoming.receiveEarly(given)),
    'incoming.renews': target(
      () => [a],
      (session) => incoming.renews(session),
    ),
    'incoming.verifyEnd': target(addressed, (given) => incoming.verifyEnd(given)),
    'session.send': target(
      () => [text],
      (content) => a.send(content),
    ),
    'session.send a file': target(
      () => [{ type: 'file', descriptor }],
      (content) => a.send(content),
    ),
    'session.receive': target(
      () => [randomBytes(300)],
      (given) => b.receive(given),
    ),
    'session.save': target(
      () => [secret],
      (key) => b.save(key),
    ),
    'session.renewal': target(
      () => [1],
      (now) => b.renewal(now),
    ),
    'session.forget': target(
      () => [1],
      (now) => b.forget(now),
    ),
    'session.countChunk': target(
      () => [1],
      (bytes) => b.countChunk(bytes),
    ),
    restoreSession: target(() => [{ record, secret, minimumRevision: 0, identity }], restoreSession),
    'rate.wait': target(
      () => [randomBytes(32), 1],
      (...given) => rate.wait(...(given as [never])),
    ),
    'rate.check': target(
      () => [randomBytes(32), 1],
      (...given) => rate.check(...(given as [never])),
    ),
    'rate.completed': target(
      () => [randomBytes(32), 1],
      (...given) => rate.completed(...(given as [never])),
    ),
    createOutgoingFile: target(
      () => [{ source: new Blob(['x']), name: 'f', mediaType: 'text/plain', peaks: randomBytes(4), engine }],
      createOutgoingFile,
    ),
    createIncomingFile: target(() => [{ descriptor, engine }], createIncomingFile),
    'file.frame': target(
      () => [0, 1, {}],
      (...given) => file.frame(...(given as never[] as [never, never])),
    ),
    'file.open': target(
      () => [frame],
      (given) => arriving.open(given),
    ),
    sealFile: target(() => [{ source: new Blob(['x']), key: secret, context: secret, engine }], sealFile),
    openFile: target(
      () => [{ source: sealedBlob, key: sealed.key, engine, onProgress: () => undefined }],
      openFile,
    ),
    openFileRange: target(
      () => [{ source: sealedBlob, key: sealed.key, start: 1, end: 3, engine }],
      openFileRange,
    ),
    sealedSize: target(() => [8], sealedSize),
    createClient: target(() => [{ identity, pins: [person], engine, settings: {} }], createClient),
    'client.call': target(
      () => [{ name: 'carol', publicKey: peer.publicKey }],
      (given) => client.call(given),
    ),
    'client.accept': target(
      () => ['carol'],
      (name) => client.accept(name),
    ),
    'client.decline': target(
      () => at,
      (account) => client.decline(account),
    ),
    'client.wait': target(
      () => at,
      (account) => client.wait(account),
    ),
    'client.conversation': target(
      () => at,
      (account) => client.conversation(account),
    ),
    'client.show': target(
      () => [conversation],
      (given) => client.show(given),
    ),
    'client.watch': target(
      () => [at],
      (accounts) => client.watch(accounts),
    ),
    'client.replacePins': target(
      () => [[]],
      (pins) => client.replacePins(pins),
    ),
    'client.compare': target(
      () => [{ ...peer, by: 'sas' }],
      (given) => client.compare(given),
    ),
    'client.trust': target(
      () => [{ ...peer, state: 'compared' }],
      (given) => client.trust(given),
    ),
    'client.opened': target(
      () => [transport],
      (given) => client.opened(given),
    ),
    'client.receive': target(
      () => [randomBytes(300)],
      (given) => client.receive(given),
    ),
    'client.token': target(
      () => ['x'],
      (token) => client.token(token),
    ),
    'client.addEventListener': target(
      () => ['message', () => undefined, { once: true }],
      (...given) => client.addEventListener(...(given as never[] as [never, never])),
    ),
    'client.removeEventListener': target(
      () => ['message', () => undefined, { capture: true }],
      (...given) => client.removeEventListener(...(given as never[] as [never, never])),
    ),
    'conversation.text': target(
      () => ['x', {}],
      (...given) => conversation.text(...(given as never[] as [never])),
    ),
    'conversation.edit': target(named, (...given) =>
      conversation.edit(...(given as never[] as [never, never])),
    ),
    'conversation.remove': target(
      () => [message],
      (id) => conversation.remove(id),
    ),
    'conversation.react': target(
      () => [message, '👋', true],
      (...given) => conversation.react(...(given as never[] as [never, never])),
    ),
    'conversation.typing': target(
      () => ['typing'],
      (activity) => conversation.typing(activity),
    ),
    'conversation.read': target(
      () => [message],
      (id) => conversation.read(id),
    ),
    'conversation.viewed': target(
      () => [message],
      (id) => conversation.viewed(id),
    ),
    'conversation.sendFile': target(
      () => [{ source: new Blob(['x']), name: 'f', mediaType: 'text/plain', engine }],
      (given) => void conversation.sendFile(given),
    ),
    'conversation.receiveFile': target(
      () => [descriptor, { write: () => undefined, engine }],
      (...given) => void conversation.receiveFile(...(given as never[] as [never, never])),
    ),
    'conversation.rejectFile': target(
      () => [randomBytes(32)],
      (id) => conversation.rejectFile(id),
    ),
    'conversation.offerFile': target(
      () => [descriptor],
      (given) => conversation.offerFile(given),
    ),
    'conversation.file': target(
      () => [randomBytes(32), 'pause'],
      (...given) => conversation.file(...(given as never[] as [never, never])),
    ),
    'conversation.chunk': target(
      () => [{ id: randomBytes(16), file: randomBytes(32), first: 0, count: 1 }, frame],
      (...given) => conversation.chunk(...(given as never[] as [never, never])),
    ),
    connect: target(() => [{ url: nowhere.url, client, token: async () => 'x', WebSocket: Silent }], connect),
    relayConfig: target(() => [nowhere], relayConfig),
    register: target(() => [{ ...credentials, publicKey: peer.publicKey }], register),
    login: target(() => [credentials], login),
    refresh: target(() => [nowhere], refresh),
    logout: target(() => [relay], logout),
    findUsers: target(() => [{ ...relay, prefix: 'b' }], findUsers),
    findKey: target(() => [{ ...relay, accountId: peer.accountId }], findKey),
    decodeRelayFrame: target(() => [randomBytes(100)], decodeRelayFrame),
    encodeSend: target(
      () => [{ eid: randomBytes(16), to: randomBytes(32), presence, payload: randomBytes(9) }],
      encodeSend,
    ),
    encodeWatch: target(() => [{ eid: randomBytes(16), accountIds: at }], encodeWatch),
    encodeBeat: target(() => [{ number: 7, talking: true }], encodeBeat),
    encodeToken: target(() => ['x'], encodeToken),
    encodePrekeys: target(() => [{ eid: randomBytes(16), prekeys: [prekey] }], encodePrekeys),
    encodePrekeyGet: target(
      () => [{ eid: randomBytes(16), accountId: peer.accountId, presence }],
      encodePrekeyGet,
    ),
  };
  // What a getter or a trap may do: come back into what is at work, and end something.
  const reenter = () => {
    a.send(text as never);
    createIncomingFile({ descriptor, engine: 'wasm' }).free();
    client.conversation(peer.accountId);
    throw new DuetError('E_ARGUMENT', 'from a getter');
  };
  return { targets, reenter, client };
}

/** Whether the module is as it was. */
async function works(): Promise<void> {
  equal(emojiTable().length, 256, 'emoji');
  const { a, b } = await meet('wasm', 'wasm');
  const said = { type: 'text', text: '👋', reply: null } as const;
  equal(b.receive(a.send(said).frame).content, said);
}

const TRIES = { runs: 1_000, seed: 8 };

export const boundary: Suite = ({ engines, tries = TRIES, otherRealm = {} }: Environment) =>
  engines.map((engine) => ({
    name: `no input of any shape, in any place, makes more than a typed error (${engine})`,
    run: async () => {
      const { targets, reenter, client } = await targetsOf(engine);
      // Right arguments first: whatever is refused then is refused for itself.
      for (const [name, { args, run }] of Object.entries(targets))
        equal(await fault(() => run(...(args() as never[]))), undefined, name);
      const places = Object.entries(targets).flatMap(([name, { args }]) =>
        partsOf(args()).map((path) => ({ name, path })),
      );
      const attempt = fc.record({
        place: fc.constantFrom(...places),
        shape: fc.constantFrom(...Object.keys(SHAPES)),
        // Of no kind that anybody has thought of.
        any: fc.option(fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }), {
          freq: 5,
        }),
      });
      await fc.assert(
        fc.asyncProperty(attempt, async ({ place, shape, any }) => {
          const { args, run } = targets[place.name] as Target;
          const right = args();
          const make = SHAPES[shape] as Shape;
          const part = any ?? make(partAt(right, place.path), reenter, otherRealm);
          const given = replaced(right, place.path, part) as never[];
          const wrong = await fault(() => run(...given));
          if (wrong !== undefined) throw new Error(`${place.name}, ${place.path.join('.')}: ${wrong}`);
        }),
        { numRuns: tries.runs, seed: tries.seed, endOnFailure: true },
      );
      client.free();
      await works();
    },
  }));
