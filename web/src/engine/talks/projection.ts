/** What happens, put into what is known: pure, and the only place that changes it. */
import { toText } from '../bytes.ts';
import type { Peer } from '../keystore/keystore.ts';
import {
  edit,
  peerEdits,
  peerReacts,
  peerTakesBack,
  react,
  setActStatus,
  settleActs,
  takeBack,
} from './acts.ts';
import type { Heard, HeardOf, Input } from './input.ts';
import {
  carriedOver,
  changeTransfer,
  confirmEarly,
  hear,
  keepUnsettled,
  note,
  pauseTransfer,
  remove,
  say,
  see,
  setStatus,
  settle,
} from './messages.ts';
import {
  type Call,
  type Ending,
  isLive,
  isSecure,
  type Requested,
  type State,
  sessionOf,
  type Talk,
  withEntry,
  without,
} from './state.ts';

/** `at`: epoch ms. */
export function project(state: State, input: Input, at: number): State {
  switch (input.type) {
    case 'heard':
      return heard(state, input.event, at);
    case 'pins': {
      const pins = new Map(state.pins);
      for (const { accountId, key, trust } of input.pins) pins.set(accountId, { key, trust });
      return { ...state, pins };
    }
    case 'named':
      return withCall(state, input.accountId, (call) => ({ ...call, name: input.name }));
    case 'call-over':
      return { ...state, calls: without(state.calls, input.accountId) };
    case 'calling':
      return withTalk(state, begin(state, input.peer, { at: 'looking-up' }));
    case 'not-called':
      return input.before === null
        ? project(state, { type: 'closed', accountId: input.accountId }, at)
        : withTalk(state, input.before);
    case 'begun':
      return begun(state, input.peer, input.key);
    case 'blocked': {
      const calls = without(state.calls, input.peer.accountId);
      return withTalk(
        { ...state, calls },
        { ...begin(state, input.peer, { at: 'blocked' }), key: input.key },
      );
    }
    case 'closed': {
      const { accountId } = input;
      const visible = state.visible === accountId ? null : state.visible;
      return { ...state, visible, talks: without(state.talks, accountId) };
    }
    case 'line-dropped':
      return inTalk(state, input.accountId, (talk) => ({ ...talk, lineDropped: true }));
    case 'watched': {
      const here = new Map([...state.here].filter(([accountId]) => input.accountIds.has(accountId)));
      return here.size === state.here.size ? state : { ...state, here };
    }
    case 'leaving':
      return inTalk(state, input.accountId, (talk) =>
        isSecure(talk) ? { ...talk, leaving: true, peerActivity: 'none' } : talk,
      );
    case 'shown':
      return { ...state, visible: input.accountId };
    case 'said':
      return inTalk(state, input.accountId, (talk) => say(talk, input.id, at, input.body));
    case 'edited':
      return inTalk(state, input.accountId, (talk) => edit(talk, input, at));
    case 'taken-back':
      return inTalk(state, input.accountId, (talk) => takeBack(talk, input));
    case 'reacted':
      return inTalk(state, input.accountId, (talk) => react(talk, input));
    case 'hidden':
      return inTalk(state, input.accountId, (talk) => remove(talk, input.id));
    case 'read':
      return inTalk(state, input.accountId, (talk) =>
        input.seq < talk.read ? talk : { ...talk, read: Math.min(input.seq + 1, talk.heard) },
      );
    case 'seen':
      return inTalk(state, input.accountId, (talk) => see(talk, input.id));
    case 'transfer':
      return inTalk(state, input.accountId, (talk) => changeTransfer(talk, input.fid, input.change));
    case 'file-paused':
      return inTalk(state, input.accountId, (talk) => pauseTransfer(talk, input.fid, input.by, input.paused));
    default:
      return input satisfies never;
  }
}

// ---- Conversations begin

/** Of what was said to the same person before, only what may not have arrived stays. */
function begin({ talks }: State, peer: Peer, phase: Talk['phase']): Talk {
  const before = talks.get(peer.accountId);
  const stays = before?.phase.at === 'looking-up' ? before.messages : before && carriedOver(before);
  return {
    peer,
    key: null,
    phase,
    messages: stays ?? new Map(),
    acts: new Map(),
    heard: 0,
    read: 0,
    peerActivity: 'none',
    refusedFrames: 0,
    earlyDropped: 0,
    endedAbruptly: false,
    since: 0,
    lineDropped: false,
    leaving: false,
  };
}

