/** Pins and what the person says about them (PROTOCOL.md section 3.4). */
import { lookUp } from './calling.ts';
import { endAbruptly, isActive } from './ending.ts';
import type { EventOf } from './events.ts';
import type { Pin } from './state.ts';
import type { Turn } from './turn.ts';

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
