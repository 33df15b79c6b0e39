/**
 * The shared vectors (`test-vectors/`) through the package, on each engine. An operation that is not in the tables
 * below fails: a case that was skipped is not a case that passed.
 */
import {
  accountId,
  createIncomingFile,
  type EngineName,
  emojiTable,
  fingerprintOf,
  glareWinner,
  type Identity,
  type IncomingOffer,
  type Listener,
  type Offer,
  openFile,
  openFileRange,
  qrText,
  restoreIdentity,
  type Session,
  safetyCode,
  splitPassword,
  verifyQrText,
} from '@duet-chat/crypto';
import { decodeRelayFrame, encodeSend, encodeToken, encodeWatch } from '@duet-chat/crypto/relay';
import {
  engineOperation,
  identityFromSeed,
  receiveAt,
  scriptedEnvelope,
  scriptedListener,
  scriptedOffer,
  scriptedOutgoingFile,
  scriptedSeal,
  scriptLeft,
} from '@duet-chat/crypto/testing';
import { assert, collect, concat, type Environment, equal, hex, refused, type Suite, type Test, unhex } from '../harness.js';
import { contentFromVector, contentToVector, descriptorFromVector } from './vector-content.js';
import { large, sha256 } from './vector-data.js';

// biome-ignore lint/suspicious/noExplicitAny: cases are data; each operation knows its fields
type Case = any;

interface VectorFile {
  readonly protocol: string;
  readonly number_of_tests: number;
  readonly handshakes?: Readonly<Record<string, Case>>;
  readonly tests: readonly Case[];
}

type Runner = (test: Case, file: VectorFile, engine: EngineName) => void | Promise<void>;

/** One runner per operation of a file; `*` where a file has one operation only. */
type Runners = Readonly<Record<string, Runner>>;

/**
 * Operations inside the core that the package neither offers nor can reach one by one: the Rust tests run them, and
 * every frame and envelope here is made of them.
 */
const CORE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'primitives.json': ['lp', 'lh', 'extract', 'expand', 'kem_keygen', 'kem_encaps', 'kem_decaps', 'seal', 'open'],
  'padding.json': ['padme', 'bucket', 'pad', 'unpad'],
  'limits.json': ['value'],
  'file.json': ['descriptor', 'control'],
  'file_reject.json': ['descriptor', 'control'],
  // The relay's half.
  'relay.json': ['payload', 'forward', 'login_verify'],
};

/** Files about what the core does whichever engine is chosen. */
const NO_ENGINE: readonly string[] = ['glare.json', 'padding.json', 'password.json', 'qr_reject.json', 'wrap.json'];

const people = async (base: Case, engine: EngineName): Promise<{ alice: Identity; bob: Identity }> => {
  const { realm } = base;
  const make = (name: string, seed: string) => identityFromSeed({ realm, name, seed: unhex(seed), engine });
  return { alice: await make(base.alice, base.alice_seed), bob: await make(base.bob, base.bob_seed) };
};

const peer = (identity: Identity) => ({ accountId: identity.accountId, publicKey: identity.publicKey });

/** The honest run of a base handshake up to the state that a case is about. */
class Stage {
  private constructor(
    readonly alice: Identity,
    readonly bob: Identity,
    readonly listener: Listener,
    readonly offer: Offer,
  ) {}

  static async of(base: Case, engine: EngineName, more: { a?: string; b?: string } = {}): Promise<Stage> {
    const { alice, bob } = await people(base, engine);
    const script = (side: 'initiator' | 'responder', rest = '') => unhex(base.rng[side].join('') + rest);
    const presence = unhex(base.presence_b);
    const listener = scriptedListener({ identity: bob, presence, engine, script: script('responder', more.b) });
    const offer = await scriptedOffer({
      identity: alice,
      peer: peer(bob),
      presence,
      engine,
      script: script('initiator', more.a),
    });
    return new Stage(alice, bob, listener, offer);
  }

  ring(): Promise<IncomingOffer> {
    return this.listener.receive({ frame: this.offer.frame, from: this.alice.accountId });
  }

