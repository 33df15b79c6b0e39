/**
 * An open session: messages, their acknowledgements, and what the peer is doing (protocol.md section 6.4).
 */
import type { MessageView } from '../contract.ts';
import type { SessionId } from '../ids.ts';
import { draft, mayDraft, sayDrafts } from './drafts.ts';
import { end, endFatally } from './ending.ts';
import type { Content, EventOf } from './events.ts';
import {
  MAX_TEXT,
  MAX_UNACKNOWLEDGED,
  READ_MS,
  RECEIPT_AFTER,
  RECEIPT_MS,
  RESEND_MS,
  RESENDS,
  TYPING_EVERY_MS,
  TYPING_FORGOTTEN_MS,
} from './limits.ts';
import { isRenewalReady, onLateDecrypted, onRenewed, retire } from './renewal.ts';
import type { Talk } from './state.ts';
import { onFileControl } from './transfer.ts';
import { addressOf, assertNever, type Turn } from './turn.ts';

/** The first session of a conversation, or the one that follows `before`. READY is the responder's first message. */
export function newTalk(
  turn: Turn,
  sid: SessionId,
  { role, next, before = null }: { role: Talk['role']; next: number; before?: Talk | null },
): Talk {
  return {
    sid,
    role,
    number: (before?.number ?? 0) + 1,
    since: turn.at,
    // One is left for what comes late.
    base: before === null ? 0 : before.base + before.received + 1,
    secure: role === 'responder',
    next,
    acknowledged: 0,
    readByPeer: 0,
    awaiting: role === 'responder' ? [0] : [],
    gap: false,
    resent: 0,
    received: 0,
    owed: 0,
    shown: 0,
    read: 0,
    readTold: 0,
    quiet: false,
    unread: before === null ? null : unreadOf(before),
    typing: { told: false, at: 0 },
    peerActivity: 'none',
    live: new Map(),
    sending: null,
    receiving: null,
  };
}

/** What the peer will not know as read of a session that is over, and of those before it. */
function unreadOf({ base, shown, read, unread }: Talk): Talk['unread'] {
  return shown > read ? { upTo: base + shown - 1, read: false } : unread;
}

/** RECEIPT and TYPING never cause a RECEIPT; every other message does, BYE aside, which nobody waits for. */
function causesReceipt(content: Content): boolean {
  return (
    content.type !== 'receipt' &&
    content.type !== 'read' &&
    content.type !== 'typing' &&
    content.type !== 'bye'
  );
}

/** Encrypts and sends one message; the result is its `seq`. Whatever was owed to the peer goes with it. */
export function say(turn: Turn, content: Content): number {
  const { conversation, talk } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  if (conversation === null || talk === null || address === null) return -1;
  const { sid, next: seq } = talk;
  turn.do({ type: 'encrypt', conversation: conversation.id, sid, seq, address, content });
  const awaiting = causesReceipt(content) ? [...talk.awaiting, seq] : talk.awaiting;
  turn.patchTalk({ next: seq + 1, awaiting, owed: 0 });
  if (talk.owed > 0) turn.stop('receipt');
  if (talk.awaiting.length === 0) watchAcknowledgement(turn);
  return seq;
}

/** Counts the time from here until the first message that waits for its acknowledgement is sent again. */
export function watchAcknowledgement(turn: Turn): void {
  const { talk } = turn;
  if (talk === null) return;
  turn.patchTalk({ resent: 0 });
  if (talk.awaiting.length > 0) turn.start('resend', RESEND_MS);
  else turn.stop('resend');
}

/**
 * What the peer does not have was damaged on its way: the identical frames again (protocol.md section 6.4). From the one
 * that by the peer's own word is missing to the first that waits for a receipt, which is what makes the peer answer;
 * anything later may be there already and would look replayed.
 */
export function onResendTimer(turn: Turn): void {
  const { conversation, talk } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  if (conversation === null || talk === null || address === null || talk.awaiting.length === 0) return;
  if (talk.resent >= RESENDS) return;
  const { sid, acknowledged, resent } = talk;
  const until = talk.awaiting[0] ?? acknowledged;
  for (let seq = acknowledged; seq <= until; seq += 1) {
    turn.do({ type: 'resend', conversation: conversation.id, sid, seq, address });
  }
  turn.patchTalk({ resent: resent + 1 });
  turn.start('resend', RESEND_MS);
}

export function sendText(turn: Turn, reply: number, text: string) {
  const { talk } = turn;
  const { conversation } = turn;
  const early = conversation !== null && mayDraft(conversation);
  if (talk?.secure !== true && !early) return turn.reject(reply, 'not-secure-yet');
  if (text.trim() === '') return turn.reject(reply, 'text-empty');
  // Code points, as the protocol counts; the length in UTF-16 units bounds it from above.
  if (text.length > MAX_TEXT && [...text].length > MAX_TEXT) return turn.reject(reply, 'text-too-long');
  if (talk === null || early) return draft(turn, reply, text);
  if (talk.awaiting.length >= MAX_UNACKNOWLEDGED) return turn.reject(reply, 'too-many-unacknowledged');
  sayText(turn, text);
  turn.accept(reply);
}

