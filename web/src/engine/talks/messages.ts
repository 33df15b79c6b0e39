/** The messages of one conversation. */
import type { MessageStatus, MessageView, NoteName, Side, TransferState, TransferView } from '../contract.ts';
import type { HeardOf } from './input.ts';
import { type Requested, sessionOf, type Talk, withEntry, without } from './state.ts';

export type StatusName = HeardOf<'status'>['status'];

export const statuses: Readonly<Record<StatusName, MessageStatus>> = {
  waiting: 'waiting',
  early: 'early',
  sent: 'sending',
  delivered: 'delivered',
  read: 'read',
  unconfirmed: 'unconfirmed',
  notDelivered: 'not-delivered',
};

/** A file that somebody may still be sending. */
const moving: ReadonlySet<TransferState> = new Set(['announced', 'offered', 'transferring', 'paused']);

export function put(talk: Talk, message: MessageView): Talk {
  return { ...talk, messages: withEntry(talk.messages, message.id, message) };
}

export function remove(talk: Talk, id: string): Talk {
  return talk.messages.has(id) ? { ...talk, messages: without(talk.messages, id) } : talk;
}

/** What nobody did anything to yet. */
const untouched = { act: null, reactions: [] } as const;

/** The session in the name of a message of the peer's. */
const sessionNamed = (id: string): number => Number(id.split('-')[1]);

/** One of the peer's: it counts. */
export function hear(talk: Talk, { id, at, body }: Requested, early: boolean): Talk {
  const seq = talk.heard;
  const message: MessageView = {
    ...{ id, mine: false, seq, at, unconfirmed: early, session: sessionNamed(id), body },
    status: 'delivered',
    ...untouched,
  };
  return put({ ...talk, heard: seq + 1 }, message);
}

export function say(talk: Talk, id: string, at: number, body: MessageView['body']): Talk {
  return put(talk, ownMessage(id, at, 'waiting', body));
}

/** A line of the app itself. */
export function note(talk: Talk, name: NoteName, session: number, at: number): Talk {
  const body = { kind: 'note', note: name } as const;
  const id = `${name}-${session}`;
  return put(talk, ownMessage(id, at, 'read', body));
}

const ownMessage = (
  id: string,
  at: number,
  status: MessageStatus,
  body: MessageView['body'],
): MessageView => ({
  ...{ id, mine: true, seq: 0, at, status, unconfirmed: false, session: 0, body },
  ...untouched,
});

/** Said in no session yet. */
const unsaid: ReadonlySet<StatusName> = new Set(['waiting', 'early', 'notDelivered']);

export function setStatus(talk: Talk, id: string, status: StatusName): Talk {
  const message = talk.messages.get(id);
  if (message === undefined) return talk;
  // It was taken back while it waited, and never went: there is nothing to tell of it.
  if (message.body.kind === 'taken-back' && message.act === null && status === 'notDelivered') {
    return remove(talk, id);
  }
  const session = message.session > 0 || unsaid.has(status) ? message.session : Math.max(1, sessionOf(talk));
  return put(talk, { ...message, status: statusOf(message, status), session });
}

/** That its message was in view says nothing of a file: it is read when it is whole and was seen. */
function statusOf({ body }: MessageView, status: StatusName): MessageStatus {
  if (body.kind !== 'file' || status !== 'read') return statuses[status];
  return isSeen(body.transfer) ? 'read' : 'delivered';
}

const isSeen = ({ seen, state }: TransferView): boolean => seen && state === 'done';

/** A file was seen by whoever got it. The word may come before the file is known to be whole. */
export function see(talk: Talk, id: string): Talk {
  const message = talk.messages.get(id);
  if (message?.body.kind !== 'file') return talk;
  return put(talk, withTransfer(message, message.body.transfer, { seen: true }));
}

