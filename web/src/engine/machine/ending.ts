/** How conversations end: whatever is open is wiped, and messages never outlive what the screen says of them. */
import type { MessageView } from '../contract.ts';
import { requestMessage } from './answering.ts';
import { showDrafts } from './drafts.ts';
import type { TimerName } from './events.ts';
import { dropRenewal } from './renewal.ts';
import type { Conversation, Ending, Phase, Talk } from './state.ts';
import { say } from './talk.ts';
import { addressOf, assertNever, type Turn } from './turn.ts';

const TIMERS: readonly TimerName[] = [
  'look-up',
  'prekey',
  'ring',
  'confirm',
  'ready',
  'receipt',
  'read',
  'peer-activity',
  'resend',
  'renew',
  'renewal',
  'retire',
  'expire',
];

/** Neither over nor blocked: a second conversation has to wait. */
export function isActive(phase: Phase): boolean {
  return phase.at !== 'ended' && phase.at !== 'blocked';
}

/** The conversation is over and stays on the screen with its reason. */
export function end(turn: Turn, how: Ending): void {
  const { conversation, talk } = turn;
  if (conversation === null || !isActive(conversation.phase)) return;
  if (how === 'peer-disconnected') turn.do({ type: 'clear' });
  else {
    if (talk !== null) turn.show(...[...talk.live.values()].map(lastLook));
    if (turn.open?.old) giveUp(turn, turn.open.old);
    const files = conversation.request.filter(({ body }) => body.kind === 'file');
    const messages = files.map((one) => ({ ...lastLook(requestMessage(turn, one)), unconfirmed: true }));
    if (messages.length > 0) turn.do({ type: 'show', messages });
    showDrafts(turn, conversation.drafts, 'failed');
  }
  release(turn, conversation);
  turn.patchConversation({ phase: { at: 'ended', how }, drafts: [] });
}

/** As {@link end}, with the warning that the peer's last messages may be missing (protocol.md section 6.4). */
export function endAbruptly(turn: Turn, how: Ending): void {
  const wasOpen = turn.talk?.secure === true;
  end(turn, how);
  if (wasOpen) turn.patchConversation({ endedAbruptly: true });
}

/** protocol.md section 11, "fatal session". */
export function endFatally(turn: Turn): void {
  say(turn, { type: 'bye' });
  endAbruptly(turn, 'failed');
}

/** The person leaves: the peer is told as far as the protocol has words for it, and nothing stays here. */
export function close(turn: Turn): void {
  const { conversation } = turn;
  if (conversation === null) return;
  const { phase } = conversation;
  const address = addressOf(conversation);
  if (phase.at === 'open') say(turn, { type: 'bye' });
  if (phase.at === 'ringing' && address !== null) {
    turn.do({ type: 'end-handshake', hid: phase.hid, reason: 'cancelled', address });
  } else release(turn, conversation);
  turn.stop(...TIMERS);
  turn.do({ type: 'clear' });
  turn.patch({ conversation: null });
}

/** Stops and wipes what this phase holds. The caller sets the next phase. */
export function release(turn: Turn, { phase }: Conversation): void {
  turn.stop(...TIMERS);
  switch (phase.at) {
    case 'looking-up':
      if (phase.reply !== null) turn.accept(phase.reply);
      break;
    case 'ringing':
    case 'confirming':
    case 'accepting':
    case 'accepted':
    case 'completing':
      turn.do({ type: 'wipe-handshake', hid: phase.hid });
      break;
    case 'open': {
      const { sid, sending, receiving } = phase.talk;
      dropRenewal(turn, phase);
      if (phase.old !== null) turn.endSession(phase.old.sid);
      if (sending?.at === 'preparing') turn.reject(sending.reply, 'not-connected');
      if (sending !== null) {
        turn.do({ type: 'wipe-file', file: sending.at === 'preparing' ? sending.ref : sending.fid });
      }
      if (receiving !== null) turn.do({ type: 'wipe-file', file: receiving.fid });
      turn.endSession(sid);
      break;
    }
    case 'watching':
    case 'fetching':
    case 'offering':
    case 'ended':
    case 'blocked':
      break;
    default:
      assertNever(phase);
  }
}

/** Messages of ours that a session never got acknowledged: they failed. */
export function giveUp(turn: Turn, { live }: Talk): void {
  const failed = [...live.values()].filter(({ mine, status }) => mine && status === 'sending').map(lastLook);
  if (failed.length > 0) turn.do({ type: 'show', messages: failed });
}

/** What stays on the screen of a message whose session is gone. */
function lastLook(message: MessageView): MessageView {
  const status = message.status === 'sending' ? 'failed' : message.status;
  const { body } = message;
  if (body.kind !== 'file') return { ...message, status };
  const { transfer } = body;
  const moving = ['announced', 'offered', 'transferring'].includes(transfer.state);
  const last = moving ? ({ ...transfer, state: 'connection-lost' } as const) : transfer;
  return { ...message, status, body: { kind: 'file', transfer: last } };
}