/** `shown`: as what it is on the screen already. */
export function sayText(
  turn: Turn,
  text: string,
  shown: { readonly id?: string; readonly at?: number } = {},
) {
  const seq = say(turn, { type: 'text', text });
  turn.patchTalk({ typing: { told: false, at: 0 } });
  const message = ownMessage(turn, seq, { kind: 'text', text });
  turn.show({ ...message, id: shown.id ?? message.id, at: shown.at ?? message.at });
}

/** Numbers begin anew with every session; ids and the peer's numbers on the screen do not. */
export function ownMessage(turn: Turn, seq: number, body: MessageView['body']): MessageView {
  const id = `m${turn.talk?.number ?? 1}.${seq}`;
  return { id, mine: true, seq, at: turn.at, status: 'sending', unconfirmed: false, body };
}

/** `talk`: the session in which it came, by default the open one. */
export function peerMessage(
  turn: Turn,
  seq: number,
  body: MessageView['body'],
  talk: Pick<Talk, 'number' | 'base'> | null = turn.talk,
): MessageView {
  const { number, base } = talk ?? { number: 1, base: 0 };
  const here = turn.talk ?? { number, base };
  return {
    id: `p${number}.${seq}`,
    mine: false,
    // What comes late comes before everything of this session.
    seq: here.number === number ? base + seq : here.base - 1,
    at: turn.at,
    status: 'delivered',
    unconfirmed: false,
    body,
  };
}

export function markRead(turn: Turn, reply: number, seq: number): void {
  const { talk } = turn;
  turn.accept(reply);
  if (talk?.secure !== true) return;
  const read = Math.min(seq - talk.base + 1, talk.received);
  // Not a number, or nothing new.
  if (read > talk.read) turn.patchTalk({ read });
  const { unread } = talk;
  if (unread !== null && seq >= unread.upTo) turn.patchTalk({ unread: { ...unread, read: true } });
  watchRead(turn, talk);
}

/** Since `before` there may be something to tell of what was read. */
export function watchRead(turn: Turn, before: Talk): void {
  if (turn.talk !== null && readUpTo(before) === null && readUpTo(turn.talk) !== null)
    turn.start('read', READ_MS);
}

/**
 * What can be called read now, by the number of this session; null: nothing new. The numbers of the sessions before
 * are over, but "up to" includes them: any number says so, if naming it calls nothing read that was not.
 */
function readUpTo({ read, readTold, quiet, unread }: Talk): number | null {
  if (read > readTold || (unread?.read === true && read > 0)) return read - 1;
  return unread?.read === true && quiet ? 0 : null;
}

export function onReadTimer(turn: Turn): void {
  if (turn.talk?.secure === true) tellRead(turn);
}

/** Whether there was something to tell. */
export function tellRead(turn: Turn): boolean {
  const { talk } = turn;
  const upTo = talk === null ? null : readUpTo(talk);
  if (talk === null || upTo === null) return false;
  say(turn, { type: 'read', upTo });
  turn.patchTalk({ readTold: talk.read, unread: talk.unread?.read === true ? null : talk.unread });
  return true;
}

export function onReceiptTimer(turn: Turn): void {
  const { talk } = turn;
  if (talk !== null && talk.owed > 0) say(turn, { type: 'receipt' });
}

export function setTyping(turn: Turn, reply: number, typing: boolean): void {
  const { talk } = turn;
  turn.accept(reply);
  if (talk?.secure !== true) return;
  const { told, at } = talk.typing;
  if (typing ? told && turn.at - at < TYPING_EVERY_MS : !told) return;
  say(turn, { type: 'typing', activity: typing ? 'typing' : 'none' });
  turn.patchTalk({ typing: { told: typing, at: turn.at } });
}

export function onActivityTimer(turn: Turn): void {
  turn.patchTalk({ peerActivity: 'none' });
}

/** An authentic message of the peer. Only from here can anything of the peer's reach the screen. */
export function onDecrypted(turn: Turn, event: EventOf<'decrypted'>) {
  const { talk, open } = turn;
  if (open !== null && isRenewalReady(open, event)) return onRenewed(turn, open, event);
  if (open?.old?.sid === event.sid) return onLateDecrypted(turn, open.old, event);
  if (talk === null || talk.sid !== event.sid) return;
  // More acknowledged than was ever said: authentic, and nonsense.
  if (event.ack > talk.next) return endFatally(turn);
  if (!talk.secure) turn.stop('ready');
  turn.patchTalk({
    secure: true,
    received: Math.max(talk.received, event.seq + 1),
    quiet: talk.quiet || isQuiet(event),
  });
  if (open?.old) retire(turn);
  if (!talk.secure) sayDrafts(turn, event.ack);
  acknowledge(turn, event.ack);
  if (causesReceipt(event.content)) owe(turn);
  watchRead(turn, talk);
  understand(turn, event.seq, event.content);
}

