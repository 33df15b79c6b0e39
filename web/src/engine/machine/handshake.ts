/** From the wish to talk to an open session (PROTOCOL.md section 4). */
import type { UserError } from '../contract.ts';
import { close, end, endAbruptly, isActive, release } from './ending.ts';
import type { Event } from './events.ts';
import {
  CONFIRM_MS,
  HANDSHAKES_PER_HOUR,
  HOUR_MS,
  LOOK_UP_MS,
  MAX_INCOMING,
  READY_MS,
  RING_MS,
} from './limits.ts';
import type { Conversation, Incoming, Peer, Phase, Pin } from './state.ts';
import { newTalk } from './talk.ts';
import { addressOf, type Turn } from './turn.ts';

type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

// ---- Commands

export function openChat(turn: Turn, reply: number, peer: Peer) {
  const { account, connection, conversation, incoming } = turn.state;
  if (account.stage !== 'ready' || connection.at !== 'online' || account.accountId === peer.accountId) {
    return turn.reject(reply, 'not-connected');
  }
  if (conversation?.peer.accountId === peer.accountId && isActive(conversation.phase)) {
    return turn.accept(reply);
  }
  const wait = mustWait(turn, peer.accountId);
  if (wait > 0) {
    const error: UserError = { code: 'rate-limited', retryAfterMs: wait };
    return turn.do({ type: 'reply', reply, error });
  }
  // Calling someone whose call rings here is answering it.
  const ringing = incoming.find((call) => call.peer.accountId === peer.accountId);
  if (ringing !== undefined) return answer(turn, reply, ringing);
  close(turn);
  lookUp(turn, peer, reply);
}

export function acceptIncoming(turn: Turn, reply: number, id: string) {
  const call = turn.state.incoming.find(({ hid }) => hid === id);
  if (call === undefined || turn.state.connection.at !== 'online') return turn.reject(reply, 'not-connected');
  answer(turn, reply, call);
}

export function declineIncoming(turn: Turn, reply: number, id: string): void {
  const call = turn.state.incoming.find(({ hid }) => hid === id);
  turn.accept(reply);
  if (call === undefined) return;
  forget(turn, call);
  // To a key that is not the pinned one nothing is said, not even no.
  if (!call.changed) refuseCall(turn, call, 'declined');
}

/** The new key was compared and accepted by the person: it is pinned, and the call is made anew. */
export function acceptChangedKey(turn: Turn, reply: number) {
  const { conversation } = turn;
  if (conversation?.phase.at !== 'blocked' || conversation.key === null) {
    return turn.reject(reply, 'not-connected');
  }
  const pin: Pin = { key: conversation.key, trust: 'first-use' };
  turn.do({ type: 'pin', peer: conversation.peer, pin, reply });
}

/** The person compared fingerprints or the session's emoji. Only a key that a handshake pinned can be marked. */
export function markVerified(turn: Turn, reply: number, by: 'compared' | 'sas') {
  const { conversation } = turn;
  if (conversation === null || conversation.pin === null || conversation.key !== conversation.pin.key) {
    return turn.reject(reply, 'not-secure-yet');
  }
  turn.do({ type: 'pin', peer: conversation.peer, pin: { key: conversation.key, trust: by }, reply });
}

// ---- Outgoing

function begin(turn: Turn, change: Pick<Conversation, 'peer' | 'phase'> & Partial<Conversation>): number {
  const id = turn.state.nextConversation;
  const fresh = { key: null, pin: null, presence: null, refusedFrames: 0, endedAbruptly: false };
  turn.patch({ conversation: { ...fresh, ...change, id }, nextConversation: id + 1 });
  return id;
}

function lookUp(turn: Turn, peer: Peer, reply: number | null): void {
  const conversation = begin(turn, { peer, phase: { at: 'looking-up', reply } });
  turn.do({ type: 'look-up', conversation, peer });
  turn.start('look-up', LOOK_UP_MS);
}

