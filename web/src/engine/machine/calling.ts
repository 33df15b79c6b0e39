/** The one who calls: from the wish to talk to CONFIRM (PROTOCOL.md section 4, A). */
import type { UserError } from '../contract.ts';
import { answer } from './answering.ts';
import { close, end, isActive } from './ending.ts';
import type { EventOf } from './events.ts';
import { awaited, begin, complete, mustWait } from './handshake.ts';
import { LOOK_UP_MS, READY_MS, RING_MS } from './limits.ts';
import type { Peer } from './state.ts';
import { newTalk } from './talk.ts';
import { addressOf, type Turn } from './turn.ts';

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