/** The one place that changes a file, and what follows from its state for the rest of it. */
function withTransfer(
  message: MessageView,
  before: TransferView,
  change: Partial<TransferView>,
): MessageView {
  const changed = { ...before, ...change };
  const { state } = changed;
  const transfer: TransferView = {
    ...changed,
    done: state === 'done' ? changed.size : changed.done,
    pausedBy: state === 'paused' ? changed.pausedBy : [],
    // A part of what will not be whole is of no use to anybody, and what is whole is the blob.
    arriving: moving.has(state) ? changed.arriving : undefined,
  };
  const status = message.mine && isSeen(transfer) ? 'read' : message.status;
  return { ...message, status, body: { kind: 'file', transfer } };
}

/** What came with the call is the peer's. */
export function confirmEarly(talk: Talk): Talk {
  return everyMessage(talk, (message) =>
    message.unconfirmed ? { ...message, unconfirmed: false } : message,
  );
}

/** Changes a file that is not settled yet. */
export function changeTransfer(talk: Talk, fid: string, change: Partial<TransferView>): Talk {
  return everyMessage(talk, (message) => {
    const { body } = message;
    if (body.kind !== 'file' || body.transfer.fid !== fid || !moving.has(body.transfer.state)) return message;
    return withTransfer(message, body.transfer, change);
  });
}

/** One side stops a file for now, or lets it go on: it moves when neither has stopped it. */
export function pauseTransfer(talk: Talk, fid: string, by: Side, paused: boolean): Talk {
  return everyMessage(talk, (message) => {
    const { body } = message;
    if (body.kind !== 'file' || body.transfer.fid !== fid || !moving.has(body.transfer.state)) return message;
    const others = body.transfer.pausedBy.filter((side) => side !== by);
    const pausedBy = paused ? [...others, by] : others;
    const state = pausedBy.length > 0 ? 'paused' : 'transferring';
    return withTransfer(message, body.transfer, { state, pausedBy });
  });
}

/** Each message with its last status, and no file on its way any more. What became of deeds is told by `acts.ts`. */
export function settle(talk: Talk, unsettled: HeardOf<'ended'>['unsettled']): Talk {
  const last = new Map<string, MessageStatus>(unsettled.map(({ id, status }) => [id, statuses[status]]));
  return everyMessage(talk, (message) => {
    const status = last.get(message.id) ?? message.status;
    const { body } = message;
    if (body.kind !== 'file' || !moving.has(body.transfer.state)) {
      return status === message.status ? message : { ...message, status };
    }
    return withTransfer({ ...message, status }, body.transfer, { state: 'interrupted' });
  });
}

/** Only what may not have arrived. */
export function keepUnsettled(talk: Talk): Talk {
  const kept = [...talk.messages].filter(
    ([, { mine, status, act }]) => mine && (isUnsettled(status) || (act !== null && isUnsettled(act.status))),
  );
  return { ...talk, messages: new Map(kept), acts: new Map(), heard: 0, read: 0 };
}

/**
 * What of it stays when the same person is talked to again: what may not have arrived, under names of its own, for those of the
 * new conversation begin anew. It belongs to no session any more, so that nothing can be done to it but reading and copying.
 */
export function carriedOver(talk: Talk): ReadonlyMap<string, MessageView> {
  const kept = [...keepUnsettled(talk).messages.values()];
  return new Map(
    kept.map((message) => {
      const id = `${message.id}-${message.at}`;
      return [id, { ...message, id, session: 0 }];
    }),
  );
}

const isUnsettled = (status: MessageStatus): boolean =>
  status === 'unconfirmed' || status === 'not-delivered';

function everyMessage(talk: Talk, change: (message: MessageView) => MessageView): Talk {
  let changed = false;
  const messages = new Map<string, MessageView>();
  for (const [id, before] of talk.messages) {
    const after = change(before);
    changed ||= after !== before;
    messages.set(id, after);
  }
  return changed ? { ...talk, messages } : talk;
}