  async complete(): Promise<{ accept: Uint8Array; confirm: Uint8Array; ready: Uint8Array; a: Session; b: Session }> {
    const pending = await (await this.ring()).accept();
    const accept = pending.frame;
    const accepted = await this.offer.accept({ frame: accept, from: this.bob.accountId });
    const confirmed = await pending.confirm({ frame: accepted.confirm, from: this.alice.accountId });
    return { accept, confirm: accepted.confirm, ready: confirmed.ready, a: accepted.session, b: confirmed.session };
  }
}

const party = (side: Case) => ({ accountId: unhex(side.aid), publicKey: unhex(side.ik) });

const emojiText = (names: readonly { emoji: string }[]) => names.map(({ emoji }) => emoji).join('');

/** `LP(label) || m`, from the specification: what an identity signs. */
const labelled = (label: string, m: Uint8Array) => {
  const text = new TextEncoder().encode(`PAIR/1 ${label}`);
  return concat(new Uint8Array([text.length]), text, m);
};

/** Runs a case that may be a refusal. */
async function outcome(test: Case, attempt: () => unknown): Promise<void> {
  if (test.result === 'invalid') await refused(test.error, attempt);
  else await attempt();
}

const RUNNERS: Readonly<Record<string, Runners>> = {
  'primitives.json': {
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
  },
  'bad_points.json': {
    ed25519: async (test, _, engine) => {
      const encoding = unhex(test.encoding);
      await outcome(test, () => fingerprintOf(encoding));
      if (test.result === 'valid') return;
      // Neither as a key nor as the R of a signature: 0 = 0 holds for some of them, whatever was signed.
      const signature = concat(encoding, new Uint8Array(32));
      await refused('E_SIGNATURE', () => engineOperation.verify(engine, encoding, new Uint8Array(32), signature));
    },
    x25519: async (test, _, engine) => {
      await outcome(test, async () => {
        const [, shared] = await engineOperation.agree(engine, unhex(test.secret), unhex(test.encoding));
        equal(hex(shared), test.out, 'shared secret');
      });
    },
  },
  'identity.json': {
    account_id: async (test) => {
      await outcome(test, () => equal(hex(accountId({ realm: test.realm, name: test.name })), test.aid, 'account id'));
    },
    identity: async (test, _, engine) => {
      const { realm, name } = test;
      const identity = await identityFromSeed({ realm, name, seed: unhex(test.seed), engine });
      equal(hex(identity.publicKey), test.ik, 'public key');
      equal(hex(identity.accountId), test.aid, 'account id');
      const { hex: digits, emoji } = identity.fingerprint();
      equal(digits, test.hex, 'fingerprint');
      equal(digits.replaceAll(' ', ''), test.fingerprint, 'fingerprint');
      equal(emojiText(emoji), test.emoji, 'emoji');
      const code = await safetyCode({ mine: peer(identity), theirs: peer(identity) });
      equal(code, test.safety_half + test.safety_half, 'safety halves');
    },
    safety_code: async (test) => {
      equal(await safetyCode({ mine: party(test.mine), theirs: party(test.theirs) }), test.out, 'safety code');
    },
    qr: (test) => equal(qrText({ mine: party(test.me), theirs: party(test.peer) }), test.text, 'QR text'),
    sas: (test) => {
      const table = emojiTable();
      const emoji = Array.from(unhex(test.bytes), (byte) => table[byte]?.emoji ?? '').join('');
      equal(emoji, test.emoji, 'emoji');
    },
  },
  'qr_reject.json': {
    '*': async (test) => {
      await outcome(test, () =>
        verifyQrText({ text: test.text, mine: party(test.me), theirs: party(test.peer) }),
      );
    },
  },
  'glare.json': {
    '*': (test) => equal(glareWinner(unhex(test.own), unhex(test.peer)), test.winner, 'winner'),
  },
  'handshake_interactive.json': {
    '*': async (test, _, engine) => {
      const stage = await Stage.of(test, engine);
      equal(hex(stage.alice.accountId), test.aid_a, 'aid_A');
      equal(hex(stage.bob.publicKey), test.ik_b, 'IK_B');
      equal(hex(stage.offer.frame), test.flight1, 'OFFER');
      const { accept, confirm, ready, a, b } = await stage.complete();
      equal(hex(accept), test.accept, 'ACCEPT');
      equal(hex(confirm), test.confirm, 'CONFIRM');
      equal(hex(ready), test.ready, 'READY');
      for (const session of [a, b]) {
        equal(hex(session.id), test.sid, 'session id');
        equal(emojiText(session.sas), test.sas_emoji, 'SAS');
        equal(scriptLeft(session), 0, 'random bytes that were not drawn');
      }
      equal([a.secure, b.secure], [false, true], 'secure before READY');
      equal(a.receive(ready).content.type, 'ready', 'READY');
      equal(a.secure, true, 'secure after READY');
    },
  },
  'handshake_reject.json': {
    offer: async (test, file, engine) => {
      const { listener } = await Stage.of(baseOf(test, file), engine);
      for (const frame of test.before) {
        await listener.receive({ frame: unhex(frame), from: unhex(test.from) });
      }
      const pin = test.pin === null ? undefined : unhex(test.pin);
      await outcome(test, () => listener.receive({ frame: unhex(test.frame), from: unhex(test.from), pin }));
    },
    ring: async (test, file, engine) => {
      const { listener } = await Stage.of(baseOf(test, file), engine);
      const incoming = await listener.receive({ frame: unhex(test.frame), from: unhex(test.from) });
      await outcome(test, () => incoming.accept());
    },
    accept: async (test, file, engine) => {
      const { offer } = await Stage.of(baseOf(test, file), engine);
      await outcome(test, () => offer.accept({ frame: unhex(test.frame), from: unhex(test.from) }));
    },
    confirm: async (test, file, engine) => {
      const stage = await Stage.of(baseOf(test, file), engine);
      const pending = await (await stage.ring()).accept();
      await outcome(test, () => pending.confirm({ frame: unhex(test.frame), from: unhex(test.from) }));
    },
  },
  'end.json': {
    encode: async (test, file, engine) => {
      const stage = await Stage.of(baseOf(test, file), engine);
      if (test.role === 'initiator') {
        // The package gives an initiator one reason: it gave up.
        if (test.reason === 'cancelled') equal(hex(await stage.offer.cancel()), test.frame, 'END');
      } else if (test.reason === 'declined' || test.reason === 'busy') {
        const incoming = await stage.ring();
        equal(hex(await incoming.decline(test.reason)), test.frame, 'END');
      }
      // Whoever makes them, every reason must be understood by the other side.
      const other: Offer | IncomingOffer = test.role === 'initiator' ? await listening(baseOf(test, file), engine) : (await Stage.of(baseOf(test, file), engine)).offer;
      const from = test.role === 'initiator' ? stage.alice : stage.bob;
      equal(await other.verifyEnd({ frame: unhex(test.frame), from: from.accountId }), test.reason, 'reason');
    },
    verify: async (test, file, engine) => {
      const base = baseOf(test, file);
      // `role` is the sender's: the other side verifies.
      const receiver = test.role === 'initiator' ? await listening(base, engine) : (await Stage.of(base, engine)).offer;
      await outcome(test, async () => {
        const reason = await receiver.verifyEnd({ frame: unhex(test.frame), from: unhex(test.from) });
        equal(reason, test.reason, 'reason');
      });
    },
  },
  'ratchet.json': { '*': runScript },
  'limits.json': {
    text: async (test, _, engine) => {
      const { a } = await conversation(engine);
      const text = test.character.repeat(test.count);
      await outcome(test, () => a.send({ type: 'text', text, reply: null }));
    },
  },
  'file.json': {
    cobblestone: async (test, _, engine) => {
      const [key, salt, context] = [unhex(test.key), unhex(test.salt), unhex(test.context)];
      const content = await large(test.content);
      const sealed = scriptedSeal({ source: new Blob([content]), key, salt, context, engine });
      const bytes = await collect(sealed.stream);
      equal(bytes.length, test.len, 'length');
      equal(sealed.size(), test.len, 'size()');
      equal(hex(bytes.subarray(24, 56)), test.commitment, 'commitment');
      equal(await sha256(bytes), test.sha256, 'SHA-256');
      const source = new Blob([bytes]);
      equal(hex(await collect(openFile({ source, key, context, engine }))), hex(content), 'opened');
      const [start, end] = [Math.floor(content.length / 3), Math.ceil(content.length / 2)];
      const part = await openFileRange({ source, key, context, engine, start, end });
      equal(hex(part), hex(content.subarray(start, end)), 'range');
    },
    file: async (test, _, engine) => {
      const content = await large(test.content);
      const descriptor = descriptorFromVector(test.descriptor);
      const outgoing = scriptedOutgoingFile({
        source: new Blob([content]),
        name: descriptor.name,
        mediaType: descriptor.mediaType,
        key: descriptor.key,
        salt: descriptor.salt,
        engine,
      });
      equal(hex(outgoing.fid), test.fid, 'fid');
      equal(outgoing.segments, test.segments.length, 'segments');
      const incoming = createIncomingFile({ descriptor, engine });
      equal(hex(incoming.fid), test.fid, 'fid');
      const received = new Uint8Array(content.length);
      for (const segment of test.segments) {
        const frame = await outgoing.segment(segment.index);
        equal(frame.length, segment.len, 'length of the frame');
        equal(hex(frame.subarray(0, 39)), segment.header, 'head');
        equal(await sha256(frame), segment.sha256, 'SHA-256 of the frame');
        const opened = await incoming.open(frame);
        equal([opened.index, opened.last], [segment.index, segment.last], 'segment');
        received.set(opened.bytes, opened.offset);
      }
      equal(await sha256(received), test.content_sha256, 'SHA-256 of the file');
      for (const range of test.ranges) {
        const part = received.subarray(range.offset, range.offset + range.len);
        equal(await sha256(part), range.sha256, 'SHA-256 of a range');
      }
    },
  },
  'file_reject.json': {
    chunk: async (test, _, engine) => {
      const incoming = createIncomingFile({ descriptor: descriptorFromVector(test.descriptor), engine });
      const frame = await pieced(test, engine);
      equal(await sha256(frame), test.frame_sha256, 'SHA-256 of the frame');
      await outcome(test, async () => {
        const opened = await incoming.open(frame);
        equal([opened.index, opened.last, opened.offset], [test.index, test.last, test.offset], 'segment');
        equal(await sha256(opened.bytes), test.sha256, 'SHA-256');
      });
    },
  },
  'wrap.json': {
    wrap: async (test) => {
      const { realm, name } = test;
      const identity = await identityFromSeed({ realm, name, seed: unhex(test.seed), engine: 'wasm' });
      equal(hex(identity.publicKey), test.ik, 'public key');
      const [vaultSecret, script] = [unhex(test.secret), unhex(test.rng.join(''))];
      const envelope = scriptedEnvelope(identity, { vaultSecret, created: test.created, script });
      equal(hex(envelope), test.envelope, 'envelope');
    },
    unwrap: async (test) => {
      const envelope = unhex(test.envelope);
      const publicKey = new Uint8Array(32);
      publicKey.set(envelope.subarray(32, 64));
      const account = { realm: test.realm ?? 'chat.example', name: test.name ?? 'alice' };
      const stored = { kind: 'wrapped', publicKey, envelope } as const;
      await outcome(test, async () => {
        const identity = await restoreIdentity({ ...account, stored, vaultSecret: unhex(test.secret) });
        const wanted = await identityFromSeed({ ...account, seed: unhex(test.seed), engine: 'wasm' });
        equal(hex(identity.publicKey), hex(wanted.publicKey), 'public key');
      });
    },
  },
  'password.json': {
    '*': async (test) => {
      const { realm, name, password } = test;
      await outcome(test, async () => {
        const secrets = await splitPassword({ realm, name, password });
        equal(secrets.loginSecret, test.login_secret, 'login secret');
        equal(hex(secrets.vaultSecret), test.vault_secret, 'vault secret');
        equal(hex(accountId({ realm, name })), test.aid, 'account id');
      });
    },
  },
  'relay.json': {
    frame: (test) => relayFrame(test),
    decode: async (test) => {
      // The package decodes what a client gets; what the relay gets is the relay's to decode.
      if (test.to === 'client') await outcome(test, () => decodeRelayFrame(unhex(test.frame)));
    },
    login: async (test, _, engine) => {
      const identity = await relayIdentity(test, engine);
      const login = { challenge: unhex(test.challenge), presence: unhex(test.presence), token: test.token };
      await outcome(test, async () => equal(hex(await identity.signLogin(login)), test.frame, 'LOGIN'));
    },
    replacement: async (test, _, engine) => {
      const identity = await relayIdentity(test, engine);
      await outcome(test, async () => equal(hex(await identity.signReplacement(unhex(test.new))), test.sig, 'signature'));
    },
  },
};

