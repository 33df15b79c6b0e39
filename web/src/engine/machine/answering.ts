/** The one who is called: from OFFER to READY (protocol.md section 4, B). */
import type { MessageView } from '../contract.ts';
import type { HandshakeId } from '../ids.ts';
import { postpone } from './calling.ts';
import { sayDrafts } from './drafts.ts';
import { close, endAbruptly, isActive, release } from './ending.ts';
import type { EventOf } from './events.ts';
import { awaited, begin, complete } from './handshake.ts';
import { CONFIRM_MS, MAX_INCOMING, RING_MS } from './limits.ts';
import { onRenewalOffer } from './renewal.ts';
import type { EarlyMessage, Incoming, Phase } from './state.ts';
import { newTalk, peerMessage, watchAcknowledgement } from './talk.ts';
import { addressOf, type Turn } from './turn.ts';

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

/** An OFFER that the crypto package accepted, or one under a key that is not the pinned one. */
export function onOfferChecked(turn: Turn, event: EventOf<'offer-checked'>) {
  const { hid, peer, presence, key, pin, changed } = event;
  const call: Incoming = { hid, peer, presence, key, pin, changed, early: [] };
  if (turn.state.account.stage !== 'ready' || turn.state.connection.at !== 'online') {
    turn.do({ type: 'wipe-handshake', hid });
    return;
  }
  const { conversation } = turn;
  const active = conversation !== null && isActive(conversation.phase);
  if (!changed && event.wait > 0) return turnAway(turn, call, event.wait);
  if (changed || !active) return ring(turn, call);
  if (conversation.peer.accountId !== peer.accountId) return refuseCall(turn, call, 'busy');
  switch (conversation.phase.at) {
    case 'looking-up':
    case 'watching':
    case 'fetching':
    case 'offering':
      // Both want this chat, and ours has not been sent.
      return startAnswering(turn, call);
    case 'ringing':
      // protocol.md section 4.7: the winner ignores the other flight; the loser accepts it without asking.
      if (event.glare === 'peer') startAnswering(turn, call);
      else turn.do({ type: 'wipe-handshake', hid });
      return;
    case 'open':
      // Another run of the peer's client: the one that we talked to is gone.
      if (conversation.presence === presence) return onRenewalOffer(turn, call, event);
      endAbruptly(turn, 'peer-disconnected');
      return ring(turn, call);
    default:
      return ring(turn, call);
  }
}

export function ring(turn: Turn, call: Incoming): void {
  const earlier = turn.state.incoming.find(({ peer }) => peer.accountId === call.peer.accountId);
  // One under another key may come again under its own id, with the right one: nothing was kept of it.
  if (earlier?.hid === call.hid) forget(turn, earlier);
  else if (earlier !== undefined) dropIncoming(turn, earlier.hid);
  if (turn.state.incoming.length >= MAX_INCOMING) {
    if (!call.changed) refuseCall(turn, call, 'busy');
    return;
  }
  turn.patch({ incoming: [...turn.state.incoming, call] });
  turn.start(`incoming ${call.hid}`, RING_MS);
}

/** One handshake too many within the hour (protocol.md section 4.9): nothing rings, and both are told. */
function turnAway(turn: Turn, call: Incoming, wait: number): void {
  refuseCall(turn, call, 'busy');
  const { conversation, open } = turn;
  const same =
    conversation?.peer.accountId === call.peer.accountId && conversation.presence === call.presence;
  // A renewal that does not come about now is tried again.
  if (open === null || !same) turn.notice({ code: 'call-turned-away', retryAfterMs: wait });
}

export function refuseCall(turn: Turn, { hid, peer, presence }: Incoming, reason: 'declined' | 'busy'): void {
  turn.do({ type: 'end-handshake', hid, reason, address: { to: peer.accountId, presence } });
}

/** No longer rings; its handshake is another matter. */
function forget(turn: Turn, { hid }: Incoming): void {
  turn.stop(`incoming ${hid}`);
  turn.patch({ incoming: turn.state.incoming.filter((call) => call.hid !== hid) });
}

