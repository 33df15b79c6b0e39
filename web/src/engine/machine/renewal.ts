/**
 * A fresh session in the place of one that grows old, while the chat goes on (protocol.md section 4.9).
 *
 * The initiator of the session offers, the other side accepts without a prompt. From CONFIRM to READY the initiator
 * holds its texts back; what else it says goes through the old session. The relay keeps the order of frames, so the
 * initiator has heard everything of the old session when READY comes, and the responder when the first message of
 * the new one does: until then the responder listens to both.
 */
import type { MessageView } from '../contract.ts';
import type { HandshakeId } from '../ids.ts';
import { refuseCall, ring } from './answering.ts';
import { sayDrafts } from './drafts.ts';
import { end, endAbruptly, endFatally, giveUp } from './ending.ts';
import type { EventOf } from './events.ts';
import { CONFIRM_MS, READY_MS, RENEW_AGAIN_MS, RENEW_MS, RETIRE_MS, RING_MS, SESSION_MS } from './limits.ts';
import type { Incoming, Open, Renewal, Talk } from './state.ts';
import {
  acknowledgedBy,
  isQuiet,
  newTalk,
  owe,
  readBy,
  say,
  tellRead,
  understand,
  watchAcknowledgement,
  watchRead,
} from './talk.ts';
import { addressOf, remembered, type Turn } from './turn.ts';

/** The number of what was said in a session before: whatever this session calls read is behind it. */
const BEFORE = -1;

// ---- When

/** A session began. Its initiator is the one who renews it. */
export function beginSession(turn: Turn): void {
  const { talk } = turn;
  if (talk === null) return;
  turn.start('expire', SESSION_MS);
  if (talk.role === 'initiator') renewIn(turn, RENEW_MS);
  else turn.stop('renew');
}

function renewIn(turn: Turn, ms: number): void {
  turn.patchOpen({ renewAt: turn.at + ms });
  turn.start('renew', ms);
}

/** Timers rest while a machine sleeps, the clock does not: it is looked at with every event. */
export function checkEnd(turn: Turn): void {
  const { talk } = turn;
  if (talk !== null && turn.at - talk.since >= SESSION_MS) expire(turn);
}

export function checkRenewal(turn: Turn): void {
  const { open } = turn;
  if (open?.renewAt != null && turn.at >= open.renewAt) renew(turn);
}

export function expire(turn: Turn): void {
  if (turn.talk === null) return;
  say(turn, { type: 'bye' });
  end(turn, 'expired');
}

export function onWorn(turn: Turn, { sid, state }: EventOf<'worn'>): void {
  const { open } = turn;
  if (open?.talk.sid !== sid) return;
  if (state === 'over') expire(turn);
  else if (open.talk.role === 'initiator' && open.renewal === null) renew(turn);
}

// ---- The initiator

export function renew(turn: Turn) {
  const { conversation, open } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  if (conversation === null || open === null || address === null || conversation.key === null) return;
  if (open.renewal !== null) return;
  renewIn(turn, RENEW_AGAIN_MS);
  const free = open.talk.secure && open.old === null;
  if (!free) return open.talk.gap ? endAbruptly(turn, 'failed') : undefined;
  turn.patchOpen({ renewal: { at: 'offering' } });
  const { id, key } = conversation;
  turn.do({ type: 'make-offer', conversation: id, address, key, prekey: null });
  turn.start('renewal', RING_MS);
}

export function onRenewalOfferMade(turn: Turn, { hid, frame }: EventOf<'offer-made'>) {
  const { conversation, open } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  if (conversation === null || address === null || open?.renewal?.at !== 'offering') {
    return turn.do({ type: 'wipe-handshake', hid });
  }
  turn.patchOpen({ renewal: { at: 'ringing', hid } });
  turn.do({ type: 'send', conversation: conversation.id, about: 'offer', address, frame });
}

export function onRenewalAcceptChecked(turn: Turn, { hid, sid, frame }: EventOf<'accept-checked'>) {
  const { conversation, open } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  const awaited = open?.renewal?.at === 'confirming' && open.renewal.hid === hid;
  if (conversation === null || address === null || !awaited) return turn.endSession(sid);
  turn.do({ type: 'send', conversation: conversation.id, about: 'confirm', address, frame });
  turn.patchOpen({ renewal: { at: 'handing-over', sid } });
  turn.start('renewal', READY_MS);
}

