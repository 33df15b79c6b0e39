/** One file at a time, pulled by its receiver (protocol.md section 7.3). */
import type { MessageView, TransferState, TransferView } from '../contract.ts';
import { mayDraft } from './drafts.ts';
import type { Content, EventOf } from './events.ts';
import { MAX_UNACKNOWLEDGED, PROGRESS_MS, WANT_STEP, WINDOW } from './limits.ts';
import type { Transfer } from './state.ts';
import { ownMessage, peerMessage, say } from './talk.ts';
import { addressOf, assertNever, type Turn } from './turn.ts';

type Moving = Exclude<Transfer, { at: 'preparing' }>;
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
  if (talk.transfer !== null || between) return refuse('transfer-busy');
  if (talk.awaiting.length >= MAX_UNACKNOWLEDGED) return refuse('too-many-unacknowledged');
  turn.patchTalk({ transfer: { at: 'preparing', ref, reply } });
  turn.do({ type: 'prepare-file', ref });
}

export function onFilePrepared(turn: Turn, { ref, facts, descriptor }: EventOf<'file-prepared'>): void {
  const transfer = turn.talk?.transfer;
  if (transfer?.at !== 'preparing' || transfer.ref !== ref) {
    turn.do({ type: 'wipe-file', file: facts.fid });
    return;
  }
  const { segments, ...about } = facts;
  const seq = say(turn, { type: 'file', descriptor });
  const message = ownMessage(turn, seq, {
    kind: 'file',
    transfer: { ...about, done: 0, state: 'offered' },
  });
  const { fid } = facts;
  turn.patchTalk({
    transfer: { at: 'outgoing', fid, message: message.id, segments, queued: 0, shownAt: turn.at },
  });
  turn.show(message);
  turn.accept(transfer.reply);
}

export function onFileUnprepared(turn: Turn, { ref, error }: EventOf<'file-unprepared'>): void {
  const transfer = turn.talk?.transfer;
  if (transfer?.at !== 'preparing' || transfer.ref !== ref) return;
  turn.patchTalk({ transfer: null });
  turn.do({ type: 'reply', reply: transfer.reply, error });
}

export function onFileSent(turn: Turn, { fid, done, segments }: EventOf<'file-sent'>): void {
  const transfer = moving(turn, fid);
  if (transfer?.at !== 'outgoing') return;
  const queued = Math.max(0, transfer.queued - segments);
  turn.patchTalk({ transfer: { ...transfer, queued } });
  progress(turn, { ...transfer, queued }, done);
}

/** What the other side says about a file. Words about a file that is not on its way mean nothing any more. */
export function onFileControl(turn: Turn, control: Control) {
  const transfer = moving(turn, control.fid);
  if (transfer === null) return;
  if (control.op === 'cancel') return settle(turn, transfer, 'cancelled-by-peer');
  if (transfer.at !== 'outgoing') return;
  switch (control.op) {
    case 'accept':
      showTransfer(turn, transfer.message, { state: 'transferring' });
      break;
    case 'reject':
      settle(turn, transfer, 'rejected');
      break;
    case 'want':
      sendWanted(turn, transfer, control);
      break;
    case 'done':
      settle(turn, transfer, 'done');
      break;
    case 'pause':
      break;
    default:
      assertNever(control.op);
  }
}

function sendWanted(
  turn: Turn,
  transfer: Extract<Moving, { at: 'outgoing' }>,
  { index, count }: Control,
): void {
  const { conversation } = turn;
  const address = conversation === null ? null : addressOf(conversation);
  // A receiver that wants more than there is, or more than the window, gets nothing of it.
  const allowed = count > 0 && index + count <= transfer.segments && transfer.queued + count <= WINDOW;
  if (conversation === null || address === null || !allowed) return;
  turn.patchTalk({ transfer: { ...transfer, queued: transfer.queued + count } });
  const { fid } = transfer;
  turn.do({ type: 'send-segments', conversation: conversation.id, fid, index, count, address });
}

// ---- The receiver

