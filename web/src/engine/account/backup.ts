/**
 * Backups: the identity and the people, in one file under a passphrase (protocol.md section 8). A file is opened for
 * a look first; what it brings is taken over only when the person has seen it.
 */
import { EARLIER_KEYS_MAX } from '@duet-chat/crypto';
import { fromText, toText } from '../bytes.ts';
import type {
  BackupPersonView,
  BackupPreview,
  BackupView,
  EngineCommands,
  EngineEvent,
} from '../contract.ts';
import { EngineError, packageCode } from '../errors.ts';
import type { Keystore, PastPin, PinRecord } from '../keystore/keystore.ts';
import { toPeer } from '../keystore/peers.ts';
import type { CryptoPort, PeerConflict, VerifiedPeer } from '../port.ts';
import type { Talks } from '../talks/talks.ts';
import { fingerprint } from '../verification.ts';
import type { Account } from './account.ts';
import { orFree } from './or-free.ts';

export interface BackupDeps {
  readonly crypto: Pick<
    CryptoPort,
    | 'generatePassphrase'
    | 'exportBackup'
    | 'importBackup'
    | 'mergePeers'
    | 'accountId'
    | 'fingerprintOf'
    | 'randomBytes'
  >;
  readonly keystore: Keystore;
  readonly account: Account;
  readonly talks: () => Talks;
  readonly emit: (event: EngineEvent) => void;
  readonly now: () => number;
}

/** A file that was looked at. The passphrase is needed again when it is taken over, so it is kept until then. */
interface Opened {
  readonly id: number;
  readonly owner: string;
  readonly identity: BackupPreview['identity'];
  readonly backup: Uint8Array;
  readonly passphrase: string;
  readonly realm: string;
  readonly people: readonly VerifiedPeer[];
}

/** 65,535 people are less than this (protocol.md section 8.2). */
const MAX_BYTES = 8 * 1024 * 1024;

export class Backups {
  private opened: Opened | null = null;
  private nextId = 1;

  constructor(private readonly deps: BackupDeps) {}

  make({ password }: { readonly password: string }, signal: AbortSignal): Promise<BackupView> {
    return this.telling(async (tell) => {
      const { crypto, keystore, account } = this.deps;
      const { owner, realm, name, stored } = await account.kept();
      // Before the person waits for the stretching of a password that could open nothing.
      if (stored.kind === 'native' && stored.envelope === undefined)
        throw new EngineError('backup-not-possible');
      const peers = (await keystore.pins(owner)).map(toPeer);
      const passphrase = crypto.generatePassphrase();
      const bytes = await account.withSecrets(name, password, async ({ vaultSecret }) => {
        signal.throwIfAborted();
        tell(1 / 2);
        const source = { stored, account: { realm, name }, vaultSecret, passphrase, peers, signal };
        return crypto.exportBackup(source);
      });
      const file = new Blob([bytes], { type: 'application/octet-stream' });
      return { passphrase, fileName: `duet-${name}.backup`, file, people: peers.length };
    });
  }

  open(
    input: { readonly file: Blob; readonly passphrase: string },
    signal: AbortSignal,
  ): Promise<BackupPreview> {
    return this.telling(async () => {
      this.close();
      const { crypto, keystore, account } = this.deps;
      const { owner, key, here } = account.whose();
      if (input.file.size > MAX_BYTES) throw new EngineError('backup-unknown-format');
      const backup = new Uint8Array(await input.file.arrayBuffer());
      const { passphrase } = input;
      // Only for a look: under a secret that nobody has, and nothing of it is stored.
      const vaultSecret = crypto.randomBytes(32);
      const imported = await this.read({ backup, passphrase, vaultSecret, engine: 'wasm', signal });
      const { identity, created, peers } = imported;
      const { name, realm } = identity.account;
      const { accountId, publicKey } = identity;
      identity.free();
      if (toText(accountId) !== owner) throw new EngineError('backup-other-account');
      if (toText(publicKey) !== key) throw new EngineError('backup-old-key');
      const pins = await keystore.pins(owner);
      const { conflicts } = this.merge(realm, pins, peers);
      const contrary = new Set(conflicts.map(({ known }) => known.name));
      const opened: Opened = {
        id: this.nextId++,
        owner,
        identity: here ? 'here' : 'restored',
        backup,
        passphrase,
        realm,
        people: peers,
      };
      this.opened = opened;
      const known = new Map(pins.map((pin) => [pin.name, pin]));
      return {
        id: opened.id,
        name,
        created,
        fingerprint: fingerprint(crypto, name, publicKey),
        identity: opened.identity,
        people: peers.map((peer) =>
          this.personView(realm, peer, known.get(peer.name), contrary.has(peer.name)),
        ),
      };
    });
  }