function baseOf(test: Case, file: VectorFile): Case {
  const base = file.handshakes?.[test.base ?? test.handshake];
  assert(base !== undefined, 'the case starts from a handshake that is not in the file');
  return base;
}

async function listening(base: Case, engine: EngineName): Promise<IncomingOffer> {
  return (await Stage.of(base, engine)).ring();
}

/** Both sides of a script, whose random bytes are the handshake's and then those of each step, in order. */
async function runScript(test: Case, file: VectorFile, engine: EngineName): Promise<void> {
  const base = baseOf(test, file);
  const drawn = (by: 'a' | 'b') =>
    test.steps
      .filter((step: Case) => step.by === by)
      .flatMap((step: Case) => step.rng)
      .join('');
  const stage = await Stage.of(base, engine, { a: drawn('a'), b: drawn('b') });
  const { ready, a, b } = await stage.complete();
  equal(hex(a.id), test.sid, 'session id');
  const sides: Readonly<Record<string, Session>> = { a, b };
  const frames = new Map<number, string>();

  for (const step of test.steps) {
    const session = sides[step.by];
    assert(session !== undefined, `unknown side ${step.by}`);
    for (let time = 1; time <= step.times; time++) {
      const final = time === step.times;
      const where = `step ${step.step}, time ${time}`;
      if (step.op === 'send') {
        // The handshake has sent READY.
        if (step.step === 1) {
          equal(hex(ready), step.frame, where);
          frames.set(1, step.frame);
          continue;
        }
        if (step.result === 'invalid') {
          await refused(step.error, () => session.send(contentFromVector(step.content)));
          continue;
        }
        const sent = session.send(contentFromVector(step.content));
        if (!final) continue;
        equal(sent.seq, step.seq, `${where}: seq`);
        equal(hex(sent.frame), step.frame, `${where}: frame`);
        frames.set(step.step, step.frame);
      } else if (step.op === 'receive') {
        const frame = unhex(step.frame ?? frames.get(step.frame_of));
        if (step.result === 'invalid') {
          const attempt = () => receiveAt(session, frame, step.now);
          if (final) await refused(step.error, attempt);
          else await anyRefusal(attempt);
          continue;
        }
        const received = receiveAt(session, frame, step.now);
        if (!final) continue;
        equal([received.seq, received.ack], [step.seq, step.ack], `${where}: seq and ack`);
        equal(contentToVector(received.content), step.content, `${where}: content`);
      } else {
        throw new Error(`unknown op ${step.op}`);
      }
    }
  }
  for (const session of [a, b]) equal(scriptLeft(session), 0, 'random bytes that were not drawn');
}

