/**
 * The public types of {@link createClient}. What the client tells is generated from Rust (`generated/Client.ts`); here it
 * gets its conversations.
 */
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
  /** Who is known: what {@link Client.pins} gave. */
  readonly pins?: readonly VerifiedPeer[] | undefined;
  readonly engine?: EngineMode | undefined;
  /** Intervals in ms that are not the usual ones: for tests. */
  readonly settings?: Partial<Settings> | undefined;
}

type WithConversation<E> = E extends { readonly account: Bytes }
  ? E & { readonly conversation: Conversation }
  : E;

/**
 * What the screen must know. Whatever names an account was caused by that account's client; what is only the relay's word says
 * so. Told in the order in which it happened, and after the call that caused it has returned.
 */
export type ClientEvent = WithConversation<Event>;

export type ClientEventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { readonly type: Type }>;

/** What a client hears with: `detail` is the event. */
export type ClientListener<Type extends ClientEvent['type']> = (
  event: CustomEvent<ClientEventOf<Type>>,
) => void;

/** The way to the relay: `connect` of `@duet-chat/crypto/relay` is one. None of its functions may throw. */
export interface Transport {
  /** One binary message of the WebSocket; what is in an earlier lane goes before what waits in a later one. */
  send(frame: Bytes, lane: Lane): void;
  /** The line is of no use any more; `freed`: the client is not, either. */
  close(why: CloseReason | 'freed'): void;
  /** The relay asks who this is: give an access token to {@link Client.token}. */
  tokenWanted(): void;
}

/**
 * One account's client, for one run: everything between a socket and a screen that is protocol. It keeps up to sixteen
 * conversations, through interruptions of ten minutes; re-sends, acknowledges, renews; and says of every own message what became
 * of it. {@link ClientEvent}s are heard as an `EventTarget`'s, or by `for await`: each loop hears what happens from its beginning
 * on.
 */
export interface Client extends AsyncIterable<ClientEvent> {
  readonly account: Account;
  /** 32 bytes. */
  readonly accountId: Bytes;
  /** Names this run: 16 bytes, random. */
  readonly presence: Bytes;

  /**
   * Calls a person; texts may be said at once. `publicKey` is the pinned key, or the directory's if nobody is pinned.
   * @throws DuetError `E_IDENTITY_CHANGED`, `E_OWN_KEY`, `E_CONVERSATIONS_FULL`, `E_HANDSHAKE_RATE`, `E_ACCOUNT_NAME`
   */
  call(person: { readonly name: string; readonly publicKey: Uint8Array }): Conversation;
  /**
   * Takes the call of a person (`incoming`).
   * @throws DuetError `E_CONVERSATION_UNKNOWN` if this person does not call, `E_IDENTITY_CHANGED`, `E_CONVERSATIONS_FULL`
   */
  accept(name: string): Conversation;
  /** Does not take it, with a word to the caller. */
  decline(accountId: Uint8Array): void;
  /** Milliseconds until one more handshake with this account may be begun; 0: now. */
  wait(accountId: Uint8Array): number;
  /** The conversation with an account, whether there is one or not. The same object for the same account. */
  conversation(accountId: Uint8Array): Conversation;
  /** The conversation that is on the screen: it goes before the others. */
  show(conversation: Conversation | undefined): void;
  /** Accounts beside those of conversations whose presence is wanted, at most 64 in all. */
  watch(accountIds: readonly Uint8Array[]): void;