/** The conversation, if it is the one that the event is about and still waits for it. */
function awaited<P extends Phase['at']>(
  turn: Turn,
  id: number,
  at: P,
): (Conversation & { phase: Extract<Phase, { at: P }> }) | null {
  const { conversation } = turn;
  return conversation?.id === id && conversation.phase.at === at
    ? (conversation as Conversation & { phase: Extract<Phase, { at: P }> })
    : null;
}

export function onLookedUp(turn: Turn, { conversation: id, found }: EventOf<'looked-up'>) {
  const conversation = awaited(turn, id, 'looking-up');
  if (conversation === null) return;
  if ('code' in found) return giveUpLookUp(turn, found);
  const { key, pin } = found;
  if (key === null) return giveUpLookUp(turn, { code: 'peer-has-no-key' });
  const { reply } = conversation.phase;
  if (reply !== null) turn.accept(reply);
  if (pin !== null && pin.key !== key) {
    turn.stop('look-up');
    turn.patchConversation({ key, pin, phase: { at: 'blocked' } });
    return;
  }
  turn.patchConversation({ key, pin, phase: { at: 'watching' } });
  turn.do({ type: 'watch', accountId: conversation.peer.accountId });
}

/** There is nothing to show of a conversation that could not begin. */
function giveUpLookUp(turn: Turn, error: UserError): void {
  const phase = turn.conversation?.phase;
  if (phase?.at !== 'looking-up') return;
  turn.stop('look-up');
  turn.patch({ conversation: null });
  if (phase.reply === null) turn.notice(error);
  else turn.do({ type: 'reply', reply: phase.reply, error });
}

export function onLookUpTimer(turn: Turn): void {
  const at = turn.conversation?.phase.at;
  if (at === 'looking-up') giveUpLookUp(turn, { code: 'relay-unreachable' });
  else if (at === 'watching' || at === 'offering') end(turn, 'failed');
}

export function onOfferMade(turn: Turn, { conversation: id, hid, frame }: EventOf<'offer-made'>) {
  const conversation = awaited(turn, id, 'offering');
  const address = conversation === null ? null : addressOf(conversation);
  if (address === null) return turn.do({ type: 'wipe-handshake', hid });
  turn.stop('look-up');
  turn.patchConversation({ phase: { at: 'ringing', hid } });
  turn.do({ type: 'send', conversation: id, about: 'offer', address, frame });
  turn.start('ring', RING_MS);
}

/** ACCEPT verified: CONFIRM goes out, and the peer's READY will say that the session stands. */
export function onAcceptChecked(turn: Turn, event: EventOf<'accept-checked'>) {
  const conversation = awaited(turn, event.conversation, 'confirming');
  const address = conversation?.phase.hid === event.hid ? addressOf(conversation) : null;
  if (conversation === null || address === null) return turn.do({ type: 'wipe-session', sid: event.sid });
  turn.do({ type: 'send', conversation: conversation.id, about: 'confirm', address, frame: event.frame });
  complete(turn, conversation, { at: 'open', talk: newTalk(event.sid, { secure: false, next: 0 }) });
  turn.start('ready', READY_MS);
}

// ---- Incoming

/** An OFFER that the crypto package accepted, or one under a key that is not the pinned one. */
export function onOfferChecked(turn: Turn, event: EventOf<'offer-checked'>) {
  const { hid, peer, presence, key, pin, changed } = event;
  const call: Incoming = { hid, peer, presence, key, pin, changed };
  if (turn.state.account.stage !== 'ready' || turn.state.connection.at !== 'online') {
    turn.do({ type: 'wipe-handshake', hid });
    return;
  }
  const { conversation } = turn;
  const active = conversation !== null && isActive(conversation.phase);
  if (!changed && mustWait(turn, peer.accountId) > 0) return refuseCall(turn, call, 'busy');
  if (changed || !active) return ring(turn, call);
  if (conversation.peer.accountId !== peer.accountId) return refuseCall(turn, call, 'busy');
  switch (conversation.phase.at) {
    case 'looking-up':
    case 'watching':
    case 'offering':
      // Both want this chat, and ours has not been sent.
      return startAnswering(turn, call);
    case 'ringing':
      // PROTOCOL.md section 4.7: the winner ignores the other flight; the loser accepts it without asking.
      if (event.glare === 'peer') startAnswering(turn, call);
      else turn.do({ type: 'wipe-handshake', hid });
      return;
    case 'open':
      // Another run of the peer's client: the one that we talked to is gone.
      if (conversation.presence !== presence) endAbruptly(turn, 'peer-disconnected');
      return ring(turn, call);
    default:
      return ring(turn, call);
  }
}

