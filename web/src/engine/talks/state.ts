/** What the projection knows: plain data, never changed in place. No key and no crypto object is here. */
import type { ConversationState } from '@duet-chat/crypto';
import type { ConversationView, MessageView } from '../contract.ts';
import type { Peer, Pin } from '../keystore/keystore.ts';

export interface State {
  /** Whether frames pass between this page and the relay. */
  readonly online: boolean;
  /** Account id of the conversation on the screen. */
  readonly visible: string | null;
  /** By account id, oldest first. */
  readonly talks: ReadonlyMap<string, Talk>;
  /** Who calls, by account id, oldest first. */
  readonly calls: ReadonlyMap<string, Call>;
  /** By account id. */
  readonly pins: ReadonlyMap<string, Pin>;
  /** Who of those that are watched is here, by account id and the relay's word; empty while our own line is down. */
  readonly here: ReadonlyMap<string, boolean>;
}

/** How a conversation that is over ended. */
export type Ending = Exclude<
  ConversationView['state'],
  'ringing-out' | 'establishing' | 'secure' | 'reconnecting' | 'leaving' | 'blocked-key-changed'
>;

export type Phase =
  /** The directory is asked for the key. */
  | { readonly at: 'looking-up' }
  /** The package's client has it. */
  | { readonly at: 'live'; readonly state: ConversationState }
  | { readonly at: 'ended'; readonly how: Ending }
  /** The key differs from the pinned one. Nothing was sent and nothing will be. */
  | { readonly at: 'blocked' };

export interface Talk {
  readonly peer: Peer;
  /** The peer's key in this conversation, as text: the directory's, or that of the call. */
  readonly key: string | null;
  readonly phase: Phase;
  /** In the order in which they appeared, by id. */
  readonly messages: ReadonlyMap<string, MessageView>;
  /** What one did to messages, by the name that the package gave the deed. */
  readonly acts: ReadonlyMap<string, Act>;
  /** Messages of the peer's so far, and up to which of them the person has read. */
  readonly heard: number;
  readonly read: number;
  readonly peerActivity: ConversationView['peerActivity'];
  readonly refusedFrames: number;
  readonly earlyDropped: number;
  readonly endedAbruptly: boolean;
  /** Epoch ms at which the open session began. */
  readonly since: number;
  /** A line dropped, and whoever is here wants nothing to outlive that: it is being left. */
  readonly lineDropped: boolean;
  /** We have left, and its end is not told yet. */
  readonly leaving: boolean;
}

/** A change, a taking back or a reaction: it has a fate of its own. */
export interface Act {
  /** The message that it was done to. */
  readonly id: string;
  /** Null: it was not a reaction. */
  readonly emoji: string | null;
}

/** Somebody calls. */
export interface Call {
  readonly accountId: string;
  /** Null until the directory has said whose account it is: only then it rings. */
  readonly name: string | null;
  readonly key: string;
  /** Under another key than the pinned one. Nothing was answered, and nothing will be. */
  readonly changed: boolean;
  /** What came with it. */
  readonly request: readonly Requested[];
}

export interface Requested {
  /** What the package calls the message. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly body: Extract<MessageView['body'], { kind: 'text' | 'file' }>;
}

export const NOTHING: State = {
  online: false,
  visible: null,
  talks: new Map(),
  calls: new Map(),
  pins: new Map(),
  here: new Map(),
};

/** Which session is open; 0 before the first. */
export const sessionOf = ({ phase }: Talk): number => (phase.at === 'live' ? phase.state.session : 0);

export const isLive = ({ phase }: Talk): boolean => phase.at === 'live' || phase.at === 'looking-up';

export const isSecure = ({ phase }: Talk): boolean => phase.at === 'live' && phase.state.stage === 'secure';

/** A session is open, and nothing can pass: our own line is down, or the peer's is, as the relay says. */
export const isCut = ({ online }: State, { phase }: Talk): boolean =>
  phase.at === 'live' && phase.state.stage === 'secure' && !(online && phase.state.peerOnline !== false);

/** A map with one entry set; the place of a known key does not change. */
export function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

export function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