/** A FILE message's descriptor was read. Files are taken without asking: the person chose whom to talk to. */
export function onFileDescribed(turn: Turn, { sid, seq, facts }: EventOf<'file-described'>): void {
  const { talk } = turn;
  if (talk?.secure !== true || talk.sid !== sid) {
    turn.do({ type: 'wipe-file', file: facts.fid });
    return;
  }
  const { segments, ...about } = facts;
  const messageOf = (state: TransferState) =>
    peerMessage(turn, seq, { kind: 'file', transfer: { ...about, done: 0, state } });
  const { fid } = facts;
  if (talk.transfer !== null || !(facts.size <= turn.state.maxFileBytes)) {
    turn.do({ type: 'wipe-file', file: fid });
    control(turn, fid, 'reject');
    turn.show(messageOf('rejected'));
    return;
  }
  const message = messageOf('transferring');
  turn.patchTalk({
    transfer: {
      at: 'incoming',
      fid,
      message: message.id,
      segments,
      wanted: 0,
      verified: 0,
      shownAt: turn.at,
    },
  });
  turn.show(message);
  control(turn, fid, 'accept');
  wantMore(turn);
}

export function onFileVerified(turn: Turn, { fid, done }: EventOf<'file-verified'>): void {
  const transfer = moving(turn, fid);
  if (transfer?.at !== 'incoming') return;
  const next = { ...transfer, verified: transfer.verified + 1 };
  turn.patchTalk({ transfer: next });
  progress(turn, next, done);
  wantMore(turn);
}

/** Keeps between a half and the whole of the window outstanding: the sender never waits, and few words are needed. */
function wantMore(turn: Turn): void {
  const transfer = turn.talk?.transfer;
  if (transfer?.at !== 'incoming') return;
  const { fid, wanted, verified, segments } = transfer;
  const outstanding = wanted - verified;
  const count = Math.min(WINDOW - outstanding, segments - wanted);
  if (outstanding > WINDOW - WANT_STEP || count <= 0) return;
  turn.patchTalk({ transfer: { ...transfer, wanted: wanted + count } });
  say(turn, { type: 'file-control', fid, op: 'want', index: wanted, count });
}

/** The last segment verified, and the size is the one that was promised. */
export function onFileWhole(turn: Turn, { fid, blob }: EventOf<'file-whole'>): void {
  const transfer = moving(turn, fid);
  if (transfer?.at !== 'incoming') return;
  control(turn, fid, 'done');
  settle(turn, transfer, 'done', { blob });
}

// ---- Both

export function onFileFailed(turn: Turn, { fid, why }: EventOf<'file-failed'>): void {
  const transfer = moving(turn, fid);
  if (transfer === null) return;
  control(turn, fid, 'cancel');
  settle(turn, transfer, why);
}

export function cancelTransfer(turn: Turn, reply: number, fid: string): void {
  const transfer = moving(turn, fid);
  turn.accept(reply);
  if (transfer === null) return;
  control(turn, fid, 'cancel');
  settle(turn, transfer, 'cancelled-by-me');
}

function moving(turn: Turn, fid: string): Moving | null {
  const transfer = turn.talk?.transfer ?? null;
  return transfer !== null && transfer.at !== 'preparing' && transfer.fid === fid ? transfer : null;
}

function control(turn: Turn, fid: string, op: Control['op']): void {
  say(turn, { type: 'file-control', fid, op, index: 0, count: 0 });
}

function progress(turn: Turn, transfer: Moving, done: number): void {
  if (turn.at - transfer.shownAt < PROGRESS_MS) return;
  turn.patchTalk({ transfer: { ...transfer, shownAt: turn.at } });
  showTransfer(turn, transfer.message, { done });
}

function settle(turn: Turn, transfer: Moving, state: TransferState, more: { blob?: Blob } = {}): void {
  turn.patchTalk({ transfer: null });
  turn.do({ type: 'wipe-file', file: transfer.fid });
  showTransfer(turn, transfer.message, { ...more, state });
}

function showTransfer(turn: Turn, id: string, change: Partial<TransferView>): void {
  const message: MessageView | undefined = turn.talk?.live.get(id);
  if (message?.body.kind !== 'file') return;
  const transfer = { ...message.body.transfer, ...change };
  const done = transfer.state === 'done' ? transfer.size : transfer.done;
  turn.show({ ...message, body: { kind: 'file', transfer: { ...transfer, done } } });
}
