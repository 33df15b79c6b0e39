/** Texts that the person writes before there is a session to say them in (protocol.md section 5.3). */
import type { MessageView } from '../contract.ts';
import { MAX_EARLY, MAX_UNACKNOWLEDGED } from './limits.ts';
import { renew } from './renewal.ts';
import type { Conversation, Draft } from './state.ts';
import { sayText } from './talk.ts';
import { addressOf, type Turn } from './turn.ts';

/** Whether a text can be written that no session carries yet: by the caller, and while one session follows another. */
export function mayDraft({ phase }: Conversation): boolean {
  switch (phase.at) {
    case 'ringing':
    case 'confirming':
      return true;
    case 'open':
      return !phase.talk.secure || phase.talk.gap || phase.renewal?.at === 'handing-over';
    default:
      return false;
  }
}

/** Sent at once with the call where it can carry texts; otherwise it waits. */
export function draft(turn: Turn, reply: number, text: string) {
  const { conversation } = turn;
  if (conversation === null || !mayDraft(conversation)) return turn.reject(reply, 'not-secure-yet');
  const { drafts, drafted, phase } = conversation;
  const before = phase.at === 'open' && phase.talk.secure;
  if (!before && drafts.length >= MAX_EARLY) return turn.reject(reply, 'too-many-early');
  if (before && drafts.length >= MAX_UNACKNOWLEDGED) return turn.reject(reply, 'too-many-unacknowledged');
  const seq = phase.at === 'ringing' ? phase.early : null;
  const one: Draft = { id: `d${drafted}`, text, at: turn.at, seq };
  turn.patchConversation({ drafts: [...drafts, one], drafted: drafted + 1 });
  const address = addressOf(conversation);
  if (phase.at === 'ringing' && seq !== null && address !== null) {
    const { id } = conversation;
    turn.patchConversation({ phase: { ...phase, early: seq + 1 } });
    turn.do({ type: 'send-early', conversation: id, hid: phase.hid, seq, address, text });
  }
  showDrafts(turn, [one]);
  turn.accept(reply);
}

/** They have no session that could remember them, so they are shown past it. */
export function showDrafts(turn: Turn, drafts: readonly Draft[], status?: MessageView['status']): void {
  if (drafts.length > 0) turn.do({ type: 'show', messages: drafts.map((one) => viewOf(one, status)) });
}

function viewOf(
  { id, text, at, seq }: Draft,
  status: MessageView['status'] = seq === null ? 'waiting' : 'early',
): MessageView {
  const body = { kind: 'text', text } as const;
  return { id, mine: true, seq: seq ?? 0, at, status, unconfirmed: false, body };
}

/**
 * The session stands, and the peer has `arrived` messages of its first flight: they are part of the session, and what
 * waited is said now, in order. Those that were dropped on the way leave a gap that no acknowledgement passes, so they
 * are repeated, and everything after them said, in a session that takes the place of this one at once.
 */
export function sayDrafts(turn: Turn, arrived: number): void {
  const drafts = turn.conversation?.drafts ?? [];
  const carried = drafts.filter(({ seq }) => seq !== null);
  turn.patchConversation({ drafts: [] });
  for (const one of carried.slice(0, arrived)) {
    const seq = one.seq ?? 0;
    turn.patchTalk({ awaiting: [...(turn.talk?.awaiting ?? []), seq] });
    turn.show({ ...viewOf(one, 'sending'), seq });
  }
  if (carried.length <= arrived) {
    for (const one of drafts) if (one.seq === null) sayText(turn, one.text, one);
    return;
  }
  const waiting = drafts.filter(({ seq }) => seq === null || seq >= arrived);
  turn.patchConversation({ drafts: waiting.map((one) => ({ ...one, seq: null })) });
  showDrafts(turn, turn.conversation?.drafts ?? []);
  turn.patchTalk({ gap: true });
  renew(turn);
}
