/** What the page is told of the state. */
import { SESSION_LIFETIME } from '@duet-chat/crypto';
import type {
  ConversationState,
  ConversationSummary,
  ConversationView,
  EngineEvent,
  IncomingView,
  MessageView,
  RequestBody,
  SessionView,
  TrustView,
} from '../contract.ts';
import type { Pin } from '../keystore/keystore.ts';
import { type Call, isCut, isSecure, type Requested, type State, type Talk } from './state.ts';

/** The events that bring a page from the view of `before` to that of `after`. */
export function viewChanges(before: State, after: State): EngineEvent[] {
  const events: EngineEvent[] = [];
  const [was, is] = [visibleTalk(before), visibleTalk(after)];
  const conversation = is === null ? null : conversationView(after, is);
  const changed = !same(was === null ? null : conversationView(before, was), conversation);
  // First what goes, then where it stands, then what is new in it.
  const messages = messageChanges(was, is);
  if (messages.cleared) events.push({ type: 'messages-cleared' });
  if (messages.removed.length > 0) events.push({ type: 'messages-removed', ids: messages.removed });
  if (changed) events.push({ type: 'conversation', conversation });
  if (messages.upsert.length > 0) events.push({ type: 'messages', upsert: messages.upsert });
  const conversations = summaries(after);
  if (!same(summaries(before), conversations)) events.push({ type: 'conversations', conversations });
  if (before.calls !== after.calls || before.pins !== after.pins) {
    const incoming = incomingViews(after);
    if (!same(incomingViews(before), incoming)) events.push({ type: 'incoming', incoming });
  }
  if (before.here !== after.here) events.push({ type: 'presence', here: after.here });
  return events;
}

const NONE: Talk['messages'] = new Map();

/** Views are small, and made of nothing but plain data. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function visibleTalk({ visible, talks }: State): Talk | null {
  return visible === null ? null : (talks.get(visible) ?? null);
}

interface MessageChanges {
  readonly cleared: boolean;
  readonly removed: readonly string[];
  readonly upsert: readonly MessageView[];
}

function messageChanges(was: Talk | null, is: Talk | null): MessageChanges {
  const [before, after] = [was?.messages ?? NONE, is?.messages ?? NONE];
  if (before === after) return { cleared: false, removed: [], upsert: [] };
  if (was?.peer.accountId !== is?.peer.accountId || after.size === 0) {
    return { cleared: before.size > 0, removed: [], upsert: [...after.values()] };
  }
  const upsert: MessageView[] = [];
  let added = 0;
  for (const message of after.values()) {
    const earlier = before.get(message.id);
    if (earlier === undefined) added += 1;
    if (earlier !== message) upsert.push(message);
  }
  // Among thousands nobody is looked for who cannot be missing.
  const complete = before.size + added === after.size;
  const removed = complete ? [] : [...before.keys()].filter((id) => !after.has(id));
  return { cleared: false, removed, upsert };
}

export function conversationView(state: State, talk: Talk): ConversationView {
  const { peer, key, peerActivity, refusedFrames, endedAbruptly, earlyDropped } = talk;
  return {
    peer,
    state: stateOf(state, talk),
    trust: trustOf(key, state.pins.get(peer.accountId) ?? null),
    peerActivity,
    refusedFrames,
    endedAbruptly,
    writable: writable(talk),
    earlyDropped,
    session: isSecure(talk) ? sessionView(talk) : null,
  };
}

function stateOf(state: State, talk: Talk): ConversationState {
  const { phase } = talk;
  switch (phase.at) {
    case 'looking-up':
      return 'ringing-out';
    case 'ended':
      return phase.how;
    case 'blocked':
      return 'blocked-key-changed';
    case 'live': {
      const { stage, silentSince } = phase.state;
      if (stage === 'establishing') return 'establishing';
      if (stage !== 'secure') return 'ringing-out';
      if (talk.leaving) return 'leaving';
      return isCut(state, talk) || silentSince !== null ? 'reconnecting' : 'secure';
    }
    default:
      return phase satisfies never;
  }
}

function writable(talk: Talk): ConversationView['writable'] {
  if (talk.leaving) return 'no';
  if (isSecure(talk)) return 'yes';
  return talk.phase.at === 'live' ? 'early' : 'no';
}

function sessionView({ phase, since }: Talk): SessionView | null {
  if (phase.at !== 'live') return null;
  const { session, renewing } = phase.state;
  return { number: session, since, endsAt: since + SESSION_LIFETIME, renewing };
}

/** protocol.md section 3.4. */
export function trustOf(key: string | null, pin: Pin | null): TrustView {
  if (pin === null) return 'unknown';
  return key === null || key === pin.key ? pin.trust : 'changed';
}

function summaries(state: State): ConversationSummary[] {
  return [...state.talks.values()].map((talk) => ({
    accountId: talk.peer.accountId,
    name: talk.peer.name,
    state: stateOf(state, talk),
    trust: trustOf(talk.key, state.pins.get(talk.peer.accountId) ?? null),
    unread: talk.heard - talk.read,
  }));
}

function incomingViews(state: State): IncomingView[] {
  return [...state.calls.values()].flatMap((call) => incomingView(state, call));
}

function incomingView({ pins }: State, { accountId, name, key, request }: Call): IncomingView[] {
  if (name === null) return [];
  const trust = trustOf(key, pins.get(accountId) ?? null);
  const bodies = request.map(({ body }, seq) => ({ seq, body: requestBody(body) }));
  return [{ id: accountId, peer: { accountId, name }, trust, request: bodies }];
}

function requestBody(body: Requested['body']): RequestBody {
  if (body.kind === 'text') return { kind: 'text', text: body.text };
  const { name, mediaType, size } = body.transfer;
  return { kind: 'file', name, mediaType, size };
}
