/**
 * One transition in the making: the state so far and the effects so far. The machine's parts write to it; from
 * outside a transition is a pure function of its arguments.
 */
import type { MessageView, UserError, UserErrorCode } from '../contract.ts';
import type { SessionId } from '../ids.ts';
import type { Address, Effect } from './effects.ts';
import type { TimerName } from './events.ts';
import { MAX_OVER } from './limits.ts';
import type { Conversation, Open, State, Talk } from './state.ts';

export class Turn {
  readonly effects: Effect[] = [];

  constructor(
    public state: State,
    /** Epoch ms. */
    readonly at: number,
  ) {}

  do(effect: Effect) {
    this.effects.push(effect);
  }

  patch(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
  }

  start(name: TimerName, ms: number): void {
    this.do({ type: 'timer', name, ms });
  }

  stop(...names: TimerName[]): void {
    for (const name of names) this.do({ type: 'timer', name, ms: null });
  }

  accept(reply: number): void {
    this.do({ type: 'reply', reply, error: null });
  }

  reject(reply: number, code: UserErrorCode): void {
    this.do({ type: 'reply', reply, error: { code } });
  }

  notice(error: UserError): void {
    this.do({ type: 'notice', error });
  }

  /** Wipes a session, which is over. */
  endSession(sid: SessionId): void {
    this.do({ type: 'wipe-session', sid });
    this.patch({ over: [...this.state.over, sid].slice(-MAX_OVER) });
  }

  get conversation(): Conversation | null {
    return this.state.conversation;
  }

  /** Changes the conversation that is there; nothing otherwise. */
  patchConversation(change: Partial<Conversation>): void {
    const { conversation } = this.state;
    if (conversation !== null) this.patch({ conversation: { ...conversation, ...change } });
  }

  get talk(): Talk | null {
    return this.open?.talk ?? null;
  }

  get open(): Open | null {
    const phase = this.state.conversation?.phase;
    return phase?.at === 'open' ? phase : null;
  }

  /** Changes the open session's surroundings; nothing if there is none. */
  patchOpen(change: Partial<Open>): void {
    const { open } = this;
    if (open !== null) this.patchConversation({ phase: { ...open, ...change } });
  }

  /** Changes the open session that is there; nothing otherwise. */
  patchTalk(change: Partial<Talk>): void {
    const { talk } = this;
    if (talk !== null) this.patchOpen({ talk: { ...talk, ...change } });
  }

  /** Shows messages of the session and remembers those that may still change. */
  show(...messages: MessageView[]): void {
    const { talk } = this;
    if (talk === null || messages.length === 0) return;
    this.patchTalk({ live: remembered(talk, messages) });
    this.do({ type: 'show', messages });
  }
}

/** What the session has to remember of its messages when these are shown. */
export function remembered({ live: before }: Talk, messages: readonly MessageView[]): Talk['live'] {
  const live = new Map(before);
  for (const message of messages) {
    if (isSettled(message)) live.delete(message.id);
    else live.set(message.id, message);
  }
  return live;
}

/** Where the frames of this conversation go, once the peer's run is known. */
export function addressOf(conversation: Conversation): Address | null {
  const { peer, presence } = conversation;
  return presence === null ? null : { to: peer.accountId, presence };
}

function isSettled(message: MessageView): boolean {
  const { body } = message;
  const moving =
    body.kind === 'file' && (body.transfer.state === 'offered' || body.transfer.state === 'transferring');
  return !moving && (!message.mine || message.status === 'read' || message.status === 'failed');
}

/** In a `default` branch: a case that is missing does not compile. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}