async function anyRefusal(attempt: () => unknown): Promise<void> {
  try {
    attempt();
  } catch {
    return;
  }
  throw new Error('it went through');
}

async function conversation(engine: EngineName): Promise<{ a: Session; b: Session }> {
  const { meet } = await import('../people.js');
  return meet(engine, engine);
}

async function pieced(test: Case, engine: EngineName): Promise<Uint8Array<ArrayBuffer>> {
  const honest = new Map<string, ReturnType<typeof scriptedOutgoingFile>>();
  for (const file of test.files) {
    const { name, mediaType, key, salt } = descriptorFromVector(file.descriptor);
    const source = new Blob([await large(file.content)]);
    honest.set(file.name, scriptedOutgoingFile({ source, name, mediaType, key, salt, engine }));
  }
  const parts: Uint8Array[] = [];
  for (const piece of test.pieces) {
    if (piece.hex !== undefined) {
      parts.push(unhex(piece.hex));
      continue;
    }
    const file = honest.get(piece.file);
    assert(file !== undefined, `unknown file ${piece.file}`);
    parts.push((await file.segment(piece.segment)).subarray(piece.from, piece.to));
  }
  return concat(...parts);
}

async function relayIdentity(test: Case, engine: EngineName): Promise<Identity> {
  const identity = await identityFromSeed({ realm: 'chat.example', name: 'alice', seed: unhex(test.seed), engine });
  equal(hex(identity.accountId), test.aid, 'account id');
  return identity;
}

