/**
 * An engine without cryptography, network or worker: two demo people and a script. For tests of the screens and
 * for drawing them; the build of the site never includes it.
 *
 * `alice` is this page's account, `bob` answers. Every step waits for `pause`, so a test with `pause: 0` needs
 * no clock, and one that wants to hold a state passes `script: false` and emits the events itself.
 */
import type {
  AppView,
  BackupPersonView,
  BackupPreview,
  ConversationState,
  ConversationSummary,
  ConversationView,
  EngineClient,
  EngineCommands,
  EngineEvent,
  FingerprintView,
  IncomingView,
  LoginView,
  MessageView,
  PasskeyQuestion,
  ReachView,
  RequestBody,
  SecondFactorView,
  SessionView,
  TransferView,
  TrustView,
  UserError,
  VerificationView,
} from './contract.ts';
import { PLAIN } from './media-view.ts';
import type { CommandName } from './rpc.ts';

/** Where the person can stand with their account; `starting`: the server cannot be reached. */
export const fakeStages = [
  'starting',
  'signed-out',
  'second-step',
  'locked',
  'key-missing',
  'earlier-password',
  'ready',
] as const satisfies readonly AppView['account']['stage'][];

export type FakeStage = (typeof fakeStages)[number];

export interface FakeOptions {
  /** Milliseconds between the steps of the script. */
  readonly pause?: number;
  /** False: commands succeed and are recorded, but nothing happens by itself. */
  readonly script?: boolean;
  /** At the end of `start`. */
  readonly stage?: FakeStage;
}

export interface FakeEngine extends EngineClient {
  /** Every command so far, oldest first. */
  readonly calls: readonly { readonly name: CommandName; readonly input: unknown }[];
  /** What the worker would push. */
  emit(event: EngineEvent): void;
  /** The next call of this command rejects. */
  failNext(name: CommandName, error: UserError): void;
  /** Bob calls, with what he wrote at once. */
  ring(trust?: TrustView, request?: readonly (string | RequestBody)[]): void;
  /** The session is replaced by a fresh one, and a line says so. */
  renew(): void;
  /** What `makeBackup` and `openBackup` are at; null: over. */
  progress(done: number | null): void;
  /** Puts the open conversation into a state. */
  setState(state: ConversationState, more?: Partial<ConversationView>): void;
  /** Bob writes. */
  say(text: string): void;
  /** What bob does to messages. */
  readonly peer: {
    edit(id: string, text: string): void;
    takeBack(id: string): void;
    react(id: string, emoji: string, set?: boolean): void;
  };
  /** Bob sends a file, in the given state. */
  offerFile(transfer?: Partial<TransferView>): void;
}

export const ALICE = { accountId: 'YWxpY2U', name: 'alice' } as const;
export const BOB = { accountId: 'Ym9i', name: 'bob' } as const;

const everyone = [
  { ...BOB, reachable: true },
  { accountId: 'Y2Fyb2w', name: 'carol', reachable: false },
] as const;

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

const fakeHistory = [
  {
    fingerprint: fakeFingerprint(BOB.name, 9),
    trust: 'first-use',
    since: Date.UTC(2026, 1, 1),
    until: Date.UTC(2026, 4, 1),
  },
] as const;

export function summaryOf({ peer, state, trust }: ConversationView): ConversationSummary {
  return { ...peer, state, trust, unread: 0 };
}

/** This browser, and a phone two hours ago. */
function fakeLogins(): readonly LoginView[] {
  const at = Date.now();
  const laptop = 'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0';
  const phone = 'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36';
  const login = { address: '192.0.2.7', since: at - 864e5 };
  return [
    { ...login, id: 'login-laptop', userAgent: laptop, lastUsed: at, current: true },
    { ...login, id: 'login-phone', userAgent: phone, lastUsed: at - 72e5, current: false },
  ];
}

function fakeSession(number: number): SessionView {
  const since = Date.now();
  return { number, since, endsAt: since + 86_400_000, renewing: false };
}