/** The first message, of a kind that puts nothing on the screen. */
export function isQuiet({ seq, content }: Pick<EventOf<'decrypted'>, 'seq' | 'content'>): boolean {
  return seq === 0 && content.type !== 'text' && content.type !== 'file';
}

/** A message of the peer's is on the screen. `heard`: the session in which it came. */
export function countShown(turn: Turn, seq: number, heard: Pick<Talk, 'sid'>): void {
  const { talk } = turn;
  if (talk === null) return;
  if (heard.sid === talk.sid) turn.patchTalk({ shown: Math.max(talk.shown, seq + 1) });
  else turn.patchTalk({ unread: { upTo: talk.base - 1, read: false } });
}

/** `heard`: the session in which it came, which is the old one for what a renewal overtook. */
export function understand(turn: Turn, seq: number, content: Content, heard: Talk | null = turn.talk): void {
  switch (content.type) {
    case 'text':
      turn.stop('peer-activity');
      turn.patchTalk({ peerActivity: 'none' });
      if (heard === null) break;
      turn.show(peerMessage(turn, seq, { kind: 'text', text: content.text }, heard));
      countShown(turn, seq, heard);
      break;
    case 'read':
      readByPeer(turn, content.upTo);
      break;
    case 'typing':
      turn.patchTalk({ peerActivity: content.activity });
      if (content.activity === 'none') turn.stop('peer-activity');
      else turn.start('peer-activity', TYPING_FORGOTTEN_MS);
      break;
    case 'file': {
      if (heard === null) break;
      turn.do({ type: 'describe-file', sid: heard.sid, seq, descriptor: content.descriptor });
      break;
    }
    case 'file-control':
      onFileControl(turn, content);
      break;
    case 'bye':
      end(turn, 'peer-disconnected');
      break;
    case 'ready':
    case 'receipt':
    case 'other':
      break;
    default:
      assertNever(content);
  }
}

export function owe(turn: Turn): void {
  const { talk } = turn;
  if (talk === null) return;
  turn.patchTalk({ owed: talk.owed + 1 });
  if (talk.owed + 1 >= RECEIPT_AFTER) say(turn, { type: 'receipt' });
  else if (talk.owed === 0) turn.start('receipt', RECEIPT_MS);
}

/** `ack` messages arrived without a gap: the authenticated word of the peer, not the relay's. */
function acknowledge(turn: Turn, ack: number): void {
  const { talk } = turn;
  if (talk === null || ack <= talk.acknowledged) return;
  turn.patchTalk({ acknowledged: ack, awaiting: talk.awaiting.filter((seq) => seq >= ack) });
  watchAcknowledgement(turn);
  turn.show(...acknowledgedBy(talk, ack));
  if (turn.talk !== null && talk.readByPeer > 0) turn.show(...readBy(turn.talk, talk.readByPeer - 1, ack));
}

/** Messages of ours that this acknowledgement says the peer has, as they look from now on. */
export function acknowledgedBy({ live }: Talk, ack: number): MessageView[] {
  return [...live.values()]
    .filter(({ mine, seq, status }) => mine && seq < ack && status === 'sending')
    .map((message) => ({ ...message, status: 'delivered' }));
}

function readByPeer(turn: Turn, upTo: number) {
  const { talk } = turn;
  if (talk === null) return;
  if (upTo >= talk.next) return endFatally(turn);
  turn.patchTalk({ readByPeer: Math.max(talk.readByPeer, upTo + 1) });
  turn.show(...readBy(talk, upTo, talk.acknowledged));
}

/** The same for messages that the peer has read, of those that have come: "read up to" says nothing of one that is lost. */
export function readBy({ live }: Talk, upTo: number, acknowledged: number): MessageView[] {
  return [...live.values()]
    .filter(({ mine, seq, status }) => mine && seq <= upTo && seq < acknowledged && status !== 'read')
    .map((message) => ({ ...message, status: 'read' }));
}

/** A frame of this session of which nothing came. The person is told of those that only an attack or a defect explains. */
export function onRefused(turn: Turn, event: EventOf<'refused'>) {
  const { open } = turn;
  const next = open?.renewal?.at === 'handing-over' ? open.renewal.sid : undefined;
  if (open === null || ![open.talk.sid, open.old?.sid, next].includes(event.sid)) return;
  const { why } = event;
  if (why === 'wrong' || why === 'fatal') countRefused(turn);
  if (why === 'fatal' || why === 'spent') return endFatally(turn);
  if (why !== 'repeated') return;
  // The peer has no word of ours that it arrived: so it is said again.
  if (open.talk.sid === event.sid && open.talk.secure && open.talk.owed === 0) owe(turn);
}

export function countRefused(turn: Turn): void {
  const { conversation } = turn;
  if (conversation !== null) turn.patchConversation({ refusedFrames: conversation.refusedFrames + 1 });
}