/** The words of the numbers in section 9. */
const WELCOME = ['ok', 'refused', 'tryLater'];
const NOTICE = [undefined, 'draining', 'prekeysLow', 'partnerUnreachable'];
const ACK = ['written', 'offline', 'rateLimit', 'tooLarge', 'malformed', 'notAllowed', 'unreachable'];

function relayFrame({ kind, fields, frame }: Case): void {
  const decoded = () => decodeRelayFrame(unhex(frame));
  switch (kind) {
    case 'challenge':
      return equal(decoded(), { type: 'challenge', challenge: unhex(fields.challenge) } as const);
    case 'welcome':
      return equal<unknown>(decoded(), { type: 'welcome', status: WELCOME[fields.status] });
    case 'notice':
      return equal<unknown>(decoded(), { type: 'notice', notice: NOTICE[fields.code], value: fields.value });
    case 'deliver':
      return equal<unknown>(decoded(), {
        type: 'deliver',
        eid: unhex(fields.eid),
        from: unhex(fields.from),
        presence: unhex(fields.presence),
        payload: unhex(fields.payload),
      });
    case 'ack':
      return equal<unknown>(decoded(), { type: 'ack', eid: unhex(fields.eid), status: ACK[fields.status] });
    case 'presence':
      return equal<unknown>(decoded(), {
        type: 'presence',
        accountId: unhex(fields.aid),
        presence: unhex(fields.presence),
        online: fields.online === 1,
        maxVersion: fields.max_version,
      });
    case 'send':
      return equal(
        hex(
          encodeSend({
            eid: unhex(fields.eid),
            to: unhex(fields.to),
            presence: unhex(fields.presence),
            payload: unhex(fields.payload),
          }),
        ),
        frame,
      );
    case 'watch':
      return equal(hex(encodeWatch({ eid: unhex(fields.eid), accountId: unhex(fields.aid) })), frame);
    case 'token':
      return equal(hex(encodeToken(fields.token)), frame);
    default:
      throw new Error(`unknown kind of frame ${kind}`);
  }
}

