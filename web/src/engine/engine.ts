/** The engine, put together: commands in, events out. Everything that a platform provides comes from outside. */
import { Account } from './account/account.ts';
import { Backups } from './account/backup.ts';
import { Invitations } from './account/invitations.ts';
import { Ownership } from './account/ownership.ts';
import { Reachability, telling } from './account/reachability.ts';
import { SecondFactor } from './account/second-factor.ts';
import { App } from './app.ts';
import { Auth } from './auth.ts';
import type { CryptoView, EngineEvent, EngineMode } from './contract.ts';
import { Directory } from './directory.ts';
import { EngineError, endsLogin, toUserError } from './errors.ts';
import { Http } from './http.ts';
import type { Keystore } from './keystore/keystore.ts';
import type { CryptoPort, RelayPort, Socket } from './port.ts';
import type { CommandHandlers } from './rpc.ts';
import { Talks } from './talks/talks.ts';
import { keyHistoryOf, peopleOf, readQr, verificationOf } from './verification.ts';

/** What the engine needs of the world. */
export interface Platform {
  readonly crypto: CryptoPort;
  readonly relay: RelayPort;
  readonly keystore: Keystore;
  readonly fetch: typeof fetch;
  /** Where the relay is: `https://chat.example`. */
  readonly origin: string;
  /** In the place of the platform's. */
  readonly WebSocket?: (new (url: URL) => Socket) | undefined;
  readonly locks: Pick<LockManager, 'request'> | undefined;
  readonly now: () => number;
  /** While developing: told of every transition, without contents. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface Engine extends CommandHandlers {
  /** The machine's network came or went, as the platform says. */
  network(online: boolean): void;
}