  /** Who is known: keep it whenever `pinned` is told, and after {@link compare} and {@link trust}. */
  pins(): VerifiedPeer[];
  /** Takes others for those who are known: what `mergePeers` gave. */
  replacePins(pins: readonly VerifiedPeer[]): void;
  /**
   * The person compared a key and found it right. Gives how far it is checked now.
   * @throws DuetError `E_PIN_UNKNOWN`, `E_IDENTITY_CHANGED`
   */
  compare(compared: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly by: Comparison;
  }): PinState;
  /**
   * The person says which key it is from now on, after a change.
   * @throws DuetError `E_PIN_UNKNOWN`
   */
  trust(trusted: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly state: PinState;
  }): void;

  addEventListener<Type extends ClientEvent['type']>(
    type: Type,
    listener: ClientListener<Type>,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<Type extends ClientEvent['type']>(
    type: Type,
    listener: ClientListener<Type>,
    options?: EventListenerOptions | boolean,
  ): void;

  /** A socket is open. */
  opened(transport: Transport): void;
  /** A binary message came. Anything longer than a frame may be is dropped before it is copied. */
  receive(frame: Uint8Array): void;
  /** The socket is gone. Nothing ends by it. */
  lost(): void;
  /**
   * An access token: when it is asked for, and before the last one expires.
   * @throws DuetError `E_TOKEN_FORMAT`
   */
  token(accessToken: string): void;
  /** Forgets everything. Leave conversations first: this says nothing to anybody. */
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
 * A conversation with an account. Each function throws `E_CONVERSATION_UNKNOWN` while there is none, and says at once whether
 * something can be done; what became of it is told by events.
 */
export interface Conversation {
  /** 32 bytes. */
  readonly accountId: Bytes;
  /** The account as text, for keys of maps. */
  readonly id: string;
  /** Of the open session; `undefined` before there is one. */
  readonly sas: Sas | undefined;

  /**
   * Says a text, now or as soon as it can go.
   * @throws DuetError `E_INVALID_CONTENT`, `E_QUEUE_FULL`, `E_ILL_FORMED`
   */
  text(text: string, options?: { readonly reply?: MessageId | undefined }): MessageId;
  /** Changes an own text. Gives the name of the change, whose status is told like that of a text. */
  edit(id: MessageId, text: string): MessageId;
  /** Withdraws an own message, on both sides. */
  remove(id: MessageId): MessageId;
  /** Sets a reaction to a message of either side; `false` removes it. */
  react(id: MessageId, emoji: string, set?: boolean): MessageId;
  /** What the person is doing. Told at once, or not at all. */
  typing(activity?: Activity): void;
  /** Everything up to this message of the peer's was in view. */
  read(upTo: MessageId): void;
  /** One item of the peer's was viewed or heard. */
  viewed(id: MessageId): void;
  /** Ends it, or gives a call up. */
  leave(): void;

  /** Offers a file and sends it when the peer takes it. */
  sendFile(options: SendFileOptions): FileTransfer;
  /** Takes a file of the peer's (`message` with `body.type` `file`). */
  receiveFile(descriptor: FileDescriptor, options: ReceiveFileOptions): FileTransfer;
  /** Does not take it. */
  rejectFile(file: Uint8Array): void;

  /** Offers a file of {@link createOutgoingFile}, whose chunks the caller seals itself: see `chunksWanted`. */
  offerFile(descriptor: FileDescriptor): MessageId;
  /** Does something with a file that is not sent or received by this handle. */
  file(file: Uint8Array, act: FileAct): void;
  /** Sends a CHUNK frame with the chunks that `chunksWanted` named. False: they are not wanted any more. */
  chunk(wanted: ChunksWanted, frame: Uint8Array): boolean;
}

export interface SendFileOptions extends OutgoingFileOptions {
  /** Bytes that were written to the peer's socket, by the relay's word. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ReceiveFileOptions {
  /** A verified part of the file, which begins at `offset`. Parts come in any order, each once, one at a time. */
  readonly write: (part: { readonly offset: number; readonly bytes: Bytes }) => void | Promise<void>;
  readonly engine?: EngineMode | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A file on its way, in either direction. It goes on after an interruption. */
export interface FileTransfer {
  /** Names the file: 32 bytes. */
  readonly file: Bytes;
  /** The message with an own file; `undefined` for one of the peer's. */
  readonly message: MessageId | undefined;
  readonly size: number;
  /**
   * Fulfilled when the receiver has all of it.
   * Rejected with `E_TRANSFER_OVER` when either side stops it for good or the conversation ends, and with what `write` or the
   * source failed with.
   */
  readonly done: Promise<void>;
  pause(): void;
  resume(): void;
  cancel(): void;
}