async function emojiNames(environment: Environment): Promise<void> {
  const table = emojiTable();
  const lines = (await environment.text('emoji256.txt')).split('\n').filter((line) => line !== '');
  equal(lines.length, 256, 'lines of emoji256.txt');
  equal(table.length, 256, 'length of the table');
  for (const [index, line] of lines.entries()) {
    const names = table[index];
    assert(names !== undefined, `no emoji ${index}`);
    assert(line.includes(names.emoji) && line.includes(names.en) && line.includes(names.ru), `emoji ${index}: ${line}`);
  }
}

export const vectors: Suite = async (environment) => {
  const tests: Test[] = [{ name: 'emoji256.txt', run: () => emojiNames(environment) }];
  const files = new Set([...Object.keys(RUNNERS), ...Object.keys(CORE_ONLY)]);
  for (const name of files) {
    const file = JSON.parse(await environment.text(name)) as VectorFile;
    equal(file.protocol, 'PAIR/1', `protocol of ${name}`);
    equal(file.tests.length, file.number_of_tests, `number of tests in ${name}`);
    const runners = RUNNERS[name] ?? {};
    const engines = NO_ENGINE.includes(name) ? environment.engines.slice(0, 1) : environment.engines;
    for (const engine of engines) {
      tests.push({
        name: `${name} on ${engine}`,
        run: async () => {
          let ran = 0;
          for (const test of file.tests) {
            const op = '*' in runners ? '*' : (test.op ?? test.at ?? test.kind);
            const runner = runners[op];
            if (runner === undefined) {
              assert(CORE_ONLY[name]?.includes(op) ?? false, `${name} ${test.id}: unknown operation ${op}`);
              continue;
            }
            try {
              await runner(test, file, engine);
            } catch (cause) {
              throw new Error(`${name} ${test.id} (${test.comment}): ${(cause as Error).message}`, { cause });
            }
            ran++;
          }
          assert(ran > 0 || !(name in RUNNERS), `no case of ${name} ran`);
        },
      });
    }
  }
  return tests;
};