/** `platform.crypto` does the work; the rest is here. `emit` gets every event of the engine, in order. */
export function createEngine(platform: Platform, emit: (event: EngineEvent) => void): Engine {
  const { crypto, keystore, now } = platform;
  let mode: EngineMode = 'auto';
  let realm: string | null = null;
  /** The page may show the sign-in before the start is over; who is faster than it waits for it. */
  let tellBegun: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    tellBegun = resolve;
  });
  const app = new App(emit);
  const http = new Http(platform.fetch, platform.origin);
  const auth = new Auth({
    http,
    now,
    locks: platform.locks,
    onRenewed: (session) => {
      talks.renew(session.accessToken);
      account.renewed(session);
    },
    onExpired: (code) => {
      account.ended();
      emit({ type: 'notice', error: { code } });
    },
  });
  const reachability = new Reachability({ http, auth, keystore });
  /** What nobody waits for. That the relay is away is said by the connection. */
  const later = (work: Promise<void>) => {
    work.catch((thrown: unknown) => {
      const error = toUserError(thrown);
      if (error.code !== 'relay-unreachable' && !endsLogin(thrown)) emit({ type: 'notice', error });
    });
  };
  const told = telling(keystore, (owner) => later(reachability.share(owner)));
  const directory = new Directory({ crypto, http, auth, keystore, realm: () => realm });
  const talks = new Talks({
    crypto,
    relay: platform.relay,
    url: platform.origin,
    WebSocket: platform.WebSocket,
    locks: platform.locks,
    auth,
    keystore: told,
    directory,
    app,
    emit,
    now,
    log: platform.log,
    mode: () => mode,
    isBlocked: (accountId) => reachability.isBlocked(accountId),
  });
  const account = new Account({
    crypto,
    http,
    auth,
    keystore,
    now,
    talks: () => talks,
    mode: () => mode,
    realm: () => realm,
    onClosed: (code) => emit({ type: 'notice', error: { code } }),
    onArrived: (owner) => later(reachability.arrived(owner)),
  });
  const ownership = new Ownership({ crypto, http, auth, keystore, account, talks: () => talks });
  const second = new SecondFactor({ http, auth, account });
  const invitations = new Invitations({ crypto, http, auth, talks, realm: () => realm, now });
  const backups = new Backups({ crypto, keystore: told, account, talks: () => talks, emit, now });
  const verification = { crypto, keystore };

  async function start(chosen: EngineMode): Promise<void> {
    mode = chosen;
    await crypto.ready();
    const view = cryptoView(crypto, mode);
    app.change({ crypto: view });
    refuseMissingEngine(crypto, mode);
    const config = await http.config();
    const pinned = await keystore.realm();
    // protocol.md section 3.1: a client never takes a new realm from a relay in silence.
    if (pinned !== null && pinned !== config.realm) {
      talks.leave({ stage: 'signed-out' });
      throw new EngineError('realm-changed');
    }
    if (pinned === null) await keystore.pinRealm(config.realm);
    realm = config.realm;
    auth.configure(config.accessTokenTtlMs);
    const { maxFileBytes } = config;
    app.change({ realm, maxFileBytes });
    await account.resume();
    tellBegun();
  }

  const stage = () => app.view.account.stage;

  async function signIn(act: () => Promise<void>): Promise<void> {
    if (stage() === 'starting') {
      await begun;
      // There was a login after all, and by now it is on the screen: nobody is signed in over it.
      if (stage() !== 'signed-out') return;
    }
    await act();
  }

  return {
    start: (input) => start(input.mode),
    register: (input) => signIn(() => account.register(input)),
    login: (input) => signIn(() => account.login(input)),
    secondStep: (input) => account.secondStep(input),
    leaveSecondStep: () => account.leaveSecondStep(),
    secondFactor: () => second.secondFactor(),
    startTotp: (input) => second.startTotp(input),
    finishTotp: (input) => second.finishTotp(input),
    removeTotp: (input) => second.removeTotp(input),
    startPasskey: (input) => second.startPasskey(input),
    finishPasskey: (input) => second.finishPasskey(input),
    renamePasskey: (input) => second.renamePasskey(input),
    removePasskey: (input) => second.removePasskey(input),
    newRecoveryCodes: (input) => second.newRecoveryCodes(input),
    unlock: (input) => account.unlock(input),
    replaceKey: (input) => account.replaceKey(input),
    rewrap: (input) => account.rewrap(input),
    forgoEarlier: () => account.forgoEarlier(),
    async logout() {
      backups.close();
      await account.logout();
    },
    logins: () => ownership.logins(),
    endLogin: ({ id }) => ownership.endLogin(id),
    endLogins: ({ keepThis }) => ownership.endLogins(keepThis),
    changePassword: (input) => ownership.changePassword(input),
    async deleteAccount(input) {
      await ownership.deleteAccount(input);
      backups.close();
    },
    reach: () => reachability.view(),
    async setReach({ policy }) {
      if (talks.person === null) throw new EngineError('not-connected');
      return reachability.setPolicy(talks.person.owner, policy);
    },
    setListed: ({ list, accountId, listed }) => reachability.setListed(list, accountId, listed),
    async block({ accountId }) {
      // First what keeps them away: where that fails it is told, and nothing has ended.
      await reachability.setListed('blocked', accountId, true);
      talks.calls.end(accountId);
      talks.awaitPerson(accountId, false);
    },
    invite: () => invitations.make(),
    async readInvitation({ text }) {
      if (stage() === 'starting') await begun;
      return invitations.read(text);
    },
    acceptInvitation: ({ text }) => invitations.accept(text),
    search: ({ query }, signal) => directory.search(query, signal),
    openChat: (peer) => talks.calls.call(peer),
    showChat: async ({ accountId }) => talks.calls.show(accountId),
    acceptIncoming: async ({ id }) => talks.calls.accept(id),
    declineIncoming: async ({ id }) => talks.calls.decline(id),
    leaveChat: async ({ accountId }) => talks.calls.leaveTalk(accountId),
    leaveAll: async () => talks.calls.leaveAll(),
    sendText: async ({ accountId, text, reply }) => talks.words.text(accountId, text, reply ?? null),
    editText: async ({ accountId, id, text }) => talks.words.edit(accountId, id, text),
    takeBack: async ({ accountId, id }) => talks.words.takeBack(accountId, id),
    hideMessage: async ({ accountId, id }) => talks.words.hide(accountId, id),
    react: async ({ accountId, id, emoji, set }) => talks.words.react(accountId, id, emoji, set),
    markRead: async ({ accountId, seq }) => talks.words.read(accountId, seq),
    setTyping: async ({ accountId, typing }) => talks.words.doing(accountId, typing ? 'typing' : 'none'),
    setRecording: async ({ accountId, what }) => talks.words.doing(accountId, what ?? 'none'),
    sendFile: async ({ accountId, ...file }) => talks.words.file(accountId, file),
    cancelTransfer: async ({ accountId, fid }) => talks.words.cancelFile(accountId, fid),
    pauseTransfer: async ({ accountId, fid, paused }) => talks.words.pauseFile(accountId, fid, paused),
    markSeen: async ({ accountId, fid }) => talks.words.seen(accountId, fid),
    verification: ({ accountId }) =>
      verificationOf(verification, talks.person, talks.talk(accountId), talks.handle(accountId)),
    keyHistory: ({ accountId }) =>
      keyHistoryOf(verification, talks.talk(accountId), (id) =>
        auth.with((token) => http.keyHistory(token, id)),
      ),
    markVerified: ({ accountId, by }) => talks.trust.markVerified(accountId, by),
    async checkQr({ accountId, text }) {
      const verdict = readQr(verification, talks.person, talks.talk(accountId), text.trim());
      if (verdict === 'verified') await talks.trust.markVerified(accountId, 'qr');
      return verdict;
    },
    people: () => peopleOf(verification, talks.person),
    makeBackup: (input, signal) => backups.make(input, signal),
    openBackup: (input, signal) => backups.open(input, signal),
    restoreBackup: (input) => backups.restore(input),
    closeBackup: async () => backups.close(),
    acceptChangedKey: ({ accountId }) => talks.trust.acceptChangedKey(accountId),
    setEraseOnDrop: async ({ on }) => talks.setEraseOnDrop(on),
    setWhoIsHere: async ({ on }) => talks.setWhoIsHere(on),
    awaitPerson: async ({ accountId, on }) => talks.awaitPerson(accountId, on),
    retryNow: async () => talks.retryNow(),
    // The page keeps the choice and names it at the next start; nothing changes half-way.
    setEngineMode: async () => undefined,
    network: (online) => talks.network(online),
  };
}

/** What does which operation under a choice: the core does those that no Web Crypto has, whatever was chosen. */
function cryptoView(crypto: Pick<CryptoPort, 'capabilities'>, mode: EngineMode): CryptoView {
  const { operations, secureContext } = crypto.capabilities();
  const lines = Object.entries(operations).map(([operation, { native, auto, reason }]) => {
    const engine = mode === 'wasm' ? 'wasm' : mode === 'native' && native ? 'native' : auto;
    return [operation, reason === undefined ? { engine } : { engine, reason }] as const;
  });
  return { mode, secureContext, operations: Object.fromEntries(lines) };
}

/** Whoever forces Web Crypto gets it for all that it can do, or is told that it cannot be had here. */
function refuseMissingEngine(crypto: Pick<CryptoPort, 'capabilities'>, mode: EngineMode): void {
  if (mode !== 'native') return;
  const { ed25519, x25519, aes256Gcm } = crypto.capabilities().operations;
  if (!ed25519.native || !x25519.native || !aes256Gcm.native) throw new EngineError('engine-unavailable');
}
