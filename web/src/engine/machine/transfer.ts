/** One file at a time in each direction, pulled by its receiver (protocol.md section 7.3). */
import type { MessageView, TransferState, TransferView } from '../contract.ts';
import { mayDraft } from './drafts.ts';
import type { Content, EventOf } from './events.ts';
import { MAX_UNACKNOWLEDGED, PROGRESS_MS, WANT_STEP, WINDOW } from './limits.ts';
import type { Receiving, Sending } from './state.ts';
import { countShown, ownMessage, peerMessage, say } from './talk.ts';
import { addressOf, assertNever, type Turn } from './turn.ts';

type Offered = Extract<Sending, { at: 'offered' }>;
type Control = Extract<Content, { type: 'file-control' }>;

// ---- The sender

export function sendFile(
  turn: Turn,
  reply: number,
  { ref, fileName, size }: { ref: number; fileName: string; size: number },
) {
  const { talk } = turn;
  const refuse = (code: Parameters<Turn['reject']>[1]) => {
    turn.do({ type: 'wipe-file', file: ref });
    turn.reject(reply, code);
  };
  if (talk?.secure !== true) return refuse('not-secure-yet');
  if (fileName.trim() === '') return refuse('file-empty-name');
  if (!(size <= turn.state.maxFileBytes)) return refuse('file-too-large');
  // While a session takes the place of another, a file waits for the person's next try.
  const between = turn.conversation !== null && mayDraft(turn.conversation);
  if (talk.sending !== null || between) return refuse('transfer-busy');
  if (talk.awaiting.length >= MAX_UNACKNOWLEDGED) return refuse('too-many-unacknowledged');
  turn.patchTalk({ sending: { at: 'preparing', ref, reply } });
  turn.do({ type: 'prepare-file', ref });
}

export function onFilePrepared(turn: Turn, { ref, facts, descriptor }: EventOf<'file-prepared'>): void {
  const preparing = turn.talk?.sending;
  if (preparing?.at !== 'preparing' || preparing.ref !== ref) {
    turn.do({ type: 'wipe-file', file: facts.fid });
    return;
  }
  const { chunks, ...about } = facts;
  const seq = say(turn, { type: 'file', descriptor });
  const message = ownMessage(turn, seq, {
    kind: 'file',
    transfer: { ...about, done: 0, state: 'offered' },
  });
  const { fid } = facts;
  turn.patchTalk({
    sending: { at: 'offered', fid, message: message.id, chunks, queued: 0, shownAt: turn.at },
  });
  turn.show(message);
  turn.accept(preparing.reply);
}

export function onFileUnprepared(turn: Turn, { ref, error }: EventOf<'file-unprepared'>): void {
  const preparing = turn.talk?.sending;
  if (preparing?.at !== 'preparing' || preparing.ref !== ref) return;
  turn.patchTalk({ sending: null });
  turn.do({ type: 'reply', reply: preparing.reply, error });
}

export function onFileSent(turn: Turn, { fid, done, chunks }: EventOf<'file-sent'>): void {
  const file = offered(turn, fid);
  if (file === null) return;
  const queued = Math.max(0, file.queued - chunks);
  turn.patchTalk({ sending: { ...file, queued } });
  if (!showsProgress(turn, file)) return;
  turn.patchTalk({ sending: { ...file, queued, shownAt: turn.at } });
  showTransfer(turn, file.message, { done });
}

/** What the other side says about a file. Words about a file that is not on its way mean nothing any more. */
export function onFileControl(turn: Turn, control: Control) {
  const { fid, op } = control;
  if (op === 'cancel') return settle(turn, fid, 'cancelled-by-peer');
  const file = offered(turn, fid);
  if (file === null) return;
  switch (op) {
    case 'accept':
      showTransfer(turn, file.message, { state: 'transferring' });
      break;
    case 'reject':
      settle(turn, fid, 'rejected');
      break;
    case 'want':
      sendWanted(turn, file, control);
      break;
    case 'done':
      settle(turn, fid, 'done');
      break;
    case 'pause':
      break;
    default:
      assertNever(op);
  }
}

function sendWanted(turn: Turn, file: Offered, { index, count }: Control): void {
  const { conversation } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  // A receiver that wants more than there is, or more than the window, gets nothing of it.
  const allowed = count > 0 && index + count <= file.chunks && file.queued + count <= WINDOW;
  if (conversation === null || address === null || !allowed) return;
  turn.patchTalk({ sending: { ...file, queued: file.queued + count } });
  const { fid } = file;
  turn.do({ type: 'send-chunks', conversation: conversation.id, fid, index, count, address });
}

// ---- The receiver

