/**
 * The public types of {@link createClient}. The events are generated from Rust (`generated/Client.ts`); this file adds
 * their conversation handles.
 */
import type { DuetError } from '../errors.js';
import type { OutgoingFileOptions } from '../files/transfer.js';
import type {
  ChunksWanted,
  CloseReason,
  Comparison,
  Event,
  FileAct,
  Lane,
  MessageId,
  Settings,
} from '../generated/Client.js';
import type { Activity } from '../generated/Content.js';
import type {
  Account,
  Bytes,
  EmojiName,
  EngineMode,
  FileDescriptor,
  Identity,
  PinState,
  Progress,
  VerifiedPeer,
} from '../types.js';

export type {
  Body,
  ConversationState,
  EndedBy,
  LineState,
  MessageId,
  Stage,
  Status,
  Suspicion,
  Unsettled,
} from '../generated/Client.js';
export type { ChunksWanted, CloseReason, Comparison, FileAct, Lane, Settings };

export interface ClientOptions {
  readonly identity: Identity;
  /** The people known so far: what {@link Client.pins} returned. */
  readonly pins?: readonly VerifiedPeer[] | undefined;
  readonly engine?: EngineMode | undefined;
  /** Intervals in ms other than the defaults, for tests. */
  readonly settings?: Partial<Settings> | undefined;
}

type WithConversation<E> = E extends { readonly account: Bytes }
  ? E & { readonly conversation: Conversation }
  : E;

/**
 * What a screen needs to know. An event that names an account was caused by that account's client; what only the relay claims
 * is marked as such. Events come in the order in which things happened, after the call that caused them has returned.
 */
export type ClientEvent = WithConversation<Event>;

/** The WebAssembly instance has stopped, and this client with it: no event comes any more. A `for await` throws the error instead. */
export interface ClientFailure {
  readonly type: 'failed';
  /** `E_WASM_TRAP`. */
  readonly error: DuetError;
}

/** What can be listened to. */
export type ClientEventType = ClientEvent['type'] | ClientFailure['type'];

export type ClientEventOf<Type extends ClientEventType> = Extract<
  ClientEvent | ClientFailure,
  { readonly type: Type }
>;

/** A listener for one type of event: `detail` is the event. */
export type ClientListener<Type extends ClientEventType> = (event: CustomEvent<ClientEventOf<Type>>) => void;

/** The connection to the relay; `connect` of `@duet-chat/crypto/relay` makes one. None of its functions may throw. */
export interface Transport {
  /** Sends one binary WebSocket message. Frames of an earlier lane go before those waiting in a later one. */
  send(frame: Bytes, lane: Lane): void;
  /** Closes the connection, which is of no further use; `freed`: because the client was freed. */
  close(why: CloseReason | 'freed'): void;
  /** The relay asks for a login: pass an access token to {@link Client.token}. */
  tokenWanted(): void;
}

/**
 * One account's client, for one run (page load): all of the protocol between a socket and a screen. It holds up to sixteen
 * conversations and keeps them through interruptions of up to ten minutes; it re-sends, acknowledges and renews, and reports what
 * became of every own message. Receive {@link ClientEvent}s with `addEventListener` or `for await`: each loop gets the events from
 * its start on.
 */
export interface Client extends AsyncIterable<ClientEvent> {
  readonly account: Account;
  /** 32 bytes. */
  readonly accountId: Bytes;
  /** Identifies this run: 16 random bytes. */
  readonly presence: Bytes;

  /**
   * Calls a person; texts can be sent at once. `publicKey` is the pinned key, or the directory's if none is pinned.
   * @throws DuetError `E_IDENTITY_CHANGED`, `E_OWN_KEY`, `E_CONVERSATIONS_FULL`, `E_HANDSHAKE_RATE`, `E_ACCOUNT_NAME`
   */
  call(person: { readonly name: string; readonly publicKey: Uint8Array }): Conversation;
  /**
   * Accepts the call of a person (event `incoming`).
   * @throws DuetError `E_CONVERSATION_UNKNOWN` if this person is not calling, `E_IDENTITY_CHANGED`, `E_CONVERSATIONS_FULL`
   */
  accept(name: string): Conversation;
  /** Declines a call, and tells the caller. */
  decline(accountId: Uint8Array): void;
  /** Milliseconds until another handshake with this account may begin; 0 means now. */
  wait(accountId: Uint8Array): number;
  /** The handle for a conversation with an account, whether or not one is open. Always the same object for an account. */
  conversation(accountId: Uint8Array): Conversation;
  /** Sets the conversation that is on the screen: its frames go before those of the others. */
  show(conversation: Conversation | undefined): void;
  /**
   * Replaces the list of accounts whose presence is watched: at most 64, including those of open conversations. `presence`
   * events report on each.
   */
  watch(accountIds: readonly Uint8Array[]): void;