function ring(turn: Turn, call: Incoming): void {
  const earlier = turn.state.incoming.find(({ peer }) => peer.accountId === call.peer.accountId);
  if (earlier !== undefined) dropIncoming(turn, earlier.hid);
  if (turn.state.incoming.length >= MAX_INCOMING) {
    if (!call.changed) refuseCall(turn, call, 'busy');
    return;
  }
  turn.patch({ incoming: [...turn.state.incoming, call] });
  turn.start(`incoming ${call.hid}`, RING_MS);
}

function refuseCall(turn: Turn, { hid, peer, presence }: Incoming, reason: 'declined' | 'busy'): void {
  turn.do({ type: 'end-handshake', hid, reason, address: { to: peer.accountId, presence } });
}

/** No longer rings; its handshake is another matter. */
function forget(turn: Turn, { hid }: Incoming): void {
  turn.stop(`incoming ${hid}`);
  turn.patch({ incoming: turn.state.incoming.filter((call) => call.hid !== hid) });
}

/** No longer rings, and its handshake is wiped: too late, withdrawn, or from a run that is gone. */
export function dropIncoming(turn: Turn, hid: string): void {
  const call = turn.state.incoming.find((one) => one.hid === hid);
  if (call === undefined) return;
  forget(turn, call);
  turn.do({ type: 'wipe-handshake', hid });
}

function answer(turn: Turn, reply: number, call: Incoming) {
  close(turn);
  forget(turn, call);
  turn.accept(reply);
  if (!call.changed) return startAnswering(turn, call);
  const { peer, key, pin } = call;
  begin(turn, { peer, key, pin, phase: { at: 'blocked' } });
}

/** In the place of whatever attempt of ours there was. */
function startAnswering(turn: Turn, { hid, peer, presence, key, pin }: Incoming): void {
  if (turn.conversation !== null) release(turn, turn.conversation);
  const conversation = begin(turn, { peer, presence, key, pin, phase: { at: 'accepting', hid } });
  turn.do({ type: 'make-accept', conversation, hid });
  turn.do({ type: 'watch', accountId: peer.accountId });
}

export function onAcceptMade(turn: Turn, { conversation: id, hid, frame }: EventOf<'accept-made'>) {
  const conversation = awaited(turn, id, 'accepting');
  const address = conversation?.phase.hid === hid ? addressOf(conversation) : null;
  if (address === null) return turn.do({ type: 'wipe-handshake', hid });
  turn.patchConversation({ phase: { at: 'accepted', hid } });
  turn.do({ type: 'send', conversation: id, about: 'accept', address, frame });
  turn.start('confirm', CONFIRM_MS);
}

/** CONFIRM verified: READY goes out first, then what the peer has sent meanwhile is read. */
export function onConfirmChecked(turn: Turn, event: EventOf<'confirm-checked'>) {
  const { sid } = event;
  const conversation = awaited(turn, event.conversation, 'completing');
  const address = conversation?.phase.hid === event.hid ? addressOf(conversation) : null;
  if (conversation === null || address === null) return turn.do({ type: 'wipe-session', sid });
  const { held } = conversation.phase;
  turn.do({ type: 'send', conversation: conversation.id, about: 'message', address, frame: event.frame });
  complete(turn, conversation, { at: 'open', talk: newTalk(sid, { secure: true, next: 1 }) });
  for (const frame of held) turn.do({ type: 'decrypt', sid, frame });
}

// ---- Both sides

