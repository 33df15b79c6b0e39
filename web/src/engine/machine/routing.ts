/** Whom a frame of the relay concerns. What concerns nobody here is dropped without an answer (protocol.md 11). */
import type { HandshakeId, SessionId } from '../ids.ts';
import { readPayload } from '../payload.ts';
import { isAnswering } from './answering.ts';
import type { Event } from './events.ts';
import { MAX_HELD } from './limits.ts';
import { countRefused } from './talk.ts';
import { assertNever, type Turn } from './turn.ts';

export function onDelivered(turn: Turn, { from, presence, frame }: Extract<Event, { type: 'delivered' }>) {
  const payload = readPayload(from, frame);
  const { conversation } = turn;
  if (payload === null || turn.state.account.stage !== 'ready') return;
  if (payload.type === 'offer' || payload.type === 'init')
    return turn.do({ type: 'check-offer', from, presence, frame });
  if (payload.type === 'end') return onEnd(turn, payload.hid, from, frame);
  if (payload.type === 'early') return onEarly(turn, payload.hid, from, frame);
  if (conversation === null || conversation.peer.accountId !== from) return;
  const { id, phase } = conversation;
  const renewal = turn.open?.renewal ?? null;
  switch (payload.type) {
    case 'accept':
      // Checked once: whatever comes of it, a second ACCEPT finds another phase.
      if (renewal?.at === 'ringing' && renewal.hid === payload.hid) {
        turn.patchOpen({ renewal: { at: 'confirming', hid: payload.hid } });
        return turn.do({ type: 'check-accept', conversation: id, hid: payload.hid, from, frame });
      }
      if (phase.at !== 'ringing' || phase.hid !== payload.hid) return;
      turn.stop('ring');
      turn.patchConversation({ phase: { at: 'confirming', hid: payload.hid } });
      return turn.do({ type: 'check-accept', conversation: id, hid: payload.hid, from, frame });
    case 'confirm':
      if (renewal?.at === 'accepted' && renewal.hid === payload.hid) {
        turn.patchOpen({ renewal: { at: 'completing', hid: payload.hid } });
        return turn.do({ type: 'check-confirm', conversation: id, hid: payload.hid, from, frame });
      }
      if (phase.at !== 'accepted' || phase.hid !== payload.hid) return;
      turn.stop('confirm');
      turn.patchConversation({ phase: { at: 'completing', hid: payload.hid, held: [] } });
      return turn.do({ type: 'check-confirm', conversation: id, hid: payload.hid, from, frame });
    case 'message':
      return onMessage(turn, payload.sid, frame);
    case 'chunk': {
      // Chunks of a file that was cancelled may still be on their way.
      if (turn.talk?.receiving?.fid !== payload.fid) return;
      return turn.do({ type: 'open-chunks', fid: payload.fid, frame });
    }
    default:
      return assertNever(payload);
  }
}

function onEnd(turn: Turn, hid: HandshakeId, from: string, frame: Uint8Array): void {
  const phase = turn.conversation?.phase;
  const handshake = phase?.at === 'open' ? phase.renewal : phase;
  const called = handshake?.at === 'ringing' || handshake?.at === 'accepted';
  const ours = called && handshake.hid === hid && turn.conversation?.peer.accountId === from;
  const theirs = turn.state.incoming.some((call) => call.hid === hid && call.peer.accountId === from);
  if (ours || theirs) turn.do({ type: 'check-end', hid, from, frame });
}

/** Part of a first flight that rings here, or was just accepted. */
function onEarly(turn: Turn, hid: HandshakeId, from: string, frame: Uint8Array): void {
  const { conversation } = turn;
  const rings = turn.state.incoming.some((call) => call.hid === hid && call.peer.accountId === from);
  const accepted =
    conversation !== null &&
    conversation.peer.accountId === from &&
    isAnswering(conversation.phase) &&
    conversation.phase.hid === hid;
  if (rings || accepted) turn.do({ type: 'open-early', hid, from, frame });
}

function onMessage(turn: Turn, sid: SessionId, frame: Uint8Array): void {
  if (turn.state.over.includes(sid)) return;
  const phase = turn.conversation?.phase;
  if (phase?.at === 'completing') {
    // The peer may write as soon as CONFIRM is sent, which is still being checked here.
    const { held } = phase;
    if (held.length < MAX_HELD) turn.patchConversation({ phase: { ...phase, held: [...held, frame] } });
  } else if (phase?.at === 'open') {
    const { talk, old, renewal } = phase;
    const next = renewal?.at === 'handing-over' ? renewal.sid : undefined;
    if ([talk.sid, old?.sid, next].includes(sid)) turn.do({ type: 'decrypt', sid, frame });
    else countRefused(turn);
  }
}