/** One of mine, on its way. */
function fakeMessage(id: string, seq: number, body: MessageView['body']): MessageView {
  const fate = { status: 'sending', unconfirmed: false, session: 1, act: null, reactions: [] } as const;
  return { id, mine: true, seq, at: Date.now(), ...fate, body };
}

const fakeText = (text: string, reply: string | null = null) =>
  ({ kind: 'text', text, reply, versions: [], changedAt: null }) as const;

/** One person of every kind. */
function fakePreview(id: number, identity: BackupPreview['identity']): BackupPreview {
  const firstSeen = Date.UTC(2026, 4, 1);
  const person = (name: string, verdict: BackupPersonView['verdict'], shift: number): BackupPersonView => ({
    accountId: `id-of-${name}`,
    name,
    trust: 'compared',
    firstSeen,
    theirs: fakeFingerprint(name, shift),
    verdict,
    pinned: verdict === 'new' ? null : fakeFingerprint(name, verdict === 'same' ? shift : shift + 1),
  });
  return {
    id,
    name: ALICE.name,
    created: Date.UTC(2026, 0, 1),
    fingerprint: fakeFingerprint(ALICE.name, 0),
    identity,
    people: [
      person('bob', 'same', 3),
      person('carol', 'new', 4),
      person('dave', 'replaces', 5),
      person('erin', 'conflict', 6),
    ],
  };
}

const NO_FACTORS: SecondFactorView = { totp: null, passkeys: [], recoveryCodes: 0 };

/** Of no authenticator. */
const FAKE_PASSKEY: PasskeyQuestion = { challenge: new Uint8Array(32), host: 'localhost', known: [] };

