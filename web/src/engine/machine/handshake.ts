/** What both sides of a handshake have in common (protocol.md section 4). */
import { dropIncoming } from './answering.ts';
import { withoutPrekey } from './calling.ts';
import { end, endAbruptly, isActive } from './ending.ts';
import type { EventOf } from './events.ts';
import { PREKEY_MS } from './limits.ts';
import { beginSession, failRenewal, renewsWith } from './renewal.ts';
import type { Conversation, Phase, Pin, Talk } from './state.ts';
import type { Turn } from './turn.ts';

export function begin(
  turn: Turn,
  change: Pick<Conversation, 'peer' | 'phase'> & Partial<Conversation>,
): number {
  const id = turn.state.nextConversation;
  const fresh = {
    key: null,
    pin: null,
    presence: null,
    refusedFrames: 0,
    endedAbruptly: false,
    drafts: [],
    drafted: 0,
    request: [],
    earlyDropped: 0,
  };
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

/** protocol.md section 4.6: the handshake is complete, and this is the only moment at which a first pin is made. */
export function complete(turn: Turn, { key, pin, peer }: Conversation, talk: Talk): void {
  turn.patchConversation({ phase: { at: 'open', talk, renewal: null, renewAt: null, old: null } });
  beginSession(turn);
  if (key === null || pin !== null) return;
  const first: Pin = { key, trust: 'first-use' };
  turn.patchConversation({ pin: first });
  turn.do({ type: 'pin', peer, pin: first, reply: null });
}

export function onHandshakeFailed(turn: Turn, { conversation: id, hid, wait }: EventOf<'handshake-failed'>) {
  const { conversation } = turn;
  if (conversation?.id !== id) return;
  if (renewsWith(turn.open, hid)) failRenewal(turn);
  else if (conversation.phase.at !== 'open') {
    // A call may take more than one handshake: what became of an earlier one is of no interest.
    const current = 'hid' in conversation.phase ? conversation.phase.hid : null;
    if (current === hid) end(turn, 'failed');
  }
  const over = conversation.phase.at !== 'ended' && turn.conversation?.phase.at === 'ended';
  if (over && wait > 0) turn.notice({ code: 'too-many-handshakes', retryAfterMs: wait });
}

/** A signed END. Without one nobody "declined" anything. */
export function onEndChecked(turn: Turn, { hid, reason }: EventOf<'end-checked'>) {
  dropIncoming(turn, hid);
  if (renewsWith(turn.open, hid)) return failRenewal(turn);
  const phase = turn.conversation?.phase;
  // The caller hung up in the moment in which the call was accepted.
  if (phase?.at === 'accepted' && phase.hid === hid) return end(turn, 'peer-disconnected');
  if (phase?.at !== 'ringing' || phase.hid !== hid) return;
  if (reason === 'prekey-unknown' && phase.early !== null) return withoutPrekey(turn);
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
    turn.patchConversation({ presence, phase: { at: 'fetching' } });
    const address = { to: event.accountId, presence };
    turn.do({ type: 'get-prekey', conversation: conversation.id, address });
    turn.start('prekey', PREKEY_MS);
  } else if (isActive(phase) && conversation.presence !== null && gone(conversation.presence)) {
    lost(turn);
  }
}

/** The relay could not deliver: a hint, but without the peer there is nothing to wait for. */
export function onUndelivered(turn: Turn, event: EventOf<'undelivered'>) {
  if (turn.conversation?.id !== event.conversation || !isActive(turn.conversation.phase)) return;
  if (event.status === 'offline') return lost(turn);
  const ofHandshake = event.about === 'offer' || event.about === 'accept' || event.about === 'confirm';
  if (ofHandshake && turn.open !== null && turn.open.renewal !== null) return failRenewal(turn);
  turn.notice({ code: 'relay-error' });
  endAbruptly(turn, 'failed');
}

function lost(turn: Turn): void {
  const at = turn.conversation?.phase.at;
  const unanswered = at === 'fetching' || at === 'offering' || at === 'ringing';
  endAbruptly(turn, unanswered ? 'peer-offline' : 'peer-disconnected');
}