/** The first message of the session that was being handed over to. */
export function isRenewalReady({ renewal }: Open, { sid }: EventOf<'decrypted'>): boolean {
  return renewal?.at === 'handing-over' && renewal.sid === sid;
}

export function onRenewed(turn: Turn, { talk }: Open, event: EventOf<'decrypted'>) {
  // Nothing was said in it, so nothing can be acknowledged.
  if (event.ack > 0) return endFatally(turn);
  lastWord(turn);
  const before = turn.talk ?? talk;
  const next = newTalk(turn, event.sid, { role: 'initiator', next: 0, before });
  replace(turn, { ...next, secure: true, received: event.seq + 1, quiet: isQuiet(event) });
  settle(turn, before);
  turn.endSession(before.sid);
  watchRead(turn, next);
  owe(turn);
  understand(turn, event.seq, event.content);
  sayDrafts(turn, event.ack);
}

// ---- The responder

/** An offer of the one with whom a session is open. */
export function onRenewalOffer(
  turn: Turn,
  call: Incoming,
  { glare, prekeyStart }: Pick<EventOf<'offer-checked'>, 'glare' | 'prekeyStart'>,
) {
  const { conversation, open } = turn;
  if (conversation === null || open === null) return;
  const { hid } = call;
  // Sent before the peer accepted ours: a flight that lost (protocol.md section 4.7) and comes late.
  if (!open.talk.secure) return turn.do({ type: 'wipe-handshake', hid });
  // A renewal is interactive and under the same key: with a prekey, somebody begins a new chat.
  if (prekeyStart || call.key !== conversation.key) {
    endAbruptly(turn, 'peer-disconnected');
    return ring(turn, call);
  }
  switch (open.renewal?.at) {
    case undefined:
      break;
    case 'offering':
    case 'ringing':
      // protocol.md section 4.7, here too.
      if (glare === 'own') return turn.do({ type: 'wipe-handshake', hid });
      dropRenewal(turn, open);
      break;
    default:
      return refuseCall(turn, call, 'busy');
  }
  turn.patchOpen({ renewal: { at: 'accepting', hid } });
  turn.do({ type: 'make-accept', conversation: conversation.id, hid });
  turn.start('renewal', CONFIRM_MS);
}

export function onRenewalAcceptMade(turn: Turn, { hid, frame }: EventOf<'accept-made'>) {
  const { conversation, open } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  const awaited = open?.renewal?.at === 'accepting' && open.renewal.hid === hid;
  if (conversation === null || address === null || !awaited) return turn.do({ type: 'wipe-handshake', hid });
  turn.patchOpen({ renewal: { at: 'accepted', hid } });
  turn.do({ type: 'send', conversation: conversation.id, about: 'accept', address, frame });
  turn.start('renewal', CONFIRM_MS);
}

export function onRenewalConfirmChecked(turn: Turn, { hid, sid, frame }: EventOf<'confirm-checked'>) {
  const { conversation, open } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  const awaited = open?.renewal?.at === 'completing' && open.renewal.hid === hid;
  if (conversation === null || open === null || address === null || !awaited) {
    return turn.endSession(sid);
  }
  // The session before the last has had its time.
  retire(turn);
  lastWord(turn);
  turn.do({ type: 'send', conversation: conversation.id, about: 'message', address, frame });
  const before = turn.talk ?? open.talk;
  replace(turn, newTalk(turn, sid, { role: 'responder', next: 1, before }));
  turn.patchOpen({ old: { ...before, sending: null, receiving: null } });
  turn.start('retire', RETIRE_MS);
  watchAcknowledgement(turn);
}

/** Something that was on its way in the old session: it is heard, and answered in the new one. */
export function onLateDecrypted(turn: Turn, old: Talk, { seq, ack, content }: EventOf<'decrypted'>) {
  if (ack > old.next) return endFatally(turn);
  const shown = [
    ...acknowledgedBy(old, ack),
    ...(content.type === 'read' ? readBy(old, content.upTo, ack) : []),
  ].map((message) => ({ ...message, body: turn.talk?.live.get(message.id)?.body ?? message.body }));
  if (shown.length > 0) {
    turn.patchOpen({ old: { ...old, live: remembered(old, shown) } });
    remember(
      turn,
      shown.filter(({ id }) => turn.talk?.live.has(id)),
    );
    turn.do({ type: 'show', messages: shown });
  }
  if (content.type !== 'read') understand(turn, seq, content, old);
}

