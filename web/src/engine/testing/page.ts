/** A page that is told what the client tells, for tests of the projection: who is in them, and what they see. */
import { toText } from '../bytes.ts';
import type { ConversationView, EngineEvent, IncomingView, MessageView } from '../contract.ts';
import type { Deed, Heard, HeardOf } from '../talks/input.ts';
import { project } from '../talks/projection.ts';
import { NOTHING, type State } from '../talks/state.ts';
import { viewChanges } from '../talks/views.ts';

export const bytes = (n: number) => new Uint8Array(32).fill(n);
export const [BOB, CAROL] = [bytes(2), bytes(3)];
export const bob = { accountId: toText(BOB), name: 'bob' };
export const carol = { accountId: toText(CAROL), name: 'carol' };
export const [KEY, OTHER_KEY] = [bytes(20), bytes(21)];

export const textBody = (text: string, reply: string | null = null) =>
  ({ kind: 'text', text, reply, versions: [], changedAt: null }) as const;

type State1 = HeardOf<'conversation'>['state'];
export const standing: State1 = {
  stage: 'secure',
  session: 1,
  renewing: false,
  peerOnline: true,
  silentSince: null,
  waiting: 0,
};

/** A page, and everything that it was told. */
export class Page {
  state: State = NOTHING;
  readonly events: EngineEvent[] = [];
  private readonly shown = new Map<string, MessageView>();
  private at = 1000;

  /** How the conversation with bob stands. */
  standing: State1 = standing;

  hears(...events: Heard[]): this {
    for (const event of events) this.put({ type: 'heard', event });
    return this;
  }

  does(...deeds: Deed[]): this {
    for (const deed of deeds) this.put(deed);
    return this;
  }

  private put(input: Parameters<typeof project>[1]): void {
    const before = this.state;
    this.at += 1;
    this.state = project(before, input, this.at);
    for (const event of viewChanges(before, this.state)) {
      this.events.push(event);
      if (event.type === 'messages-cleared') this.shown.clear();
      if (event.type === 'messages-removed') for (const id of event.ids) this.shown.delete(id);
      if (event.type === 'messages') for (const one of event.upsert) this.shown.set(one.id, one);
    }
  }

  /** In a conversation with bob that is on the screen. */
  talking(more: Partial<State1> = {}): this {
    this.standing = { ...standing, ...more };
    return this.hears({ type: 'line', state: 'online' })
      .does({ type: 'begun', peer: bob, key: toText(KEY) }, { type: 'shown', accountId: bob.accountId })
      .hears({ type: 'conversation', account: BOB, state: this.standing });
  }

  says(id: `own-${number}`, text: string): this {
    return this.does({ type: 'said', accountId: bob.accountId, id, body: textBody(text) });
  }

  private last<T extends EngineEvent['type']>(type: T): Extract<EngineEvent, { type: T }> | undefined {
    return this.events.findLast((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
  }

  get view(): ConversationView | null {
    return this.last('conversation')?.conversation ?? null;
  }

  get list() {
    return this.last('conversations')?.conversations ?? [];
  }

  get calls(): readonly IncomingView[] {
    return this.last('incoming')?.incoming ?? [];
  }

  get here(): ReadonlyMap<string, boolean> {
    return this.last('presence')?.here ?? new Map();
  }

  get words() {
    return [...this.shown.values()].map(({ body, status }) => [
      body.kind === 'text' ? body.text : body.kind,
      status,
    ]);
  }

  get messages(): readonly MessageView[] {
    return [...this.shown.values()];
  }
}

export const text = (id: `peer-${number}-${number}`, said: string, early = false, account = BOB): Heard => ({
  type: 'message',
  account,
  id,
  body: { type: 'text', text: said, reply: null },
  early,
});
export const ended = (
  why: 'us' | 'peer' | 'silence' | 'keyChanged',
  more: Partial<HeardOf<'ended'>> = {},
): Heard => ({
  type: 'ended',
  account: BOB,
  by: { why },
  unsettled: [],
  unfinished: [],
  tailMissing: false,
  ...more,
});
