/**
 * Backups: the identity and the people, in one file under a passphrase (protocol.md section 8). A file is opened for
 * a look first; what it brings is taken over only when the person has seen it.
 */
import { fromText, toText } from '../bytes.ts';
import type {
  BackupPersonView,
  BackupPreview,
  BackupView,
  EngineCommands,
  EngineEvent,
} from '../contract.ts';
import type { CryptoPort, VerifiedPeer } from '../crypto/port.ts';
import { EngineError, packageCode } from '../errors.ts';
import type { ImportedPin, Keystore, PinRecord } from '../keystore/keystore.ts';
import type { Pin } from '../machine/state.ts';
import { stronger } from '../machine/trust.ts';
import type { Runtime } from '../runtime.ts';
import { fingerprint } from '../verification.ts';
import type { Account } from './account.ts';

export interface BackupDeps {
  readonly crypto: Pick<
    CryptoPort,
    'generatePassphrase' | 'exportBackup' | 'importBackup' | 'accountId' | 'fingerprintOf' | 'randomBytes'
  >;
  readonly keystore: Keystore;
  readonly account: Account;
  readonly runtime: () => Runtime;
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
  readonly people: readonly Person[];
}

interface Person {
  readonly pin: ImportedPin;
  readonly verdict: BackupPersonView['verdict'];
  readonly known: PinRecord | undefined;
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
      const known = new Map((await keystore.pins(owner)).map((pin) => [pin.accountId, pin]));
      const people = peers.map((peer) => {
        const id = toText(crypto.accountId({ realm, name: peer.name }));
        return personOf(toPin(id, peer), known.get(id));
      });
      const opened: Opened = {
        id: this.nextId++,
        owner,
        identity: here ? 'here' : 'restored',
        backup,
        passphrase,
        people,
      };
      this.opened = opened;
      return {
        id: opened.id,
        name,
        created,
        fingerprint: fingerprint(crypto, name, publicKey),
        identity: opened.identity,
        people: people.map((person) => this.personView(person)),
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
        await this.takePeople(opened, take);
        return imported;
      });
    }
    this.close();
  }

  close(): void {
    this.opened?.backup.fill(0);
    this.opened = null;
  }

  private async takePeople({ owner, people }: Opened, take: readonly string[]): Promise<void> {
    const { keystore, now, runtime } = this.deps;
    const chosen = people
      .filter(({ verdict, pin }) => verdict !== 'conflict' || take.includes(pin.peer.accountId))
      .map(({ pin, known }) =>
        known?.key === pin.key ? { ...pin, trust: stronger(pin.trust, known.trust) } : pin,
      );
    await keystore.importPins(owner, chosen, now());
    for (const { peer, key, trust } of chosen) {
      runtime().dispatch({ type: 'pinned', accountId: peer.accountId, pin: { key, trust } });
    }
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

  private personView({ pin, verdict, known }: Person): BackupPersonView {
    const { crypto } = this.deps;
    const { peer, key, trust, since } = pin;
    return {
      ...peer,
      trust,
      firstSeen: since,
      verdict,
      theirs: fingerprint(crypto, peer.name, fromText(key, 32)),
      pinned: known === undefined ? null : fingerprint(crypto, peer.name, fromText(known.key, 32)),
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

/**
 * protocol.md section 8.2: a key that somebody compared is never overwritten by another one. Where neither was
 * compared there is nothing to prefer one for, so the person is asked as well.
 */
export function verdictOf(
  known: (Pin & Pick<PinRecord, 'history'>) | undefined,
  imported: Pin,
): BackupPersonView['verdict'] {
  if (known === undefined) return 'new';
  if (known.key === imported.key) return 'same';
  // A key that was replaced here already may be the older one.
  const past = known.history.some(({ key }) => key === imported.key);
  const better = known.trust === 'first-use' && imported.trust !== 'first-use';
  return better && !past ? 'replaces' : 'conflict';
}

function personOf(pin: ImportedPin, known: PinRecord | undefined): Person {
  return { pin, known, verdict: verdictOf(known, pin) };
}

/** A backup holds so many earlier keys of a person. */
const EARLIER = 8;

function toPeer({ name, key, trust, since, history }: PinRecord): VerifiedPeer {
  const earlier = history.slice(-EARLIER).map((past) => ({
    publicKey: fromText(past.key, 32),
    state: past.trust,
    // Of the oldest records only the end is known, which is the better guess than none.
    firstSeen: past.since ?? past.until,
  }));
  return { name, publicKey: fromText(key, 32), state: trust, firstSeen: since, earlier };
}

function toPin(accountId: string, peer: VerifiedPeer): ImportedPin {
  const { name, publicKey, state, firstSeen, earlier = [] } = peer;
  // Each was pinned until the next one was seen.
  const ends = [...earlier.slice(1).map((next) => next.firstSeen), firstSeen];
  const history = earlier.map((past, index) => ({
    key: toText(past.publicKey),
    trust: past.state,
    since: past.firstSeen,
    until: ends[index] ?? firstSeen,
  }));
  return { peer: { accountId, name }, key: toText(publicKey), trust: state, since: firstSeen, history };
}