/** PROTOCOL.md section 4.6: the handshake is complete, and this is the only moment at which a first pin is made. */
function complete(turn: Turn, { key, pin, peer }: Conversation, phase: Phase): void {
  turn.patchConversation({ phase });
  const times = [...recent(turn, peer.accountId), turn.at];
  turn.patch({ completed: new Map(turn.state.completed).set(peer.accountId, times) });
  if (key === null || pin !== null) return;
  const first: Pin = { key, trust: 'first-use' };
  turn.patchConversation({ pin: first });
  turn.do({ type: 'pin', peer, pin: first, reply: null });
}

/** Handshakes with this account that completed within the last hour. */
function recent(turn: Turn, accountId: string): readonly number[] {
  return (turn.state.completed.get(accountId) ?? []).filter((time) => time > turn.at - HOUR_MS);
}

/** Milliseconds until another handshake with this account may complete; 0: now. */
function mustWait(turn: Turn, accountId: string): number {
  const times = recent(turn, accountId);
  const [first = 0] = times;
  return times.length < HANDSHAKES_PER_HOUR ? 0 : first + HOUR_MS - turn.at;
}

export function onPinned(turn: Turn, { accountId, pin }: EventOf<'pinned'>) {
  const { conversation } = turn;
  if (conversation === null || conversation.peer.accountId !== accountId) return;
  const { phase, key, peer } = conversation;
  if (phase.at === 'blocked' && key === pin.key) {
    turn.patchConversation({ pin });
    lookUp(turn, peer, null);
  } else if (isActive(phase) && key !== null && key !== pin.key) {
    // Another key was accepted while a call under this one was on its way: it is the changed one now.
    endAbruptly(turn, 'failed');
    turn.patchConversation({ pin, phase: { at: 'blocked' } });
  } else turn.patchConversation({ pin });
}

export function onHandshakeFailed(turn: Turn, { conversation: id }: EventOf<'handshake-failed'>): void {
  const { conversation } = turn;
  if (conversation?.id !== id || conversation.phase.at === 'open') return;
  end(turn, 'failed');
}

/** A signed END. Without one nobody "declined" anything. */
export function onEndChecked(turn: Turn, { hid, reason }: EventOf<'end-checked'>) {
  dropIncoming(turn, hid);
  const phase = turn.conversation?.phase;
  // The caller hung up in the moment in which the call was accepted.
  if (phase?.at === 'accepted' && phase.hid === hid) return end(turn, 'peer-disconnected');
  if (phase?.at !== 'ringing' || phase.hid !== hid) return;
  if (reason === 'busy') end(turn, 'busy');
  else if (reason === 'declined' || reason === 'cancelled') end(turn, 'declined');
  else end(turn, 'failed');
}

export function onPresence(turn: Turn, event: EventOf<'presence'>) {
  const gone = (presence: string | null) => !event.online || presence !== event.presence;
  const { conversation } = turn;
  for (const { hid, peer, presence } of turn.state.incoming) {
    if (peer.accountId === event.accountId && gone(presence)) dropIncoming(turn, hid);
  }
  if (conversation === null || conversation.peer.accountId !== event.accountId) return;
  const { phase, key } = conversation;
  if (phase.at === 'watching' && key !== null) {
    if (!event.online) return end(turn, 'peer-offline');
    const { presence } = event;
    turn.patchConversation({ presence, phase: { at: 'offering' } });
    const address = { to: event.accountId, presence };
    turn.do({ type: 'make-offer', conversation: conversation.id, address, key });
  } else if (isActive(phase) && conversation.presence !== null && gone(conversation.presence)) {
    lost(turn);
  }
}

/** The relay could not deliver: a hint, but without the peer there is nothing to wait for. */
export function onUndelivered(turn: Turn, event: EventOf<'undelivered'>) {
  if (turn.conversation?.id !== event.conversation || !isActive(turn.conversation.phase)) return;
  if (event.status === 'offline') return lost(turn);
  turn.notice({ code: 'relay-error' });
  endAbruptly(turn, 'failed');
}

function lost(turn: Turn): void {
  const at = turn.conversation?.phase.at;
  const unanswered = at === 'offering' || at === 'ringing';
  endAbruptly(turn, unanswered ? 'peer-offline' : 'peer-disconnected');
}
