/** The one who calls: from the wish to talk to CONFIRM (protocol.md section 4, A). */
import type { UserError } from '../contract.ts';
import { answer } from './answering.ts';
import { showDrafts } from './drafts.ts';
import { close, end, isActive, release } from './ending.ts';
import type { Command, EventOf } from './events.ts';
import { awaited, begin, complete } from './handshake.ts';
import { LOOK_UP_MS, READY_MS, RING_MS } from './limits.ts';
import type { Peer } from './state.ts';
import { newTalk } from './talk.ts';
import { addressOf, type Turn } from './turn.ts';

export function openChat(turn: Turn, reply: number, { peer, wait }: Extract<Command, { name: 'openChat' }>) {
  const { account, connection, conversation, incoming } = turn.state;
  if (account.stage !== 'ready' || connection.at !== 'online' || account.accountId === peer.accountId) {
    return turn.reject(reply, 'not-connected');
  }
  if (conversation?.peer.accountId === peer.accountId && isActive(conversation.phase)) {
    return turn.accept(reply);
  }
  if (wait > 0) {
    const error: UserError = { code: 'too-many-handshakes', retryAfterMs: wait };
    return turn.do({ type: 'reply', reply, error });
  }
  // Calling someone whose call rings here is answering it.
  const ringing = incoming.find((call) => call.peer.accountId === peer.accountId);
  if (ringing !== undefined) return answer(turn, reply, ringing);
  close(turn);
  lookUp(turn, peer, reply);
}

export function lookUp(turn: Turn, peer: Peer, reply: number | null): void {
  const conversation = begin(turn, { peer, phase: { at: 'looking-up', reply } });
  turn.do({ type: 'look-up', conversation, peer });
  turn.start('look-up', LOOK_UP_MS);
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
  // Whoever was watched before and still is would not be told again (protocol.md section 9): this is a new question.
  turn.do({ type: 'watch', accountIds: [] });
  turn.do({ type: 'watch', accountIds: [conversation.peer.accountId] });
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
  else if (at === 'watching' || at === 'fetching' || at === 'offering') end(turn, 'failed');
}

/** With a prekey the call can carry texts (protocol.md section 5); without one it is an OFFER. */
export function onPrekeyGot(turn: Turn, { conversation: id, prekey }: EventOf<'prekey-got'>): void {
  if (awaited(turn, id, 'fetching') !== null) makeOffer(turn, prekey);
}

export function onPrekeyTimer(turn: Turn): void {
  if (turn.conversation?.phase.at === 'fetching') makeOffer(turn, null);
}

function makeOffer(turn: Turn, prekey: Uint8Array | null): void {
  const { conversation } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  if (conversation === null || conversation.key === null || address === null) return;
  turn.stop('prekey');
  turn.patchConversation({ phase: { at: 'offering' } });
  turn.do({ type: 'make-offer', conversation: conversation.id, address, key: conversation.key, prekey });
}

/** A prekey that is not one of this peer's run. Under another key than the pinned one it is the changed key. */
export function onPrekeyRefused(turn: Turn, { conversation: id, key }: EventOf<'prekey-refused'>) {
  const conversation = awaited(turn, id, 'offering');
  if (conversation === null) return;
  if (key === null || key === conversation.key) return makeOffer(turn, null);
  if (conversation.pin === null) return end(turn, 'failed');
  turn.stop('look-up');
  turn.patchConversation({ key, phase: { at: 'blocked' } });
}

/** The peer has no such prekey (any more): the call is made again as an OFFER, and the texts wait for the session. */
export function withoutPrekey(turn: Turn): void {
  const { conversation } = turn;
  if (conversation === null) return;
  release(turn, conversation);
  postpone(turn);
  turn.start('look-up', LOOK_UP_MS);
  makeOffer(turn, null);
}

/** The first flight that carried them is gone: the texts wait until the conversation is secure. */
export function postpone(turn: Turn): void {
  const drafts = (turn.conversation?.drafts ?? []).map((draft) => ({ ...draft, seq: null }));
  turn.patchConversation({ drafts });
  showDrafts(turn, drafts);
}

export function onOfferMade(turn: Turn, { conversation: id, hid, early, frame }: EventOf<'offer-made'>) {
  const conversation = awaited(turn, id, 'offering');
  const address = conversation === null ? null : addressOf(conversation);
  if (address === null) return turn.do({ type: 'wipe-handshake', hid });
  turn.stop('look-up');
  turn.patchConversation({ phase: { at: 'ringing', hid, early: early ? 0 : null } });
  turn.do({ type: 'send', conversation: id, about: 'offer', address, frame });
  turn.start('ring', RING_MS);
}

/** ACCEPT verified: CONFIRM goes out, and the peer's READY will say that the session stands. */
export function onAcceptChecked(turn: Turn, event: EventOf<'accept-checked'>) {
  const conversation = awaited(turn, event.conversation, 'confirming');
  const address = conversation?.phase.hid === event.hid ? addressOf(conversation) : null;
  if (conversation === null || address === null) return turn.endSession(event.sid);
  turn.do({ type: 'send', conversation: conversation.id, about: 'confirm', address, frame: event.frame });
  // Numbers go on from the first flight's (protocol.md section 5.3).
  const carried = conversation.drafts.filter(({ seq }) => seq !== null).length;
  complete(turn, conversation, newTalk(turn, event.sid, { role: 'initiator', next: carried }));
  turn.start('ready', READY_MS);
}