/** The old session is over: everything that was on its way in it has come. */
export function retire(turn: Turn): void {
  const old = turn.open?.old ?? null;
  if (old === null) return;
  settle(turn, old);
  turn.stop('retire');
  turn.endSession(old.sid);
  turn.patchOpen({ old: null });
}

// ---- Both

/** Whatever the peer was still owed in this session, before another takes its place. */
function lastWord(turn: Turn): void {
  const { talk } = turn;
  if (!tellRead(turn) && talk !== null && talk.owed > 0) say(turn, { type: 'receipt' });
}

/** The chat goes on in another session; so do the files that are on their way (protocol.md section 7.2). */
function replace(turn: Turn, next: Talk): void {
  const { talk } = turn;
  if (talk === null) return;
  turn.stop('renewal', 'receipt', 'read', 'resend');
  const { sending, receiving, typing, peerActivity } = talk;
  const files = [sending?.at === 'offered' ? sending.message : undefined, receiving?.message];
  const moving = files.map((id) => talk.live.get(id ?? '')).filter((message) => message !== undefined);
  turn.patchOpen({
    talk: { ...next, sending, receiving, typing, peerActivity },
    renewal: null,
    renewAt: null,
  });
  remember(turn, moving);
  beginSession(turn);
  const body = { kind: 'note', note: 'renewed' } as const;
  const id = `n${next.number}`;
  const note = { id, mine: true, seq: 0, at: turn.at, status: 'read', unconfirmed: false, body } as const;
  turn.do({ type: 'show', messages: [note] });
}

/** Messages of a session before that may still change in this one. */
function remember(turn: Turn, messages: readonly MessageView[]): void {
  const { talk } = turn;
  if (talk === null) return;
  const before = messages.map((message) => ({ ...message, seq: BEFORE }));
  turn.patchTalk({ live: remembered(talk, before) });
}

/** Nothing more is heard in the old session: what came waits on until it is read, what did not come failed. */
function settle(turn: Turn, old: Talk): void {
  const { talk } = turn;
  if (talk === null) return;
  const came = [...old.live.values()].filter(({ mine, status }) => mine && status === 'delivered');
  remember(
    turn,
    came.filter(({ id }) => !talk.live.has(id)),
  );
  const { sending } = talk;
  if (sending?.at === 'offered' && old.live.get(sending.message)?.status === 'sending') {
    // The peer never heard of this file.
    const live = new Map(turn.talk?.live);
    live.delete(sending.message);
    turn.patchTalk({ sending: null, live });
    turn.do({ type: 'wipe-file', file: sending.fid });
  }
  giveUp(turn, old);
}

/** The handshake of a renewal that is being given up. The caller says what comes in its place. */
export function dropRenewal(turn: Turn, { renewal }: Open): void {
  turn.stop('renewal');
  if (renewal?.at === 'handing-over') turn.endSession(renewal.sid);
  else if (renewal !== null && 'hid' in renewal) turn.do({ type: 'wipe-handshake', hid: renewal.hid });
}

/** The chat goes on in the session that there is, if it can, and its initiator tries again later. */
export function failRenewal(turn: Turn) {
  const { open } = turn;
  if (open === null || open.renewal === null) return;
  // The peer may have gone over to the new session already; there is no telling.
  if (open.renewal.at === 'handing-over' || open.talk.gap) return endAbruptly(turn, 'failed');
  dropRenewal(turn, open);
  turn.patchOpen({ renewal: null });
}

/** Whether this handshake is the one that renews the session. */
export function renewsWith(open: Open | null, hid: HandshakeId | null): open is Open & { renewal: Renewal } {
  const renewal = open?.renewal ?? null;
  if (renewal === null) return false;
  return 'hid' in renewal ? renewal.hid === hid : renewal.at === 'offering' && hid === null;
}
