/** relay.json: what a client encodes and decodes. */
import type { EngineName, Identity } from '@duet-chat/crypto';
import {
  decodeRelayFrame,
  encodeBeat,
  encodePrekeyGet,
  encodePrekeys,
  encodeSend,
  encodeToken,
  encodeWatch,
} from '@duet-chat/crypto/relay';
import { identityFromSeed } from '@duet-chat/crypto/testing';
import { equal, hex, unhex } from '../harness.js';
import { type Case, outcome, type Runners } from './case.js';

export const relay: Runners = {
  frame: (test) => {
    if (test.kind in ENCODED) encoded(test);
    // A BEAT goes both ways, but for the top bit.
    const both = test.kind === 'beat' && test.fields.value < OPEN;
    if (both || !(test.kind in ENCODED)) decoded(test);
  },
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
    await outcome(test, async () =>
      equal(hex(await identity.signReplacement(unhex(test.new))), test.sig, 'signature'),
    );
  },
};

async function relayIdentity(test: Case, engine: EngineName): Promise<Identity> {
  const identity = await identityFromSeed({
    realm: 'chat.example',
    name: 'alice',
    seed: unhex(test.seed),
    engine,
  });
  equal(hex(identity.accountId), test.aid, 'account id');
  return identity;
}

/** The words of the numbers in section 9. */
const WELCOME = ['ok', 'refused', 'tryLater'];
const NOTICE = [undefined, 'draining', 'prekeysLow', 'partnerUnreachable'];
const PREKEY = ['ok', 'none', 'rateLimit', 'offline', undefined, 'notAllowed'];
const ACK = ['written', 'offline', 'rateLimit', 'tooLarge', 'malformed', 'notAllowed', 'unreachable'];

/** The top bit of a client's BEAT. */
const OPEN = 2 ** 31;

/** What a client sends. */
const ENCODED: Readonly<Record<string, (fields: Case) => Uint8Array>> = {
  send: (fields) =>
    encodeSend({
      eid: unhex(fields.eid),
      to: unhex(fields.to),
      presence: unhex(fields.presence),
      payload: unhex(fields.payload),
    }),
  watch: (fields) => encodeWatch({ eid: unhex(fields.eid), accountIds: fields.aids.map(unhex) }),
  beat: ({ value }) => encodeBeat({ number: value % OPEN, talking: value >= OPEN }),
  prekeys: (fields) => encodePrekeys({ eid: unhex(fields.eid), prekeys: fields.prekeys.map(unhex) }),
  prekey_get: (fields) =>
    encodePrekeyGet({
      eid: unhex(fields.eid),
      accountId: unhex(fields.aid),
      presence: unhex(fields.presence),
    }),
  token: (fields) => encodeToken(fields.token),
};

/** What a client gets. */
const DECODED: Readonly<Record<string, (fields: Case) => unknown>> = {
  challenge: (fields) => ({ type: 'challenge', challenge: unhex(fields.challenge) }),
  welcome: (fields) => ({ type: 'welcome', status: WELCOME[fields.status] }),
  notice: (fields) => ({ type: 'notice', notice: NOTICE[fields.code], value: fields.value }),
  deliver: (fields) => ({
    type: 'deliver',
    eid: unhex(fields.eid),
    from: unhex(fields.from),
    presence: unhex(fields.presence),
    payload: unhex(fields.payload),
  }),
  ack: (fields) => ({ type: 'ack', eid: unhex(fields.eid), status: ACK[fields.status] }),
  prekey_res: (fields) => ({
    type: 'prekey',
    eid: unhex(fields.eid),
    status: PREKEY[fields.status],
    prekey: fields.status === 0 ? unhex(fields.prekey) : null,
  }),
  presence: (fields) => ({
    type: 'presence',
    accountId: unhex(fields.aid),
    presence: unhex(fields.presence),
    online: fields.online === 1,
    maxVersion: fields.max_version,
  }),
  beat: ({ value }) => ({ type: 'beat', number: value }),
};

function encoded({ kind, fields, frame }: Case): void {
  const bytes = ENCODED[kind]?.(fields) ?? new Uint8Array(0);
  equal(hex(bytes), frame, 'frame');
}

function decoded({ kind, fields, frame }: Case): void {
  const wanted = DECODED[kind];
  if (wanted === undefined) throw new Error(`unknown kind of frame ${kind}`);
  equal<unknown>(decodeRelayFrame(unhex(frame)), wanted(fields), 'decoded frame');
}
