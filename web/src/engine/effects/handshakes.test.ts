import { beforeEach, describe, expect, test } from 'vitest';
import { fromText, toText } from '../bytes.ts';
import type { HandshakeRate, IncomingOffer, Offer } from '../crypto/port.ts';
import { type HandshakeId, handshakeId } from '../ids.ts';
import type { Event, EventOf } from '../machine/events.ts';
import type { Run } from '../run.ts';
import { BOB, CAROL, frame, KEY, RUN, text16 } from '../testing/world.ts';
import { type HandshakeDeps, Handshakes } from './handshakes.ts';

const RAW = new Uint8Array(16).fill(30);
const OFFER = frame(0x01, text16(30), 1475);
const [OF_BOB, OF_CAROL] = [handshakeId(BOB.accountId, RAW), handshakeId(CAROL.accountId, RAW)];
const ADDRESS = { to: BOB.accountId, presence: RUN };

let freed: string[];
let said: string[];
let events: Event[];
let handshakes: Handshakes;

/** An offer that somebody makes; its early messages say whose it is. */
function offerOf(account: string): IncomingOffer {
  return {
    peer: { accountId: fromText(account, 32), publicKey: fromText(KEY, 32) },
    prekeyStart: false,
    receiveEarly: () => ({ seq: 0, content: { type: 'text', text: `of ${account}`, reply: null } }),
    decline: async () => {
      said.push(account);
      return new Uint8Array(84);
    },
    verifyEnd: async () => 'cancelled',
    free: () => freed.push(`in ${account}`),
  } as unknown as IncomingOffer;
}

const own = {
  hid: RAW,
  early: false,
  frame: OFFER,
  free: () => freed.push('own'),
} as unknown as Offer;

const run = {
  owner: text16(1),
  publicKey: fromText(KEY, 32),
  listener: { receive: async ({ from }: { from: Uint8Array }) => offerOf(toText(from)) },
} as unknown as Run;

beforeEach(() => {
  [freed, said, events] = [[], [], []];
  handshakes = new Handshakes({
    crypto: { createOffer: async () => own, glareWinner: () => 'own' },
    mode: () => 'wasm',
    rate: () => ({ wait: () => 0 }) as unknown as HandshakeRate,
    keystore: { pin: async () => null },
    directory: { nameOf: async (_: string, account: string) => account },
    dispatch: (event: Event) => events.push(event),
    keep: () => '',
    post: () => undefined,
  } as unknown as HandshakeDeps);
});

const check = (from: string) =>
  handshakes.checkOffer(run, { type: 'check-offer', from, presence: RUN, frame: OFFER });
const call = () =>
  handshakes.makeOffer(run, {
    type: 'make-offer',
    conversation: 1,
    address: ADDRESS,
    key: KEY,
    prekey: null,
  });
const ofType = <T extends Event['type']>(type: T) =>
  events.filter((event): event is EventOf<T> => event.type === type);
const early = (hid: HandshakeId, from: string) =>
  handshakes.openEarly({ type: 'open-early', hid, from, frame: frame(0x10, text16(30)) });

describe('one id, two accounts', () => {
  test('two offers are checked, even at once, and neither has the words or the end of the other', async () => {
    await Promise.all([check(BOB.accountId), check(CAROL.accountId)]);
    expect(ofType('offer-checked').map(({ hid, peer }) => [hid, peer.accountId])).toEqual([
      [OF_BOB, BOB.accountId],
      [OF_CAROL, CAROL.accountId],
    ]);
    await early(OF_BOB, BOB.accountId);
    await early(OF_CAROL, CAROL.accountId);
    expect(ofType('early-opened').map(({ hid, body }) => [hid, body])).toEqual([
      [OF_BOB, { kind: 'text', text: `of ${BOB.accountId}` }],
      [OF_CAROL, { kind: 'text', text: `of ${CAROL.accountId}` }],
    ]);
    const address = { to: CAROL.accountId, presence: RUN };
    await handshakes.end({ type: 'end-handshake', hid: OF_CAROL, reason: 'busy', address });
    expect([said, freed]).toEqual([[CAROL.accountId], [`in ${CAROL.accountId}`]]);
    handshakes.wipe(OF_BOB);
    expect(freed).toEqual([`in ${CAROL.accountId}`, `in ${BOB.accountId}`]);
  });

  test('a frame waits only for the check of its own account’s offer', async () => {
    const work = check(CAROL.accountId);
    expect(handshakes.checkOf(OF_BOB)).toBeUndefined();
    expect(handshakes.checkOf(OF_CAROL)).toBeInstanceOf(Promise);
    await work;
  });

  test('an own call is not ended by it', async () => {
    await call();
    await check(CAROL.accountId);
    const address = { to: CAROL.accountId, presence: RUN };
    await handshakes.end({ type: 'end-handshake', hid: OF_CAROL, reason: 'busy', address });
    handshakes.wipe(OF_CAROL);
    expect(freed).toEqual([`in ${CAROL.accountId}`]);
    handshakes.wipe(OF_BOB);
    expect(freed).toEqual([`in ${CAROL.accountId}`, 'own']);
  });
});

describe('one id twice with one account', () => {
  test('the one who is called cannot put an offer in the place of ours', async () => {
    await call();
    await check(BOB.accountId);
    expect(ofType('offer-checked')).toEqual([]);
    expect(freed).toEqual([]);
  });

  test('a second offer does not take the place of one that rings', async () => {
    await check(BOB.accountId);
    await check(BOB.accountId);
    expect(ofType('offer-checked')).toHaveLength(1);
    expect(freed).toEqual([]);
  });
});
