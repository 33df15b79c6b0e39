/** Pins and what the person says about them (protocol.md section 3.4). */
import { dropIncoming } from './answering.ts';
import { lookUp } from './calling.ts';
import { endAbruptly, isActive } from './ending.ts';
import type { EventOf } from './events.ts';
import type { Incoming, Pin } from './state.ts';
import type { Turn } from './turn.ts';

/** protocol.md section 3.4: the states of a pin, weakest first. */
const STRENGTH: readonly Pin['trust'][] = ['first-use', 'compared', 'sas', 'qr'];

/** Of two ways in which the same key was checked, the one that says more. */
function stronger(one: Pin['trust'], other: Pin['trust']): Pin['trust'] {
  return STRENGTH.indexOf(one) > STRENGTH.indexOf(other) ? one : other;
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
export function markVerified(turn: Turn, reply: number, by: 'compared' | 'sas' | 'qr') {
  const { conversation } = turn;
  if (conversation === null || conversation.pin === null || conversation.key !== conversation.pin.key) {
    return turn.reject(reply, 'not-secure-yet');
  }
  // Who scanned the code once does not know less because of a look at the emoji.
  const trust = stronger(by, conversation.pin.trust);
  turn.do({ type: 'pin', peer: conversation.peer, pin: { key: conversation.key, trust }, reply });
}

export function onPinned(turn: Turn, { accountId, pin }: EventOf<'pinned'>) {
  const { conversation } = turn;
  for (const call of turn.state.incoming) if (call.peer.accountId === accountId) repin(turn, call, pin);
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

/** A call that rings was checked against the pin of that moment. */
function repin(turn: Turn, call: Incoming, pin: Pin) {
  const changed = call.key !== pin.key;
  // Of an offer under a changed key nothing was kept: if that key is right now, it has to come again.
  if (call.changed && !changed) return dropIncoming(turn, call.hid);
  if (changed && !call.changed) turn.do({ type: 'wipe-handshake', hid: call.hid });
  const incoming = turn.state.incoming.map((one) => (one === call ? { ...call, pin, changed } : one));
  turn.patch({ incoming });
}
