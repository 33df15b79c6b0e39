/** What the page is told of the state. A view that did not change is the same object, so it is not sent again. */
import type {
  AppView,
  ConnectionView,
  ConversationState,
  ConversationView,
  EngineEvent,
  IncomingView,
  RequestBody,
  SessionView,
  TrustView,
} from '../contract.ts';
import { mayDraft } from './drafts.ts';
import { SESSION_MS } from './limits.ts';
import type { Connection, Conversation, EarlyBody, Incoming, Open, Phase, Pin, State } from './state.ts';
import { assertNever } from './turn.ts';

/** The events that bring a page from the view of `before` to that of `after`. */
export function viewChanges(before: State, after: State): EngineEvent[] {
  const events: EngineEvent[] = [];
  const appChanged =
    before.account !== after.account ||
    before.connection !== after.connection ||
    before.crypto !== after.crypto ||
    before.realm !== after.realm ||
    before.maxFileBytes !== after.maxFileBytes;
  if (appChanged) events.push({ type: 'app', app: appView(after) });
  if (before.incoming !== after.incoming) {
    events.push({ type: 'incoming', incoming: after.incoming.map(incomingView) });
  }
  if (before.conversation !== after.conversation) {
    const conversation = viewOf(after.conversation);
    if (!sameView(viewOf(before.conversation), conversation)) {
      events.push({ type: 'conversation', conversation });
    }
  }
  return events;
}

function appView({ account, connection, crypto, realm, maxFileBytes }: State): AppView {
  return { account, connection: connectionView(connection), crypto, realm, maxFileBytes };
}

function connectionView(connection: Connection): ConnectionView {
  if (connection.at !== 'waiting') return { state: connection.at };
  const { retryAt, browserOffline } = connection;
  return { state: 'waiting', retryAt, browserOffline };
}

function viewOf(conversation: Conversation | null): ConversationView | null {
  return conversation === null ? null : conversationView(conversation);
}

export function conversationView(conversation: Conversation): ConversationView {
  const { peer, key, pin, phase, refusedFrames, endedAbruptly } = conversation;
  return {
    peer,
    state: stateOf(phase),
    trust: trustOf(key, pin),
    peerActivity: phase.at === 'open' ? phase.talk.peerActivity : 'none',
    refusedFrames,
    endedAbruptly,
    writable: writable(conversation),
    earlyDropped: conversation.earlyDropped,
    session: phase.at === 'open' && phase.talk.secure ? sessionView(phase) : null,
  };
}

function writable(conversation: Conversation): ConversationView['writable'] {
  const { phase } = conversation;
  if (phase.at === 'open' && phase.talk.secure) return 'yes';
  return mayDraft(conversation) ? 'early' : 'no';
}

function sessionView({ talk: { number, since }, renewal }: Open): SessionView {
  return { number, since, endsAt: since + SESSION_MS, renewing: renewal !== null };
}

function sameView(a: ConversationView | null, b: ConversationView | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.peer === b.peer &&
    a.state === b.state &&
    a.trust === b.trust &&
    a.peerActivity === b.peerActivity &&
    a.refusedFrames === b.refusedFrames &&
    a.endedAbruptly === b.endedAbruptly &&
    a.writable === b.writable &&
    a.earlyDropped === b.earlyDropped &&
    a.session?.number === b.session?.number &&
    a.session?.renewing === b.session?.renewing
  );
}

function stateOf(phase: Phase): ConversationState {
  switch (phase.at) {
    case 'looking-up':
    case 'watching':
    case 'fetching':
    case 'offering':
    case 'ringing':
      return 'ringing-out';
    case 'confirming':
    case 'accepting':
    case 'accepted':
    case 'completing':
      return 'establishing';
    case 'open':
      return phase.talk.secure ? 'secure' : 'establishing';
    case 'ended':
      return phase.how;
    case 'blocked':
      return 'blocked-key-changed';
    default:
      return assertNever(phase);
  }
}

/** protocol.md section 3.4. */
export function trustOf(key: string | null, pin: Pin | null): TrustView {
  if (pin === null) return 'unknown';
  return key === null || key === pin.key ? pin.trust : 'changed';
}

function requestBody(body: EarlyBody): RequestBody {
  if (body.kind === 'text') return body;
  const { name, mediaType, size } = body.facts;
  return { kind: 'file', name, mediaType, size };
}

function incomingView({ hid, peer, key, pin, early }: Incoming): IncomingView {
  const request = early.map(({ seq, body }) => ({ seq, body: requestBody(body) }));
  return { id: hid, peer, trust: trustOf(key, pin), request };
}