/** No longer rings, and its handshake is wiped: too late, withdrawn, or from a run that is gone. */
export function dropIncoming(turn: Turn, hid: HandshakeId): void {
  const call = turn.state.incoming.find((one) => one.hid === hid);
  if (call === undefined) return;
  forget(turn, call);
  turn.do({ type: 'wipe-handshake', hid });
}

export function answer(turn: Turn, reply: number, call: Incoming) {
  close(turn);
  forget(turn, call);
  turn.accept(reply);
  if (!call.changed) return startAnswering(turn, call);
  const { peer, key, pin } = call;
  begin(turn, { peer, key, pin, phase: { at: 'blocked' } });
}

/** In the place of whatever attempt of ours there was; its texts go on in this one. */
function startAnswering(turn: Turn, { hid, peer, presence, key, pin, early: request }: Incoming): void {
  const { conversation: before } = turn;
  if (before !== null) release(turn, before);
  const { drafts, drafted } = before ?? { drafts: [], drafted: 0 };
  const phase = { at: 'accepting', hid } as const;
  const conversation = begin(turn, { peer, presence, key, pin, phase, request, drafts, drafted });
  postpone(turn);
  showRequest(turn, request, { unconfirmed: true });
  turn.do({ type: 'make-accept', conversation, hid });
  turn.do({ type: 'watch', accountIds: [peer.accountId] });
}

/** Of the first flight: part of the message request, whether the call still rings or was just accepted. */
export function onEarlyOpened(turn: Turn, { hid, seq, body }: EventOf<'early-opened'>) {
  if (body === null) return;
  const message: EarlyMessage = { seq, body, at: turn.at };
  const call = turn.state.incoming.find((one) => one.hid === hid);
  if (call !== undefined) {
    const incoming = turn.state.incoming.map((one) =>
      one === call ? { ...call, early: [...call.early, message] } : one,
    );
    return turn.patch({ incoming });
  }
  const { conversation } = turn;
  if (conversation === null || !isAnswering(conversation.phase) || conversation.phase.hid !== hid) return;
  turn.patchConversation({ request: [...conversation.request, message] });
  showRequest(turn, [message], { unconfirmed: true });
}

/** Accepted, and CONFIRM has not come. */
export function isAnswering(
  phase: Phase,
): phase is Extract<Phase, { at: 'accepting' | 'accepted' | 'completing' }> {
  return phase.at === 'accepting' || phase.at === 'accepted' || phase.at === 'completing';
}

function showRequest(
  turn: Turn,
  request: readonly EarlyMessage[],
  { unconfirmed }: { readonly unconfirmed: boolean },
) {
  if (request.length === 0) return;
  const messages = request.map((one) => ({ ...requestMessage(turn, one), unconfirmed }));
  turn.do({ type: 'show', messages });
}

/** A file of the request is only announced: nothing of it can be fetched before there is a session. */
export function requestMessage(turn: Turn, { seq, at, body }: EarlyMessage): MessageView {
  if (body.kind === 'text') return { ...peerMessage(turn, seq, body), at };
  const { chunks: _, ...about } = body.facts;
  const transfer = { ...about, done: 0, state: 'announced' } as const;
  return { ...peerMessage(turn, seq, { kind: 'file', transfer }), at };
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
  if (conversation === null || address === null) return turn.endSession(sid);
  const { held } = conversation.phase;
  turn.do({ type: 'send', conversation: conversation.id, about: 'message', address, frame: event.frame });
  const talk = newTalk(turn, sid, { role: 'responder', next: 1 });
  const { sent, received } = event.early;
  const shown = Math.max(0, ...conversation.request.map(({ seq }) => seq + 1));
  complete(turn, conversation, { ...talk, received, shown });
  turn.patchConversation({ request: [], earlyDropped: sent - received });
  const isFile = ({ body }: EarlyMessage) => body.kind === 'file';
  const texts = conversation.request.filter((one) => !isFile(one));
  showRequest(turn, texts, { unconfirmed: false });
  for (const { seq } of conversation.request.filter(isFile)) {
    turn.do({ type: 'describe-early-file', sid, seq });
  }
  watchAcknowledgement(turn);
  sayDrafts(turn, 0);
  for (const frame of held) turn.do({ type: 'decrypt', sid, frame });
}
