/** What is done to messages: changed, taken back, reacted to; by oneself, and by the peer to theirs. */
import type { MessageStatus, MessageView, ReactionView, TextBody, VersionView } from '../contract.ts';
import { isOneEmoji } from '../emoji.ts';
import type { HeardOf } from './input.ts';
import { put, remove, type StatusName, statuses } from './messages.ts';
import type { Act, Talk } from './state.ts';

/** Earlier texts of one message, and emoji of the peer's on it: nobody needs more, and memory is not the peer's to fill. */
const MOST_VERSIONS = 50;
const MOST_REACTIONS = 20;

// ---- By oneself

/** `act` is the message's own name where the text still waited: then nobody saw the former one. */
export function edit(
  talk: Talk,
  { id, act, text }: { readonly id: string; readonly act: string; readonly text: string },
  at: number,
): Talk {
  const message = talk.messages.get(id);
  if (message?.body.kind !== 'text') return talk;
  if (act === id) return put(talk, { ...message, body: { ...message.body, text } });
  const changed: MessageView = {
    ...message,
    act: { what: 'edit', status: 'waiting' },
    body: newText(message, message.body, text, at),
  };
  return withAct(put(talk, changed), act, id, null);
}

/** `act` is the message's own name where it still waited: it never goes, unless it was on its way before. */
export function takeBack(talk: Talk, { id, act }: { readonly id: string; readonly act: string }): Talk {
  const message = talk.messages.get(id);
  if (message === undefined) return talk;
  const empty: MessageView = { ...message, reactions: [], body: { kind: 'taken-back' } };
  if (act === id)
    return message.status === 'not-delivered' ? remove(talk, id) : put(talk, { ...empty, act: null });
  return withAct(put(talk, { ...empty, act: { what: 'take-back', status: 'waiting' } }), act, id, null);
}

export function react(
  talk: Talk,
  {
    id,
    act,
    emoji,
    set,
  }: { readonly id: string; readonly act: string; readonly emoji: string; readonly set: boolean },
): Talk {
  const message = talk.messages.get(id);
  if (message === undefined) return talk;
  const changed = withReaction(message, emoji, (reaction) => ({ ...reaction, mine: set, status: 'waiting' }));
  return withAct(put(talk, changed), act, id, emoji);
}

function withAct(talk: Talk, act: string, id: string, emoji: string | null): Talk {
  const acts = new Map<string, Act>();
  // Only the last deed of its kind counts: what becomes of those before it changes nothing.
  for (const [name, before] of talk.acts) {
    if (before.id !== id || before.emoji !== emoji) acts.set(name, before);
  }
  return { ...talk, acts: acts.set(act, { id, emoji }) };
}

/** What became of a deed. */
export function setActStatus(talk: Talk, act: string, name: StatusName): Talk {
  const deed = talk.acts.get(act);
  const message = deed && talk.messages.get(deed.id);
  if (deed === undefined || message === undefined) return talk;
  const status = statuses[name];
  if (deed.emoji !== null) {
    return put(
      talk,
      withReaction(message, deed.emoji, (reaction) => ({ ...reaction, status })),
    );
  }
  if (message.act === null) return talk;
  return put(talk, { ...message, act: { what: message.act.what, status } });
}

const arrived: ReadonlySet<MessageStatus> = new Set(['delivered', 'read']);

/** The last word about deeds that nobody answered. */
export function settleActs(talk: Talk, unsettled: HeardOf<'ended'>['unsettled']): Talk {
  return unsettled.reduce(
    (after, { id, status }) => (after.acts.has(id) ? setActStatus(after, id, status) : after),
    talk,
  );
}

// ---- By the peer, to what is theirs; a reaction to anything

export function peerEdits(talk: Talk, id: string, text: string, at: number): Talk {
  const message = talk.messages.get(id);
  if (message === undefined || message.mine || message.body.kind !== 'text') return talk;
  return put(talk, { ...message, body: newText(message, message.body, text, at) });
}

export function peerTakesBack(talk: Talk, id: string): Talk {
  const message = talk.messages.get(id);
  if (message === undefined || message.mine) return talk;
  return put(talk, { ...message, reactions: [], body: { kind: 'taken-back' } });
}

export function peerReacts(
  talk: Talk,
  { id, emoji, set }: Pick<HeardOf<'reaction'>, 'id' | 'emoji' | 'set'>,
): Talk {
  const message = talk.messages.get(id);
  if (message === undefined || message.body.kind === 'taken-back' || !isOneEmoji(emoji)) return talk;
  const theirs = message.reactions.filter((reaction) => reaction.theirs);
  if (set && theirs.length >= MOST_REACTIONS) return talk;
  return put(
    talk,
    withReaction(message, emoji, (reaction) => ({ ...reaction, theirs: set })),
  );
}

// ---- Parts of a message

function newText({ at: first }: MessageView, body: TextBody, text: string, at: number): TextBody {
  const version: VersionView = { text: body.text, at: body.changedAt ?? first };
  const versions = [...body.versions, version];
  // The first and the newest ones say most.
  if (versions.length > MOST_VERSIONS) versions.splice(1, 1);
  return { ...body, text, versions, changedAt: at };
}

function withReaction(
  message: MessageView,
  emoji: string,
  change: (reaction: ReactionView) => ReactionView,
): MessageView {
  const found = message.reactions.find((reaction) => reaction.emoji === emoji);
  const after = change(found ?? { emoji, mine: false, theirs: false, status: null });
  const reactions =
    found === undefined
      ? [...message.reactions, after]
      : message.reactions.map((reaction) => (reaction === found ? after : reaction));
  return { ...message, reactions: reactions.filter(isThere) };
}

/** Somebody's, or one of which nobody knows yet whether its removal has come. */
const isThere = ({ mine, theirs, status }: ReactionView): boolean =>
  mine || theirs || (status !== null && !arrived.has(status));