/** A caller whose conversation is open still has a new run: what was said stays. */
function begun(state: State, peer: Peer, key: string): State {
  const call = state.calls.get(peer.accountId);
  const before = state.talks.get(peer.accountId);
  const first = { stage: 'seeking', session: 0, renewing: false } as const;
  const phase = {
    at: 'live',
    state: { ...first, peerOnline: null, silentSince: null, waiting: 0 },
  } as const;
  let talk: Talk = before?.phase.at === 'live' ? { ...before, key } : { ...begin(state, peer, phase), key };
  for (const word of call?.request ?? []) talk = hear(talk, word, true);
  return withTalk({ ...state, calls: without(state.calls, peer.accountId) }, talk);
}

// ---- What the package tells

function heard(state: State, event: Heard, at: number): State {
  switch (event.type) {
    case 'line':
      return {
        ...state,
        online: event.state === 'online',
        here: event.state === 'online' ? state.here : NOBODY,
      };
    case 'presence':
      return { ...state, here: withEntry(state.here, toText(event.account), event.online) };
    case 'incoming':
      return rings(state, event, false);
    case 'keyChanged':
      return keyChanged(state, event);
    case 'incomingOver':
      return { ...state, calls: without(state.calls, toText(event.account)) };
    case 'message':
      return message(state, event, at);
    case 'conversation':
      return of(state, event, (talk) => stands(talk, event.state, at));
    case 'status':
      return of(state, event, (talk) =>
        talk.acts.has(event.id)
          ? setActStatus(talk, event.id, event.status)
          : setStatus(talk, event.id, event.status),
      );
    case 'edited':
      return of(state, event, (talk) => peerEdits(talk, event.id, event.text, at));
    case 'deleted':
      return of(state, event, (talk) => peerTakesBack(talk, event.id));
    case 'reaction':
      return of(state, event, (talk) => peerReacts(talk, event));
    case 'viewed':
      return of(state, event, (talk) => see(talk, event.id));
    case 'earlyConfirmed':
      return of(state, event, (talk) => ({ ...confirmEarly(talk), earlyDropped: event.dropped }));
    case 'activity':
      return of(state, event, (talk) => ({ ...talk, peerActivity: event.activity }));
    case 'renewed':
      return of(state, event, (talk) => note(talk, 'renewed', sessionOf(talk), at));
    case 'restarted':
      return of(state, event, (talk) =>
        note(interrupt(talk, event.unfinished), 'restarted', sessionOf(talk), at),
      );
    case 'fileControl':
      return of(state, event, (talk) => control(talk, event));
    case 'suspicious':
      return of(state, event, (talk) => ({ ...talk, refusedFrames: talk.refusedFrames + 1 }));
    case 'ended':
      return ended(state, event);
    // Nothing of these is on the screen: the package's own business, or words that this messenger does not show.
    case 'pinned':
    case 'turnedAway':
    case 'draining':
    case 'fileSent':
    case 'chunksWanted':
      return state;
    default:
      return event satisfies never;
  }
}

const NOBODY: State['here'] = new Map();

/** These files go no further. */
function interrupt(talk: Talk, files: readonly Uint8Array[]): Talk {
  return files.reduce((rest, file) => changeTransfer(rest, toText(file), { state: 'interrupted' }), talk);
}

function rings(
  state: State,
  { account, key }: Pick<HeardOf<'incoming'>, 'account' | 'key'>,
  changed: boolean,
): State {
  const accountId = toText(account);
  const name = state.talks.get(accountId)?.peer.name ?? null;
  const call: Call = { accountId, name, key: toText(key), changed, request: [] };
  return { ...state, calls: withEntry(without(state.calls, accountId), accountId, call) };
}

/**
 * A call under another key than the pinned one. It does not ring beside a conversation with the pinned key; of one that is
 * being made, the key is what it will be blocked for.
 */
function keyChanged(state: State, event: HeardOf<'keyChanged'>): State {
  const talk = state.talks.get(toText(event.account));
  if (talk === undefined || !isLive(talk)) return rings(state, event, true);
  return isSecure(talk) ? state : withTalk(state, { ...talk, key: toText(event.key) });
}

