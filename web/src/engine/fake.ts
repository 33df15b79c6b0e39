/**
 * An engine without cryptography, network or worker: two demo people and a script. For tests of the screens and
 * for drawing them; the build of the site never includes it.
 *
 * `alice` is this page's account, `bob` answers. Every step waits for `pause`, so a test with `pause: 0` needs
 * no clock, and one that wants to hold a state passes `script: false` and emits the events itself.
 */
import type {
  AppView,
  ConversationState,
  ConversationView,
  EngineClient,
  EngineCommands,
  EngineEvent,
  FingerprintView,
  IncomingView,
  MessageView,
  TransferView,
  TrustView,
  UserError,
  VerificationView,
} from './contract.ts';
import type { CommandName } from './rpc.ts';

export interface FakeOptions {
  /** Milliseconds between the steps of the script. */
  readonly pause?: number;
  /** False: commands succeed and are recorded, but nothing happens by itself. */
  readonly script?: boolean;
  /** Stage at the end of `start`. */
  readonly stage?: 'signed-out' | 'locked' | 'key-missing' | 'ready';
}

export interface FakeEngine extends EngineClient {
  /** Every command so far, oldest first. */
  readonly calls: readonly { readonly name: CommandName; readonly input: unknown }[];
  /** What the worker would push. */
  emit(event: EngineEvent): void;
  /** The next call of this command rejects. */
  failNext(name: CommandName, error: UserError): void;
  /** Bob calls. */
  ring(trust?: TrustView): void;
  /** Puts the open conversation into a state. */
  setState(state: ConversationState, more?: Partial<ConversationView>): void;
  /** Bob writes. */
  say(text: string): void;
  /** Bob sends a file, in the given state. */
  offerFile(transfer?: Partial<TransferView>): void;
}

export const ALICE = { accountId: 'YWxpY2U', name: 'alice' } as const;
export const BOB = { accountId: 'Ym9i', name: 'bob' } as const;

const animals = [
  ['🐵', 'monkey', 'обезьяна'],
  ['🦊', 'fox', 'лиса'],
  ['🐧', 'penguin', 'пингвин'],
  ['🌵', 'cactus', 'кактус'],
  ['🍩', 'doughnut', 'пончик'],
  ['🔑', 'key', 'ключ'],
  ['🌍', 'globe', 'глобус'],
  ['👗', 'dress', 'платье'],
  ['🏆', 'trophy', 'кубок'],
  ['🧀', 'cheese', 'сыр'],
  ['🐳', 'whale', 'кит'],
  ['🚦', 'traffic light', 'светофор'],
] as const;

function fakeFingerprint(name: string, shift: number): FingerprintView {
  const digits = Array.from({ length: 16 }, (_, i) => ((i * 7919 + shift * 104729) % 65536).toString(16));
  return {
    name,
    hex: digits.map((group) => group.padStart(4, '0')).join(' '),
    emoji: animals.map((_, i) => {
      const [emoji, en, ru] = animals[(i * 5 + shift) % animals.length] ?? animals[0];
      return { emoji, en, ru };
    }),
  };
}