/** A FILE message's descriptor was read. Files are taken without asking: the person chose whom to talk to. */
export function onFileDescribed(turn: Turn, { sid, seq, facts }: EventOf<'file-described'>): void {
  const { talk } = turn;
  if (talk?.secure !== true || talk.sid !== sid) {
    turn.do({ type: 'wipe-file', file: facts.fid });
    return;
  }
  countShown(turn, seq, talk);
  const { chunks, ...about } = facts;
  const messageOf = (state: TransferState) =>
    peerMessage(turn, seq, { kind: 'file', transfer: { ...about, done: 0, state } });
  const { fid } = facts;
  // An honest peer sends one after the other.
  if (talk.receiving !== null || !(facts.size <= turn.state.maxFileBytes)) {
    turn.do({ type: 'wipe-file', file: fid });
    control(turn, fid, 'reject');
    turn.show(messageOf('rejected'));
    return;
  }
  const message = messageOf('transferring');
  turn.patchTalk({
    receiving: { fid, message: message.id, chunks, wanted: 0, verified: 0, shownAt: turn.at },
  });
  turn.show(message);
  control(turn, fid, 'accept');
  wantMore(turn);
}

export function onFileVerified(turn: Turn, { fid, done, chunks }: EventOf<'file-verified'>): void {
  const file = received(turn, fid);
  if (file === null) return;
  const verified = file.verified + chunks;
  const show = showsProgress(turn, file);
  turn.patchTalk({ receiving: { ...file, verified, shownAt: show ? turn.at : file.shownAt } });
  if (show) showTransfer(turn, file.message, { done });
  wantMore(turn);
}

/** Keeps between a half and the whole of the window outstanding: the sender never waits, and few words are needed. */
function wantMore(turn: Turn): void {
  const file = turn.talk?.receiving ?? null;
  if (file === null) return;
  const { fid, wanted, verified, chunks } = file;
  const outstanding = Math.max(0, wanted - verified);
  const count = Math.min(WINDOW - outstanding, chunks - wanted);
  if (outstanding > WINDOW - WANT_STEP || count <= 0) return;
  turn.patchTalk({ receiving: { ...file, wanted: wanted + count } });
  say(turn, { type: 'file-control', fid, op: 'want', index: wanted, count });
}

/** The last chunk verified, and the size is the one that was promised. */
export function onFileWhole(turn: Turn, { fid, blob }: EventOf<'file-whole'>): void {
  if (received(turn, fid) === null) return;
  control(turn, fid, 'done');
  settle(turn, fid, 'done', { blob });
}

// ---- Both

export function onFileFailed(turn: Turn, { fid, why }: EventOf<'file-failed'>): void {
  if (moving(turn, fid) === null) return;
  control(turn, fid, 'cancel');
  settle(turn, fid, why);
}

export function cancelTransfer(turn: Turn, reply: number, fid: string): void {
  turn.accept(reply);
  if (moving(turn, fid) === null) return;
  control(turn, fid, 'cancel');
  settle(turn, fid, 'cancelled-by-me');
}

function offered(turn: Turn, fid: string): Offered | null {
  const file = turn.talk?.sending ?? null;
  return file?.at === 'offered' && file.fid === fid ? file : null;
}

function received(turn: Turn, fid: string): Receiving | null {
  const file = turn.talk?.receiving ?? null;
  return file?.fid === fid ? file : null;
}

/** Ids are random: one file never goes both ways. */
function moving(turn: Turn, fid: string): Offered | Receiving | null {
  return offered(turn, fid) ?? received(turn, fid);
}

function control(turn: Turn, fid: string, op: Control['op']): void {
  say(turn, { type: 'file-control', fid, op, index: 0, count: 0 });
}

function showsProgress(turn: Turn, { shownAt }: Offered | Receiving): boolean {
  return turn.at - shownAt >= PROGRESS_MS;
}

/** The file is not on its way any more; nothing if it was not. */
function settle(turn: Turn, fid: string, state: TransferState, more: { blob?: Blob } = {}): void {
  const file = moving(turn, fid);
  if (file === null) return;
  turn.patchTalk('at' in file ? { sending: null } : { receiving: null });
  turn.do({ type: 'wipe-file', file: fid });
  showTransfer(turn, file.message, { ...more, state });
}

function showTransfer(turn: Turn, id: string, change: Partial<TransferView>): void {
  const message: MessageView | undefined = turn.talk?.live.get(id);
  if (message?.body.kind !== 'file') return;
  const transfer = { ...message.body.transfer, ...change };
  const done = transfer.state === 'done' ? transfer.size : transfer.done;
  turn.show({ ...message, body: { kind: 'file', transfer: { ...transfer, done } } });
}