  async restore({ id, password, take }: Parameters<EngineCommands['restoreBackup']>[0]): Promise<void> {
    const { opened } = this;
    const { account } = this.deps;
    if (opened === null || opened.id !== id || account.whose().owner !== opened.owner) {
      throw new EngineError('backup-closed');
    }
    if (opened.identity === 'here') await this.takePeople(opened, take);
    else {
      if (password === null) throw new EngineError('password-too-short');
      await account.restore(password, async ({ vaultSecret, engine }) => {
        const { backup, passphrase } = opened;
        const imported = await this.read({ backup, passphrase, vaultSecret, engine });
        // The people first: whoever is here with this identity knows them.
        await orFree(imported.identity, () => this.takePeople(opened, take));
        return imported;
      });
    }
    this.close();
  }

  close(): void {
    this.opened?.backup.fill(0);
    this.opened = null;
  }

  private async takePeople({ owner, realm, people }: Opened, take: readonly string[]): Promise<void> {
    const { crypto, keystore, now, talks } = this.deps;
    await keystore.rewritePins(owner, (pins) => {
      const { peers, conflicts } = this.merge(realm, pins, people);
      // By what is pinned now: a contradiction that the preview did not show is not settled by it.
      const contrary = new Map(conflicts.map((conflict) => [conflict.known.name, conflict]));
      const merged = new Map(peers.map((peer) => [peer.name, peer]));
      const known = new Map(pins.map((pin) => [pin.name, pin]));
      return people.flatMap(({ name }) => {
        const accountId = toText(crypto.accountId({ realm, name }));
        const conflict = contrary.get(name);
        if (conflict !== undefined && !take.includes(accountId)) return [];
        const peer = conflict === undefined ? merged.get(name) : this.chosen(realm, conflict);
        return peer === undefined ? [] : [recordOf(owner, accountId, peer, known.get(name), now())];
      });
    });
    await talks().trust.reload();
  }

  /** The package's rules (docs/decisions/0009). */
  private merge(realm: string, pins: readonly PinRecord[], imported: readonly VerifiedPeer[]) {
    return this.deps.crypto.mergePeers({ realm, known: pins.map(toPeer), imported });
  }

  /** The person, having seen both, chose the backup's key: ours becomes history beside that of both. */
  private chosen(realm: string, { known, imported }: PeerConflict): VerifiedPeer | undefined {
    const { publicKey, state, firstSeen } = known;
    const earlier = [...(known.earlier ?? []), { publicKey, state, firstSeen }].slice(-EARLIER_KEYS_MAX);
    const { crypto } = this.deps;
    return crypto.mergePeers({ realm, known: [imported], imported: [{ ...imported, earlier }] }).peers[0];
  }

  private async read(options: Parameters<CryptoPort['importBackup']>[0]) {
    try {
      return await this.deps.crypto.importBackup(options);
    } catch (error) {
      const code = packageCode(error);
      if (code === 'E_VAULT' || code === 'E_PASSPHRASE')
        throw new EngineError('backup-unreadable', { cause: error });
      if (code?.startsWith('E_VAULT_')) throw new EngineError('backup-unknown-format', { cause: error });
      throw error;
    }
  }

  private personView(
    realm: string,
    { name, publicKey, state, firstSeen }: VerifiedPeer,
    known: PinRecord | undefined,
    conflict: boolean,
  ): BackupPersonView {
    const { crypto } = this.deps;
    const same = known?.key === toText(publicKey) ? 'same' : 'replaces';
    return {
      accountId: toText(crypto.accountId({ realm, name })),
      name,
      trust: state,
      firstSeen,
      verdict: known === undefined ? 'new' : conflict ? 'conflict' : same,
      theirs: fingerprint(crypto, name, publicKey),
      pinned: known === undefined ? null : fingerprint(crypto, name, fromText(known.key, 32)),
    };
  }

  private async telling<T>(work: (tell: (done: number) => void) => Promise<T>): Promise<T> {
    const tell = (done: number | null) => this.deps.emit({ type: 'backup-progress', done });
    tell(0);
    try {
      return await work(tell);
    } finally {
      tell(null);
    }
  }
}

/** `before`: what is pinned here, which knows more of its own history than a backup can say. */
function recordOf(
  owner: string,
  accountId: string,
  { name, publicKey, state, firstSeen, earlier = [] }: VerifiedPeer,
  before: PinRecord | undefined,
  now: number,
): PinRecord {
  const here = new Map<string, PastPin>(before?.history.map((past) => [past.key, past]));
  if (before !== undefined) {
    const { key, trust, since } = before;
    here.set(key, { key, trust, since, until: now });
  }
  const history = earlier.map((past, index): PastPin => {
    const key = toText(past.publicKey);
    // Of a backup's each was pinned until the next one was seen.
    const until = earlier[index + 1]?.firstSeen ?? firstSeen;
    return here.get(key) ?? { key, trust: past.state, since: past.firstSeen, until };
  });
  return { owner, accountId, name, key: toText(publicKey), trust: state, since: firstSeen, history };
}