/** Of a call that rings, or of a conversation. */
function message(state: State, { account, id, body, early }: HeardOf<'message'>, at: number): State {
  const accountId = toText(account);
  const requested: Requested = { id, at, body: bodyOf(body, early) };
  if (early && state.calls.has(accountId)) {
    return withCall(state, accountId, (call) => ({ ...call, request: [...call.request, requested] }));
  }
  return of(state, { account }, (talk) => hear(talk, requested, early));
}

function bodyOf(body: HeardOf<'message'>['body'], early: boolean): Requested['body'] {
  if (body.type === 'text')
    return { kind: 'text', text: body.text, reply: body.reply, versions: [], changedAt: null };
  const { name, mediaType, size, kind, mode, durationMs, peaks, preview } = body.descriptor;
  const media = { kind, mode, durationMs, peaks, preview };
  const state = early ? 'announced' : 'offered';
  const transfer = {
    ...media,
    fid: toText(body.file),
    name,
    mediaType,
    size,
    done: 0,
    state,
    pausedBy: [],
    seen: false,
  } as const;
  return { kind: 'file', transfer };
}

function stands(talk: Talk, state: HeardOf<'conversation'>['state'], at: number): Talk {
  const isNew = state.session !== sessionOf(talk);
  return { ...talk, phase: { at: 'live', state }, since: isNew ? at : talk.since };
}

function control(talk: Talk, { control: { file, op } }: HeardOf<'fileControl'>): Talk {
  // Whoever takes it, wants more of it or has more to give, goes on with it.
  const goesOn = op === 'accept' || op === 'want';
  if (goesOn || op === 'pause') return pauseTransfer(talk, toText(file), 'peer', !goesOn);
  const states = { reject: 'rejected', cancel: 'cancelled-by-peer', done: 'done' } as const;
  const state = states[op as keyof typeof states];
  return state === undefined ? talk : changeTransfer(talk, toText(file), { state });
}

// ---- Conversations end

const endings: Readonly<Record<Exclude<HeardOf<'ended'>['by']['why'], 'keyChanged'>, Ending>> = {
  us: 'left',
  peer: 'peer-disconnected',
  peerBefore: 'peer-disconnected',
  silence: 'peer-silent',
  declined: 'declined',
  busy: 'busy',
  noAnswer: 'no-answer',
  offline: 'peer-offline',
  failed: 'failed',
  timedOut: 'failed',
  misbehaviour: 'failed',
  expired: 'expired',
};

/** These take the history along. */
const erasing: ReadonlySet<Ending> = new Set(['left', 'peer-disconnected', 'line-dropped']);

/** Who leaves takes the history along, on both screens; what may not have arrived stays until the person has seen it. */
function ended(state: State, { account, by, unsettled, tailMissing }: HeardOf<'ended'>): State {
  const accountId = toText(account);
  const talk = state.talks.get(accountId);
  if (talk === undefined || !isLive(talk)) return state;
  const settled = settleActs(settle(talk, unsettled), unsettled);
  const over: Talk = { ...settled, leaving: false, peerActivity: 'none', endedAbruptly: tailMissing };
  if (by.why === 'keyChanged') return withTalk(state, { ...over, phase: { at: 'blocked' } });
  const how = by.why === 'us' && talk.lineDropped ? 'line-dropped' : endings[by.why];
  const last: Talk = {
    ...(erasing.has(how) ? keepUnsettled(over) : over),
    phase: { at: 'ended', how },
  };
  if (how === 'left' && last.messages.size === 0) return project(state, { type: 'closed', accountId }, 0);
  return withTalk(state, last);
}

// ---- Parts of the state

function withTalk(state: State, talk: Talk): State {
  return { ...state, talks: withEntry(state.talks, talk.peer.accountId, talk) };
}

function inTalk(state: State, accountId: string, change: (talk: Talk) => Talk): State {
  const talk = state.talks.get(accountId);
  const after = talk === undefined ? talk : change(talk);
  return after === undefined || after === talk ? state : withTalk(state, after);
}

/** Only while it lives: what comes later is about what is over. */
function of(
  state: State,
  { account }: { readonly account: Uint8Array },
  change: (talk: Talk) => Talk,
): State {
  return inTalk(state, toText(account), (talk) => (isLive(talk) ? change(talk) : talk));
}

function withCall(state: State, accountId: string, change: (call: Call) => Call): State {
  const call = state.calls.get(accountId);
  return call === undefined ? state : { ...state, calls: withEntry(state.calls, accountId, change(call)) };
}
