/** What both sides of a handshake have in common (PROTOCOL.md section 4). */
import { dropIncoming } from './answering.ts';
import { end, endAbruptly, isActive } from './ending.ts';
import type { EventOf } from './events.ts';
import { HANDSHAKES_PER_HOUR, HOUR_MS } from './limits.ts';
import type { Conversation, Phase, Pin } from './state.ts';
import type { Turn } from './turn.ts';

export function begin(
  turn: Turn,
  change: Pick<Conversation, 'peer' | 'phase'> & Partial<Conversation>,
): number {
  const id = turn.state.nextConversation;
  const fresh = { key: null, pin: null, presence: null, refusedFrames: 0, endedAbruptly: false };
  turn.patch({ conversation: { ...fresh, ...change, id }, nextConversation: id + 1 });
  return id;
}

/** The conversation, if it is the one that the event is about and still waits for it. */
export function awaited<P extends Phase['at']>(
  turn: Turn,
  id: number,
  at: P,
): (Conversation & { phase: Extract<Phase, { at: P }> }) | null {
  const { conversation } = turn;
  return conversation?.id === id && conversation.phase.at === at
    ? (conversation as Conversation & { phase: Extract<Phase, { at: P }> })
    : null;
}

/** PROTOCOL.md section 4.6: the handshake is complete, and this is the only moment at which a first pin is made. */
export function complete(turn: Turn, { key, pin, peer }: Conversation, phase: Phase): void {
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
export function mustWait(turn: Turn, accountId: string): number {
  const times = recent(turn, accountId);
  const [first = 0] = times;
  return times.length < HANDSHAKES_PER_HOUR ? 0 : first + HOUR_MS - turn.at;
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