export function createFakeEngine(options: FakeOptions = {}): FakeEngine {
  const { pause = 0, script = true, stage = 'signed-out' } = options;
  const listeners = new Set<(event: EngineEvent) => void>();
  const calls: { name: CommandName; input: unknown }[] = [];
  const failures = new Map<CommandName, UserError>();
  let app: AppView = {
    account: { stage: 'starting' },
    connection: { state: 'idle' },
    crypto: null,
    realm: null,
    maxFileBytes: 50 * 1024 * 1024,
  };
  let conversation: ConversationView | null = null;
  let incoming: readonly IncomingView[] = [];
  let mySeq = 0;
  let peerSeq = 0;
  const transfers = new Map<string, MessageView>();

  const emit = (event: EngineEvent) => {
    for (const listener of listeners) listener(event);
  };
  const setApp = (more: Partial<AppView>) => {
    app = { ...app, ...more };
    emit({ type: 'app', app });
  };
  const setConversation = (next: ConversationView | null) => {
    conversation = next;
    emit({ type: 'conversation', conversation });
  };
  const setIncoming = (list: readonly IncomingView[]) => {
    incoming = list;
    emit({ type: 'incoming', incoming });
  };
  const upsert = (message: MessageView) => emit({ type: 'messages', upsert: [message] });
  const clear = () => {
    mySeq = 0;
    peerSeq = 0;
    transfers.clear();
    emit({ type: 'messages-cleared' });
  };

  /** Runs the steps one after the other; a conversation that was closed meanwhile ends them. */
  const play = async (...steps: (() => void)[]) => {
    if (!script) return;
    const started = conversation?.peer.accountId;
    for (const step of steps) {
      await new Promise((wake) => setTimeout(wake, pause));
      if (conversation?.peer.accountId !== started) return;
      step();
    }
  };

  const signIn = (name: string) => {
    setApp({
      account: { stage: 'ready', name, accountId: ALICE.accountId },
      connection: { state: 'online' },
    });
  };
  const setState = (state: ConversationState, more: Partial<ConversationView> = {}) => {
    if (conversation === null) throw new TypeError('no conversation is open');
    if (state === 'peer-disconnected') clear();
    setConversation({ ...conversation, state, ...more });
  };
  const open = (peer: ConversationView['peer'], state: ConversationState) => {
    clear();
    setConversation({
      peer,
      state,
      trust: 'first-use',
      peerActivity: 'none',
      refusedFrames: 0,
      endedAbruptly: false,
    });
  };
  const say = (text: string) => {
    const seq = peerSeq++;
    const body = { kind: 'text', text } as const;
    upsert({ id: `p${seq}`, mine: false, seq, at: Date.now(), status: 'delivered', body });
  };
  const showTransfer = (message: MessageView, transfer: TransferView) => {
    const next: MessageView = { ...message, body: { kind: 'file', transfer } };
    transfers.set(transfer.fid, next);
    upsert(next);
  };
  const offerFile = (transfer: Partial<TransferView> = {}) => {
    const seq = peerSeq++;
    const full: TransferView = {
      fid: `file-p${seq}`,
      name: 'holiday.jpg',
      mediaType: 'image/jpeg',
      size: 5_242_880,
      done: 0,
      state: 'transferring',
      ...transfer,
    };
    const body = { kind: 'file', transfer: full } as const;
    showTransfer({ id: `p${seq}`, mine: false, seq, at: Date.now(), status: 'delivered', body }, full);
  };
  const ring = (trust: TrustView = 'unknown') => {
    setIncoming([...incoming, { id: `ring-${incoming.length}`, peer: BOB, trust }]);
  };

  const commands: EngineCommands = {
    async start({ mode }) {
      const operations = { ed25519: { engine: 'native' }, argon2id: { engine: 'wasm' } } as const;
      setApp({ realm: 'duet.example', crypto: { mode, secureContext: true, operations } });
      if (stage === 'ready') signIn(ALICE.name);
      else if (stage === 'signed-out') setApp({ account: { stage } });
      else setApp({ account: { stage, name: ALICE.name } });
    },
    register: async ({ name }) => signIn(name),
    login: async ({ name }) => signIn(name),
    unlock: async () => signIn(ALICE.name),
    replaceKey: async () => signIn(ALICE.name),
    async logout() {
      clear();
      setConversation(null);
      setApp({ account: { stage: 'signed-out' }, connection: { state: 'idle' } });
    },
    async search({ query }) {
      const everyone = [
        { ...BOB, reachable: true },
        { accountId: 'Y2Fyb2w', name: 'carol', reachable: false },
      ];
      return everyone.filter(({ name }) => name.startsWith(query));
    },
    async openChat(peer) {
      open(peer, 'ringing-out');
      void play(
        () => setState('establishing'),
        () => setState('secure'),
        () => say('Hello! Shall we compare the emoji first?'),
      );
    },
    async acceptIncoming({ id }) {
      const accepted = incoming.find((call) => call.id === id);
      if (accepted === undefined) return;
      setIncoming([]);
      open(accepted.peer, 'establishing');
      void play(() => setState('secure', { trust: accepted.trust }));
    },
    declineIncoming: async ({ id }) => setIncoming(incoming.filter((call) => call.id !== id)),
    async leaveChat() {
      clear();
      setConversation(null);
    },
    async sendText({ text }) {
      const seq = mySeq++;
      const body = { kind: 'text', text } as const;
      const message: MessageView = {
        id: `m${seq}`,
        mine: true,
        seq,
        at: Date.now(),
        status: 'sending',
        body,
      };
      upsert(message);
      void play(
        () => upsert({ ...message, status: 'delivered' }),
        () => setState('secure', { peerActivity: 'typing' }),
        () => upsert({ ...message, status: 'read' }),
        () => setState('secure', { peerActivity: 'none' }),
        () => say(`You wrote: ${text}`),
      );
    },
    markRead: async () => undefined,
    setTyping: async () => undefined,
    async sendFile({ file }) {
      const seq = mySeq++;
      const { name, size, type: mediaType } = file;
      const offered: TransferView = { fid: `file-m${seq}`, name, mediaType, size, done: 0, state: 'offered' };
      const body = { kind: 'file', transfer: offered } as const;
      const message: MessageView = {
        id: `m${seq}`,
        mine: true,
        seq,
        at: Date.now(),
        status: 'sending',
        body,
      };
      showTransfer(message, offered);
      const step = (done: number, state: TransferView['state']) => () => {
        const running = transfers.get(offered.fid)?.body;
        if (running?.kind !== 'file' || running.transfer.state.startsWith('cancelled')) return;
        showTransfer({ ...message, status: 'delivered' }, { ...offered, done, state });
      };
      void play(
        step(Math.floor(size / 3), 'transferring'),
        step(Math.floor(size / 1.5), 'transferring'),
        step(size, 'done'),
      );
    },
    async cancelTransfer({ fid }) {
      const message = transfers.get(fid);
      if (message?.body.kind !== 'file') return;
      showTransfer(message, { ...message.body.transfer, state: 'cancelled-by-me' });
    },
    async verification(): Promise<VerificationView> {
      const changed = conversation?.trust === 'changed';
      return {
        mine: fakeFingerprint(ALICE.name, 0),
        theirs: fakeFingerprint(BOB.name, changed ? 7 : 3),
        pinned: changed ? fakeFingerprint(BOB.name, 3) : null,
        trust: conversation?.trust ?? 'unknown',
        safetyCode: '790586963286622314464903757713963807752010657164131466022373',
        qrText: `PAIR1:${'A'.repeat(172)}`,
        sas: conversation?.state === 'secure' ? fakeFingerprint('', 5).emoji.slice(0, 4) : null,
      };
    },
    async markVerified({ by }) {
      if (conversation !== null) setConversation({ ...conversation, trust: by });
    },
    async acceptChangedKey() {
      if (conversation !== null) open(conversation.peer, 'ringing-out');
    },
    retryNow: async () => setApp({ connection: { state: 'online' } }),
    setEngineMode: async () => undefined,
  };

  /** Records the call and lets a test make it fail. */
  const recorded = <N extends CommandName>(name: N) => {
    const run = commands[name] as (input: unknown) => Promise<unknown>;
    return async (input: unknown) => {
      calls.push({ name, input });
      const failure = failures.get(name);
      if (failures.delete(name)) throw failure;
      return run(input);
    };
  };
  const names = Object.keys(commands) as CommandName[];
  return {
    ...(Object.fromEntries(names.map((name) => [name, recorded(name)])) as unknown as EngineCommands),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    calls,
    emit,
    failNext: (name, error) => failures.set(name, error),
    ring,
    setState,
    say,
    offerFile,
  };
}