const fakeCodes = (): string[] =>
  Array.from({ length: 10 }, (_, index) => `b4xq-7tzk-m2pd-${'cdefghijkl'[index]}w5n`);

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
  let notes = 0;
  let previews = 0;
  let logins = fakeLogins();
  let factors = NO_FACTORS;
  let reach: ReachView = { policy: 'anyone', allowed: [], blocked: [] };
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
    emit({ type: 'conversations', conversations: next === null ? [] : [summaryOf(next)] });
  };
  const setIncoming = (list: readonly IncomingView[]) => {
    incoming = list;
    emit({ type: 'incoming', incoming });
  };
  const upsert = (message: MessageView) => emit({ type: 'messages', upsert: [message] });
  /** What is on the screen, whoever put it there. */
  const shown = new Map<string, MessageView>();
  listeners.add((event) => {
    if (event.type === 'messages') for (const message of event.upsert) shown.set(message.id, message);
    if (event.type === 'messages-removed') for (const id of event.ids) shown.delete(id);
    if (event.type === 'messages-cleared') shown.clear();
  });
  const change = (id: string, after: (message: MessageView) => MessageView) => {
    const message = shown.get(id);
    if (message !== undefined) upsert(after(message));
  };
  const newText =
    (text: string) =>
    (message: MessageView): MessageView => {
      const { body, at } = message;
      if (body.kind !== 'text') return message;
      const versions = [...body.versions, { text: body.text, at: body.changedAt ?? at }];
      return { ...message, body: { ...body, text, versions, changedAt: Date.now() } };
    };
  const takenBack = (message: MessageView): MessageView => ({
    ...message,
    reactions: [],
    body: { kind: 'taken-back' },
  });
  const reaction = (emoji: string, who: 'mine' | 'theirs', set: boolean) => (message: MessageView) => {
    const before = message.reactions.find((one) => one.emoji === emoji);
    const after = { emoji, mine: false, theirs: false, status: null, ...before, [who]: set };
    const others = message.reactions.filter((one) => one !== before);
    const gone = !after.mine && !after.theirs;
    return { ...message, reactions: gone ? others : [...others, after] };
  };
  const edit = (id: string, text: string) => change(id, newText(text));
  const takeBack = (id: string) => change(id, takenBack);
  const react = (id: string, emoji: string, set = true) => change(id, reaction(emoji, 'theirs', set));
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
  const signOut = () => {
    clear();
    setConversation(null);
    setApp({ account: { stage: 'signed-out' }, connection: { state: 'idle' } });
  };
  const setState = (state: ConversationState, more: Partial<ConversationView> = {}) => {
    if (conversation === null) throw new TypeError('no conversation is open');
    if (state === 'peer-disconnected' || state === 'line-dropped') clear();
    const secure = state === 'secure';
    const open = secure || state === 'reconnecting';
    const session = open ? (conversation.session ?? fakeSession(1)) : null;
    setConversation({ ...conversation, state, session, writable: open ? 'yes' : 'no', ...more });
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
      writable: state === 'ringing-out' ? 'early' : 'no',
      earlyDropped: 0,
      session: null,
    });
  };
  const say = (text: string) => {
    const seq = peerSeq++;
    upsert({ ...fakeMessage(`p${seq}`, seq, fakeText(text)), mine: false, status: 'delivered' });
  };
  const showTransfer = (message: MessageView, transfer: TransferView) => {
    const next: MessageView = { ...message, body: { kind: 'file', transfer } };
    transfers.set(transfer.fid, next);
    upsert(next);
  };
  const offerFile = (transfer: Partial<TransferView> = {}) => {
    const known = transfers.get(transfer.fid ?? '');
    if (known?.body.kind === 'file') return showTransfer(known, { ...known.body.transfer, ...transfer });
    const seq = peerSeq++;
    const full: TransferView = {
      fid: `file-p${seq}`,
      name: 'holiday.jpg',
      mediaType: 'image/jpeg',
      size: 5_242_880,
      done: 0,
      state: 'transferring',
      pausedBy: [],
      seen: false,
      ...PLAIN,
      ...transfer,
    };
    const body = { kind: 'file', transfer: full } as const;
    showTransfer({ ...fakeMessage(`p${seq}`, seq, body), mine: false, status: 'delivered' }, full);
  };
  const ring = (trust: TrustView = 'unknown', messages: readonly (string | RequestBody)[] = []) => {
    const request = messages.map((message, seq) => {
      const body = typeof message === 'string' ? ({ kind: 'text', text: message } as const) : message;
      return { seq, body };
    });
    setIncoming([...incoming, { id: `ring-${incoming.length}`, peer: BOB, trust, request }]);
  };
  const renew = () => {
    const number = (conversation?.session?.number ?? 0) + 1;
    upsert({ ...fakeMessage(`n${notes++}`, 0, { kind: 'note', note: 'renewed' }), status: 'read' });
    setState('secure', { session: fakeSession(number) });
  };
  const progress = (done: number | null) => emit({ type: 'backup-progress', done });

  const commands: EngineCommands = {
    async start({ mode }) {
      if (stage === 'starting') throw { code: 'relay-unreachable' } satisfies UserError;
      const operations = { ed25519: { engine: 'native' }, argon2id: { engine: 'wasm' } } as const;
      setApp({ realm: 'duet.example', crypto: { mode, secureContext: true, operations } });
      if (stage === 'ready') signIn(ALICE.name);
      else if (stage === 'signed-out') setApp({ account: { stage } });
      else if (stage === 'second-step')
        setApp({
          account: { stage, name: ALICE.name, ways: { totp: true, passkey: FAKE_PASSKEY, passkeyHosts: [] } },
        });
      else if (stage === 'earlier-password')
        setApp({ account: { stage, name: ALICE.name, keyOpens: false } });
      else setApp({ account: { stage, name: ALICE.name } });
    },
    register: async ({ name }) => signIn(name),
    login: async ({ name }) => signIn(name),
    unlock: async () => signIn(ALICE.name),
    replaceKey: async () => signIn(ALICE.name),
    rewrap: async () => signIn(ALICE.name),
    forgoEarlier: async () => setApp({ account: { stage: 'key-missing', name: ALICE.name } }),
    logout: async () => signOut(),
    reach: async () => reach,
    async setReach({ policy }) {
      reach = { ...reach, policy };
      return reach;
    },
    async setListed({ list, accountId, listed }) {
      const others = reach[list].filter((person) => person.accountId !== accountId);
      const name = everyone.find((person) => person.accountId === accountId)?.name ?? 'erin';
      reach = { ...reach, [list]: listed ? [...others, { accountId, name }] : others };
      return reach;
    },
    async block({ accountId }) {
      if (conversation?.peer.accountId === accountId) {
        clear();
        setConversation(null);
      }
      setIncoming(incoming.filter(({ peer }) => peer.accountId !== accountId));
      await commands.setListed({ list: 'blocked', accountId, listed: true });
    },
    async invite() {
      const text = `1.${'A'.repeat(43)}.${'B'.repeat(22)}.tagr0g.${ALICE.name}`;
      return { name: ALICE.name, expiresAt: Date.now() + 864e5, text };
    },
    readInvitation: async ({ text }) =>
      text.endsWith('.bob') ? { name: BOB.name, expiresAt: Date.now() + 864e5 } : null,
    async acceptInvitation() {
      await commands.openChat(BOB);
      if (conversation !== null) setConversation({ ...conversation, trust: 'link' });
    },
    logins: async () => logins,
    async endLogin({ id }) {
      logins = logins.filter((login) => login.id !== id);
    },
    async endLogins({ keepThis }) {
      logins = logins.filter(({ current }) => current && keepThis);
      if (!keepThis) signOut();
    },
    changePassword: async () => undefined,
    secondStep: async () => signIn(ALICE.name),
    leaveSecondStep: async () => signOut(),
    secondFactor: async () => factors,
    startTotp: async () => ({
      ticket: 'ticket',
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      address:
        'otpauth://totp/Duet%20(duet.local):alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Duet%20(duet.local)',
    }),
    async finishTotp() {
      const isFirst = factors.passkeys.length === 0;
      factors = { ...factors, totp: { since: Date.now(), lastUsed: null }, recoveryCodes: 10 };
      return isFirst ? fakeCodes() : [];
    },
    async removeTotp() {
      factors = factors.passkeys.length === 0 ? NO_FACTORS : { ...factors, totp: null };
    },
    startPasskey: async () => ({
      ticket: 'ticket',
      challenge: new Uint8Array(32),
      host: location.hostname,
      userId: new Uint8Array(32),
      username: ALICE.name,
      algorithms: [-7],
      known: [],
    }),
    async finishPasskey({ name }) {
      const isFirst = factors.totp === null && factors.passkeys.length === 0;
      const passkey = {
        id: `passkey-${name}`,
        name,
        host: location.hostname,
        since: Date.now(),
        lastUsed: null,
      };
      factors = { ...factors, passkeys: [...factors.passkeys, passkey], recoveryCodes: 10 };
      return isFirst ? fakeCodes() : [];
    },
    async renamePasskey({ id, name }) {
      const passkeys = factors.passkeys.map((one) => (one.id === id ? { ...one, name } : one));
      factors = { ...factors, passkeys };
    },
    async removePasskey({ id }) {
      const passkeys = factors.passkeys.filter((one) => one.id !== id);
      factors = factors.totp === null && passkeys.length === 0 ? NO_FACTORS : { ...factors, passkeys };
    },
    async newRecoveryCodes() {
      factors = { ...factors, recoveryCodes: 10 };
      return fakeCodes();
    },
    deleteAccount: async () => signOut(),
    async search({ query }) {
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
      for (const { body } of accepted.request) if (body.kind === 'text') say(body.text);
      void play(() => setState('secure', { trust: accepted.trust }));
    },
    declineIncoming: async ({ id }) => setIncoming(incoming.filter((call) => call.id !== id)),
    async showChat({ accountId }) {
      if (conversation?.peer.accountId !== accountId) clear();
    },
    async leaveChat() {
      clear();
      setConversation(null);
    },
    leaveAll: async () => undefined,
    async sendText({ text, reply = null }) {
      const seq = mySeq++;
      const message = fakeMessage(`m${seq}`, seq, fakeText(text, reply));
      if (conversation?.writable === 'early') return upsert({ ...message, status: 'early' });
      upsert(message);
      void play(
        () => upsert({ ...message, status: 'delivered' }),
        () => setState('secure', { peerActivity: 'typing' }),
        () => upsert({ ...message, status: 'read' }),
        () => setState('secure', { peerActivity: 'none' }),
        () => say(`You wrote: ${text}`),
      );
    },
    async editText({ id, text }) {
      change(id, (before) => ({ ...newText(text)(before), act: { what: 'edit', status: 'delivered' } }));
    },
    async takeBack({ id }) {
      change(id, (before) => ({ ...takenBack(before), act: { what: 'take-back', status: 'delivered' } }));
    },
    hideMessage: async ({ id }) => emit({ type: 'messages-removed', ids: [id] }),
    react: async ({ id, emoji, set }) => change(id, reaction(emoji, 'mine', set)),
    markRead: async () => undefined,
    setTyping: async () => undefined,
    setRecording: async () => undefined,
    async sendFile({ file, ...said }) {
      const seq = mySeq++;
      const { name, size, type: mediaType } = file;
      const media = { ...PLAIN, ...said, seen: false, blob: file };
      const fid = `file-m${seq}`;
      const told = { fid, name, mediaType, size, done: 0, state: 'offered', pausedBy: [] } as const;
      const offered: TransferView = { ...media, ...told };
      const body = { kind: 'file', transfer: offered } as const;
      const message = fakeMessage(`m${seq}`, seq, body);
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
    async pauseTransfer({ fid, paused }) {
      const message = transfers.get(fid);
      if (message?.body.kind !== 'file') return;
      const state = paused ? 'paused' : 'transferring';
      showTransfer(message, { ...message.body.transfer, state, pausedBy: paused ? ['me'] : [] });
    },
    async markSeen({ fid }) {
      const message = transfers.get(fid);
      if (message?.body.kind === 'file') showTransfer(message, { ...message.body.transfer, seen: true });
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
        sasSession: conversation?.session?.number ?? null,
        firstSeen: Date.UTC(2026, 4, 1),
        history: fakeHistory,
      };
    },
    keyHistory: async () => [
      {
        fingerprint: fakeFingerprint(BOB.name, 3),
        since: Date.UTC(2026, 4, 1),
        proof: 'signed',
        inUse: conversation?.trust !== 'changed',
      },
      {
        fingerprint: fakeFingerprint(BOB.name, 9),
        since: Date.UTC(2026, 1, 1),
        proof: 'first',
        inUse: false,
      },
    ],
    async markVerified({ by }) {
      if (conversation !== null) setConversation({ ...conversation, trust: by });
    },
    async checkQr({ text }) {
      if (!text.startsWith('PAIR1:')) return 'not-a-code';
      if (conversation !== null) setConversation({ ...conversation, trust: 'qr' });
      return 'verified';
    },
    people: async () => [
      {
        accountId: BOB.accountId,
        fingerprint: fakeFingerprint(BOB.name, 3),
        trust: 'compared',
        firstSeen: Date.UTC(2026, 4, 1),
        history: fakeHistory,
      },
    ],
    async makeBackup() {
      return {
        passphrase: 'K7M2Q-9XTPD-4WZ1H-8RVEN',
        fileName: 'duet-alice.backup',
        file: new Blob(['not a backup']),
        people: 1,
      };
    },
    async openBackup() {
      previews += 1;
      return fakePreview(previews, app.account.stage === 'key-missing' ? 'restored' : 'here');
    },
    async restoreBackup() {
      if (app.account.stage === 'key-missing') signIn(ALICE.name);
    },
    closeBackup: async () => undefined,
    async acceptChangedKey() {
      if (conversation !== null) open(conversation.peer, 'ringing-out');
    },
    retryNow: async () => setApp({ connection: { state: 'online' } }),
    setEngineMode: async () => undefined,
    setEraseOnDrop: async () => undefined,
    setWhoIsHere: async () => undefined,
    awaitPerson: async () => undefined,
  };

  /** Records the call and lets a test make it fail. */
  const recorded = <N extends CommandName>(name: N) => {
    const run = commands[name] as (input: unknown) => Promise<unknown>;
    return async (input: unknown, signal?: AbortSignal) => {
      calls.push({ name, input });
      signal?.throwIfAborted();
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
    renew,
    progress,
    setState,
    say,
    peer: { edit, takeBack, react },
    offerFile,
  };
}
