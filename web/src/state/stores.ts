/**
 * What the screens draw: eight small stores that the engine's events fill. No input or output happens here, and
 * nothing here is kept when the page goes.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  AppView,
  ConversationSummary,
  ConversationView,
  EngineClient,
  EngineEvent,
  IncomingView,
  MessageView,
  UserError,
} from '../engine/contract.ts';

export interface MessagesState {
  /** Ids in the order in which the messages appeared. */
  readonly order: readonly string[];
  /**
   * One map as long as a conversation stands, changed in place: a copy of ten thousand for each word would be felt. Each change
   * is a new state all the same; a former one knows the newest messages, too.
   */
  readonly byId: ReadonlyMap<string, MessageView>;
}

export interface Notice {
  /** Unique in this page. */
  readonly id: number;
  readonly error: UserError;
}

/** Read with `useStore` or `subscribe`; written by {@link applyEvent} and the notice functions alone. */
export interface Stores {
  readonly app: StoreApi<AppView>;
  readonly conversations: StoreApi<{ readonly list: readonly ConversationSummary[] }>;
  /** The one on the screen, and its messages. */
  readonly conversation: StoreApi<{ readonly current: ConversationView | null }>;
  readonly messages: StoreApi<MessagesState>;
  readonly incoming: StoreApi<{ readonly list: readonly IncomingView[] }>;
  /** Who is here or away, as far as that is known. */
  readonly presence: StoreApi<{ readonly here: ReadonlyMap<string, boolean> }>;
  readonly notices: StoreApi<{ readonly list: readonly Notice[] }>;
  /** How far a backup is made or read, from 0 to 1; null while none is. */
  readonly backup: StoreApi<{ readonly done: number | null }>;
}

/** More than these on the screen at once help nobody; the oldest goes. */
const MAX_NOTICES = 4;

const noMessages = (): MessagesState => ({ order: [], byId: new Map() });

const FIRST_APP: AppView = {
  account: { stage: 'starting' },
  connection: { state: 'idle' },
  crypto: null,
  realm: null,
  maxFileBytes: 0,
};

export function createStores(): Stores {
  return {
    app: createStore(() => FIRST_APP),
    conversations: createStore(() => ({ list: [] as readonly ConversationSummary[] })),
    conversation: createStore(() => ({ current: null as ConversationView | null })),
    messages: createStore(noMessages),
    presence: createStore(() => ({ here: new Map() as ReadonlyMap<string, boolean> })),
    incoming: createStore(() => ({ list: [] as readonly IncomingView[] })),
    notices: createStore(() => ({ list: [] as readonly Notice[] })),
    backup: createStore(() => ({ done: null as number | null })),
  };
}

/** Puts one event of the engine into the stores. */
export function applyEvent(stores: Stores, event: EngineEvent): void {
  switch (event.type) {
    case 'app':
      stores.app.setState(event.app, true);
      break;
    case 'conversations':
      stores.conversations.setState({ list: event.conversations });
      break;
    case 'conversation':
      stores.conversation.setState({ current: event.conversation });
      break;
    case 'messages':
      stores.messages.setState((before) => upsert(before, event.upsert), true);
      break;
    case 'messages-removed':
      stores.messages.setState((before) => removed(before, event.ids), true);
      break;
    case 'messages-cleared':
      stores.messages.setState(cleared, true);
      break;
    case 'incoming':
      stores.incoming.setState({ list: event.incoming });
      break;
    case 'presence':
      stores.presence.setState({ here: event.here });
      break;
    case 'backup-progress':
      stores.backup.setState({ done: event.done });
      break;
    case 'notice':
      addNotice(stores, event.error);
      break;
    default:
      assertNever(event);
  }
}

/** Fills the stores from now on; the result stops it. Connect before the engine's `start`. */
export function connectStores(stores: Stores, engine: Pick<EngineClient, 'subscribe'>): () => void {
  return engine.subscribe((event) => applyEvent(stores, event));
}

/** The stores' own view of the map. */
const writable = ({ byId }: MessagesState) => byId as Map<string, MessageView>;

/** Adds or replaces by id; a message keeps the place at which it first appeared. */
export function upsert(before: MessagesState, messages: readonly MessageView[]): MessagesState {
  if (messages.length === 0) return before;
  const byId = writable(before);
  const added: string[] = [];
  for (const message of messages) {
    if (!byId.has(message.id)) added.push(message.id);
    byId.set(message.id, message);
  }
  return { order: added.length === 0 ? before.order : [...before.order, ...added], byId };
}

function removed(before: MessagesState, ids: readonly string[]): MessagesState {
  const [gone, byId] = [new Set(ids), writable(before)];
  for (const id of ids) byId.delete(id);
  return { order: before.order.filter((id) => !gone.has(id)), byId };
}

/** Whoever still holds a former state holds no word of it. */
function cleared(before: MessagesState): MessagesState {
  writable(before).clear();
  return noMessages();
}

let nextNotice = 1;

/** For failures of commands, which the caller of the command holds; the engine's own notices come by themselves. */
export function addNotice(stores: Stores, error: UserError): void {
  const notice: Notice = { id: nextNotice++, error };
  // The same trouble again is one trouble, and the newest of it.
  stores.notices.setState(({ list }) => ({
    list: [...list.filter((one) => one.error.code !== error.code), notice].slice(-MAX_NOTICES),
  }));
}

export function dismissNotice(stores: Stores, id: number): void {
  stores.notices.setState(({ list }) => ({ list: list.filter((notice) => notice.id !== id) }));
}

function assertNever(event: never): never {
  throw new TypeError(`unknown event ${JSON.stringify(event)}`);
}
