/**
 * An open session: messages, their acknowledgements, and what the peer is doing (PROTOCOL.md section 6.4).
 *
 * Renewal (section 4.9) is not here: a session that is used up ends, and the next call makes a new one. Its place is
 * a second handshake beside `open`, which takes over when its READY comes.
 */
import type { MessageView } from '../contract.ts';
import { end, endFatally } from './ending.ts';
import type { Content, EventOf } from './events.ts';
import {
  MAX_TEXT,
  MAX_UNACKNOWLEDGED,
  READ_MS,
  RECEIPT_AFTER,
  RECEIPT_MS,
  TYPING_EVERY_MS,
  TYPING_FORGOTTEN_MS,
} from './limits.ts';
import type { Talk } from './state.ts';
import { onFileControl } from './transfer.ts';
import { addressOf, assertNever, type Turn } from './turn.ts';

export function newTalk(sid: string, { secure, next }: { secure: boolean; next: number }): Talk {
  return {
    sid,
    secure,
    next,
    acknowledged: 0,
    awaiting: [],
    received: 0,
    owed: 0,
    read: 0,
    readTold: 0,
    typing: { told: false, at: 0 },
    peerActivity: 'none',
    live: new Map(),
    transfer: null,
  };
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
  return seq;
}

export function sendText(turn: Turn, reply: number, text: string) {
  const { talk } = turn;
  if (talk?.secure !== true) return turn.reject(reply, 'not-secure-yet');
  if (text.trim() === '') return turn.reject(reply, 'text-empty');
  // Code points, as the protocol counts; the length in UTF-16 units bounds it from above.
  if (text.length > MAX_TEXT && [...text].length > MAX_TEXT) return turn.reject(reply, 'text-too-long');
  if (talk.awaiting.length >= MAX_UNACKNOWLEDGED) return turn.reject(reply, 'too-many-unacknowledged');
  const seq = say(turn, { type: 'text', text });
  turn.patchTalk({ typing: { told: false, at: 0 } });
  turn.show(ownMessage(turn, seq, { kind: 'text', text }));
  turn.accept(reply);
}

export function ownMessage(turn: Turn, seq: number, body: MessageView['body']): MessageView {
  return { id: `m${seq}`, mine: true, seq, at: turn.at, status: 'sending', body };
}

export function peerMessage(turn: Turn, seq: number, body: MessageView['body']): MessageView {
  return { id: `p${seq}`, mine: false, seq, at: turn.at, status: 'delivered', body };
}

export function markRead(turn: Turn, reply: number, seq: number): void {
  const { talk } = turn;
  turn.accept(reply);
  if (talk?.secure !== true) return;
  const read = Math.min(seq + 1, talk.received);
  // Not a number, or nothing new.
  if (!(read > talk.read)) return;
  turn.patchTalk({ read });
  if (talk.read === talk.readTold) turn.start('read', READ_MS);
}

export function onReadTimer(turn: Turn): void {
  const { talk } = turn;
  if (talk?.secure !== true || talk.read === talk.readTold) return;
  say(turn, { type: 'read', upTo: talk.read - 1 });
  turn.patchTalk({ readTold: talk.read });
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
  const { talk } = turn;
  if (talk === null || talk.sid !== event.sid) return;
  // More acknowledged than was ever said: authentic, and nonsense.
  if (event.ack > talk.next) return endFatally(turn);
  if (!talk.secure) turn.stop('ready');
  turn.patchTalk({ secure: true, received: Math.max(talk.received, event.seq + 1) });
  acknowledge(turn, event.ack);
  if (causesReceipt(event.content)) owe(turn);
  understand(turn, event.seq, event.content);
}

function understand(turn: Turn, seq: number, content: Content): void {
  switch (content.type) {
    case 'text':
      turn.stop('peer-activity');
      turn.patchTalk({ peerActivity: 'none' });
      turn.show(peerMessage(turn, seq, { kind: 'text', text: content.text }));
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
      const { talk } = turn;
      if (talk === null) break;
      turn.do({ type: 'describe-file', sid: talk.sid, seq, descriptor: content.descriptor });
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

function owe(turn: Turn): void {
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
  const delivered = [...talk.live.values()].filter(
    ({ mine, seq, status }) => mine && seq < ack && status === 'sending',
  );
  turn.show(...delivered.map((message) => ({ ...message, status: 'delivered' as const })));
}

function readByPeer(turn: Turn, upTo: number) {
  const { talk } = turn;
  if (talk === null) return;
  if (upTo >= talk.next) return endFatally(turn);
  const read = [...talk.live.values()].filter(
    ({ mine, seq, status }) => mine && seq <= upTo && status !== 'read',
  );
  turn.show(...read.map((message) => ({ ...message, status: 'read' as const })));
}

/** A frame of this session that was not genuine, or whose session cannot go on. */
export function onRefused(turn: Turn, event: EventOf<'refused'>): void {
  if (turn.talk?.sid !== event.sid) return;
  countRefused(turn);
  if (event.fatal) endFatally(turn);
}

export function countRefused(turn: Turn): void {
  const { conversation } = turn;
  if (conversation !== null) turn.patchConversation({ refusedFrames: conversation.refusedFrames + 1 });
}