  /** The people known so far. Store it at every `pinned` event, and after {@link compare} and {@link trust}. */
  pins(): VerifiedPeer[];
  /** Replaces the people known so far, by what `mergePeers` returned. */
  replacePins(pins: readonly VerifiedPeer[]): void;
  /**
   * The user has compared a key and found it right. Returns how well it is verified now.
   * @throws DuetError `E_PIN_UNKNOWN`, `E_IDENTITY_CHANGED`
   */
  compare(compared: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly by: Comparison;
  }): PinState;
  /**
   * The user decides which key to trust from now on, after a change.
   * @throws DuetError `E_PIN_UNKNOWN`
   */
  trust(trusted: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly state: PinState;
  }): void;

  addEventListener<Type extends ClientEventType>(
    type: Type,
    listener: ClientListener<Type>,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<Type extends ClientEventType>(
    type: Type,
    listener: ClientListener<Type>,
    options?: EventListenerOptions | boolean,
  ): void;

  /** Call it when a socket has opened. */
  opened(transport: Transport): void;
  /**
   * Call it with each binary message, which belongs to the client from then on: chunks of a file are opened in place, later. Anything
   * longer than a frame can be is dropped before it is looked at.
   */
  receive(frame: Uint8Array): void;
  /** Call it when the socket has closed. This ends no conversation. */
  lost(): void;
  /**
   * Passes an access token: when the transport is asked for one, and before the last one expires.
   * @throws DuetError `E_TOKEN_FORMAT`
   */
  token(accessToken: string): void;
  /** Wipes everything. Leave conversations first: this sends nothing to anybody. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The four emoji of a session, for two people to compare. */
export interface Sas {
  /** Which session of the conversation, from 1. */
  readonly session: number;
  readonly emoji: readonly EmojiName[];
  /** The peer's key in that session. */
  readonly publicKey: Bytes;
}

/**
 * A conversation with an account. Its functions throw `E_CONVERSATION_UNKNOWN` while none is open. They report at once whether
 * something can be done; events report what became of it.
 */
export interface Conversation {
  /** 32 bytes. */
  readonly accountId: Bytes;
  /** The account as text, for keys of maps. */
  readonly id: string;
  /** The short authentication string of the open session; `undefined` before there is one. */
  readonly sas: Sas | undefined;

  /**
   * Sends a text, now or as soon as possible.
   * @throws DuetError `E_INVALID_CONTENT`, `E_QUEUE_FULL`, `E_ILL_FORMED`
   */
  text(text: string, options?: { readonly reply?: MessageId | undefined }): MessageId;
  /**
   * Changes an own text, within `EDIT_WINDOW` ms after it was said. Returns the id of the change, whose status is reported like
   * that of a text: `unconfirmed` if the other one may have had it too late to take it.
   * @throws DuetError `E_MESSAGE_LATE` after that time, `E_MESSAGE_UNKNOWN`, `E_INVALID_CONTENT`, `E_QUEUE_FULL`, `E_ILL_FORMED`
   */
  edit(id: MessageId, text: string): MessageId;
  /** Deletes an own message on both sides. */
  remove(id: MessageId): MessageId;
  /** Sets a reaction to a message of either side; `false` removes it. */
  react(id: MessageId, emoji: string, set?: boolean): MessageId;
  /** Tells the peer what the user is doing: now, or not at all. */
  typing(activity?: Activity): void;
  /** Reports that everything up to this message of the peer's was in view. */
  read(upTo: MessageId): void;
  /** Reports that one item of the peer's was viewed or heard. */
  viewed(id: MessageId): void;
  /** Ends the conversation, or cancels the call. */
  leave(): void;

  /** Offers a file, and sends it once the peer accepts. */
  sendFile(options: SendFileOptions): FileTransfer;
  /** Accepts a file of the peer's (`message` with `body.type` `file`). */
  receiveFile(descriptor: FileDescriptor, options: ReceiveFileOptions): FileTransfer;
  /** Rejects a file of the peer's. */
  rejectFile(file: Uint8Array): void;

  /** Offers a file made by {@link createOutgoingFile}, whose chunks the caller seals: see the event `chunksWanted`. */
  offerFile(descriptor: FileDescriptor): MessageId;
  /** Acts on a file that is not sent or received through a {@link FileTransfer}. */
  file(file: Uint8Array, act: FileAct): void;
  /** Sends a CHUNK frame with the chunks named by `chunksWanted`. Returns false if they are no longer wanted. */
  chunk(wanted: ChunksWanted, frame: Uint8Array): boolean;
}

export interface SendFileOptions extends OutgoingFileOptions {
  /** Called with the bytes written to the peer's socket, as the relay reports. What it throws is reported, and changes nothing. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ReceiveFileOptions {
  /** Takes a verified part of the file, starting at `offset`. Parts come in any order, each once, one at a time. */
  readonly write: (part: { readonly offset: number; readonly bytes: Bytes }) => void | Promise<void>;
  readonly engine?: EngineMode | undefined;
  /** What it throws is reported, and changes nothing. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A file transfer in either direction. It resumes after an interruption. */
export interface FileTransfer {
  /** The file's id, 32 bytes. */
  readonly file: Bytes;
  /** The message that offers an own file; `undefined` for a file of the peer's. */
  readonly message: MessageId | undefined;
  readonly size: number;
  /**
   * Fulfilled when the receiver has all of it. Rejected with `E_TRANSFER_OVER` when either side cancels it or the conversation
   * ends, and with the error of `write` or of the source if that fails.
   */
  readonly done: Promise<void>;
  /** Pauses it and tells the other side; only the side that paused can resume. A file that is not accepted yet cannot be paused. */
  pause(): void;
  resume(): void;
  /** Cancels it. */
  cancel(): void;
}
