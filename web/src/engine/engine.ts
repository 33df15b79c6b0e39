/** The engine, put together: commands in, events out. Everything that a platform provides comes from outside. */
import { Account } from './account/account.ts';
import { Backups } from './account/backup.ts';
import { Auth } from './auth.ts';
import type { CryptoView, EngineEvent, EngineMode } from './contract.ts';
import type { CryptoPort, RelayCodec } from './crypto/port.ts';
import { Directory } from './effects/directory.ts';
import { EngineError } from './errors.ts';
import { Http } from './http.ts';
import type { SessionId } from './ids.ts';
import type { Keystore } from './keystore/keystore.ts';
import type { CommandHandlers } from './rpc.ts';
import { Runtime } from './runtime.ts';
import type { Socket } from './socket/link.ts';
import { peopleOf, readQr, verificationOf } from './verification.ts';

/** What the engine needs of the world. */
export interface Platform {
  readonly crypto: CryptoPort;
  readonly codec: RelayCodec;
  readonly keystore: Keystore;
  readonly fetch: typeof fetch;
  /** Where the relay is; empty for the site's own origin. */
  readonly origin: string;
  readonly connect: () => Socket;
  readonly locks: Pick<LockManager, 'request'> | undefined;
  readonly now: () => number;
  readonly random: () => number;
}

export interface Engine extends CommandHandlers {
  /** The machine's network came or went, as the platform says. */
  network(online: boolean): void;
}

/** `platform.crypto` does the work; the rest is here. `emit` gets every event of the engine, in order. */
export function createEngine(platform: Platform, emit: (event: EngineEvent) => void): Engine {
  const { crypto, codec, keystore, now } = platform;
  let mode: EngineMode = 'auto';
  let realm: string | null = null;
  const http = new Http(platform.fetch, platform.origin);
  const auth = new Auth({
    http,
    now,
    locks: platform.locks,
    onRenewed: (session) => {
      runtime.renew(session.accessToken);
      account.renewed(session);
    },
    onExpired: () => {
      account.expired();
      emit({ type: 'notice', error: { code: 'session-expired' } });
    },
  });
  const directory = new Directory({ crypto, http, auth, keystore, realm: () => realm });
  const runtime = new Runtime({
    ...platform,
    codec,
    auth,
    directory,
    emit,
    mode: () => mode,
    onRefused: () => auth.invalidate(),
  });
  const account = new Account({
    crypto,
    http,
    auth,
    keystore,
    now,
    runtime: () => runtime,
    mode: () => mode,
    realm: () => realm,
  });
  const backups = new Backups({ crypto, keystore, account, runtime: () => runtime, emit, now });
  const verification = { crypto, keystore, sasOf: (sid: SessionId) => runtime.sasOf(sid) };

  async function start(chosen: EngineMode): Promise<void> {
    mode = chosen;
    await crypto.ready();
    const view = cryptoView(crypto, mode);
    runtime.dispatch({ type: 'configured', app: { crypto: view } });
    refuseMissingEngine(crypto, mode);
    const config = await http.config();
    const pinned = await keystore.realm();
    // protocol.md section 3.1: a client never takes a new realm from a relay in silence.
    if (pinned !== null && pinned !== config.realm) {
      runtime.leave({ stage: 'signed-out' });
      throw new EngineError('realm-changed');
    }
    if (pinned === null) await keystore.pinRealm(config.realm);
    realm = config.realm;
    auth.configure(config.accessTokenTtlMs);
    const { maxFileBytes } = config;
    runtime.dispatch({ type: 'configured', app: { realm, maxFileBytes } });
    await account.resume();
  }

  const state = () => runtime.state.conversation;
  return {
    start: (input) => start(input.mode),
    register: (input) => account.register(input),
    login: (input) => account.login(input),
    unlock: (input) => account.unlock(input),
    replaceKey: (input) => account.replaceKey(input),
    async logout() {
      backups.close();
      await account.logout();
    },
    search: ({ query }, signal) => directory.search(query, signal),
    openChat: async (peer) => {
      const wait = runtime.handshakeWait(peer.accountId);
      await runtime.command({ name: 'openChat', peer, wait });
    },
    acceptIncoming: ({ id }) => runtime.command({ name: 'acceptIncoming', id }),
    declineIncoming: ({ id }) => runtime.command({ name: 'declineIncoming', id }),
    leaveChat: () => runtime.command({ name: 'leaveChat' }),
    sendText: ({ text }) => runtime.command({ name: 'sendText', text }),
    markRead: ({ seq }) => runtime.command({ name: 'markRead', seq }),
    setTyping: ({ typing }) => runtime.command({ name: 'setTyping', typing }),
    sendFile: ({ file }) => {
      const ref = runtime.pick(file);
      return runtime.command({ name: 'sendFile', ref, fileName: file.name, size: file.size });
    },
    cancelTransfer: ({ fid }) => runtime.command({ name: 'cancelTransfer', fid }),
    verification: () => verificationOf(verification, runtime.person, state()),
    markVerified: ({ by }) => runtime.command({ name: 'markVerified', by }),
    async checkQr({ text }) {
      const verdict = readQr(verification, runtime.person, state(), text.trim());
      if (verdict === 'verified') await runtime.command({ name: 'markVerified', by: 'qr' });
      return verdict;
    },
    people: () => peopleOf(verification, runtime.person),
    makeBackup: (input, signal) => backups.make(input, signal),
    openBackup: (input, signal) => backups.open(input, signal),
    restoreBackup: (input) => backups.restore(input),
    closeBackup: async () => backups.close(),
    acceptChangedKey: () => runtime.command({ name: 'acceptChangedKey' }),
    retryNow: () => runtime.command({ name: 'retryNow' }),
    // The page keeps the choice and names it at the next start; nothing changes half-way.
    setEngineMode: async () => undefined,
    network: (online) => runtime.dispatch({ type: 'network', online }),
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
