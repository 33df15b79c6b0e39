/** The identity and the known people in an envelope (protocol.md sections 8.1 and 8.2). */
import { call, callWithSecret, run } from './boundary.js';
import { copyOf, text } from './bytes.js';
import { pick } from './engines.js';
import { DuetError } from './errors.js';
import { elements, options as owned, pass } from './gate.js';
import { ARGON2_LANES, ARGON2_MEMORY_KIB, ARGON2_PASSES, PBKDF2_ITERATIONS } from './generated/limits.js';
import { PEOPLE, STRETCHING } from './generated/shapes.js';
import type { Stretching, VerifiedPeer as WirePeer } from './generated/Vault.js';
import { accountOf, adopted, vaultSecretOf } from './identity.js';
import type { Wasm } from './loader.js';
import { stretched } from './stretch.js';
import type {
  Bytes,
  EngineName,
  ExportBackupOptions,
  ExportSource,
  ImportBackupOptions,
  ImportedBackup,
  ImportedIdentity,
  MergedPeers,
  OpenEnvelopeOptions,
  PassphraseKdf,
  StoredIdentity,
  StretchOptions,
  UnwrapIdentityOptions,
  VerifiedPeer,
  WrapIdentityOptions,
} from './types.js';
import type { Export, Import, Task, Identity as WasmIdentity } from './wasm/glue.js';

/** A passphrase of 20 Crockford base-32 characters, 100 bits, in four groups of five. Show it once. */
export function generatePassphrase(): string {
  return generatePassphraseWith(undefined);
}

/** {@link generatePassphrase} with the random bytes of a test vector. */
export function generatePassphraseWith(script: Bytes | undefined): string {
  return callWithSecret((wasm) => wasm.generatePassphrase(script));
}

/**
 * Seals an identity and the people it knows under a passphrase, for a file or another device. Stretching the
 * passphrase keeps the calling thread busy for some hundred milliseconds, after `onProgress` was told that it begins: in
 * a page, call it from a worker.
 * @throws DuetError `E_NOT_EXPORTABLE`; `E_VAULT` if the vault secret does not open the stored envelope; `E_PASSPHRASE`,
 * `E_VAULT_COST`, `E_VAULT_PEERS`, `E_OUT_OF_MEMORY`
 */
export function exportBackup(options: ExportBackupOptions): Promise<Bytes> {
  return exportBackupWith(options, undefined);
}

/** {@link exportBackup} with the random bytes of a test vector. */
export async function exportBackupWith(
  given: ExportBackupOptions,
  script: Bytes | undefined,
): Promise<Bytes> {
  const options = owned(given);
  const [passphrase, kdf] = [text(options.passphrase, 'passphrase'), stretchingOf(options.kdf)];
  const people = peersToWire(options.peers, 'peers');
  return sealed(options, (source, begin) => source.backup(people, passphrase, kdf, begin, script));
}

/**
 * Seals an identity alone under a passphrase. As {@link exportBackup} otherwise.
 * @throws DuetError as {@link exportBackup}
 */
export function wrapIdentity(options: WrapIdentityOptions): Promise<Bytes> {
  return wrapIdentityWith(options, undefined);
}

/** {@link wrapIdentity} with the random bytes of a test vector. */
export async function wrapIdentityWith(
  given: WrapIdentityOptions,
  script: Bytes | undefined,
): Promise<Bytes> {
  const options = owned(given);
  const [passphrase, kdf] = [text(options.passphrase, 'passphrase'), stretchingOf(options.kdf)];
  return sealed(options, (source, begin) => source.identity(passphrase, kdf, begin, script));
}

/**
 * Opens what {@link exportBackup} made and takes its identity up on this device. A wrong passphrase and a damaged file
 * are one error. Keeps the calling thread busy as {@link exportBackup} does.
 * @throws DuetError `E_VAULT`, `E_PASSPHRASE`, `E_VAULT_SECRET`, `E_ENGINE_UNAVAILABLE`, `E_OUT_OF_MEMORY`
 */
export async function importBackup(given: ImportBackupOptions): Promise<ImportedBackup> {
  const options = owned(given);
  const bytes = copyOf(options.backup, 'backup');
  return opened(options, (wasm, passphrase, begin) => wasm.Import.backup(bytes, passphrase, begin));
}

/**
 * Opens what {@link wrapIdentity} made. As {@link importBackup} otherwise.
 * @throws DuetError as {@link importBackup}
 */
export async function unwrapIdentity(given: UnwrapIdentityOptions): Promise<ImportedIdentity> {
  const options = owned(given);
  const bytes = copyOf(options.envelope, 'envelope');
  const { identity, stored, created } = await opened(options, (wasm, passphrase, begin) =>
    wasm.Import.identity(bytes, passphrase, begin),
  );
  return { identity, stored, created };
}

/**
 * Puts people of a backup beside those that are known here. The same key: the better state and the earlier time. Another
 * key takes the place of a known one only if ours was never checked, the backup's was, and we never knew it; whatever
 * else contradicts is a conflict: block the person and ask.
 * @throws DuetError `E_REALM`, `E_ACCOUNT_NAME`, `E_ED25519_KEY`, `E_PINS_FULL`; `E_ARGUMENT` if `known` has somebody twice
 */
export function mergePeers(input: {
  readonly realm: string;
  readonly known: readonly VerifiedPeer[];
  readonly imported: readonly VerifiedPeer[];
}): MergedPeers {
  const given = owned(input, 'input');
  const realm = text(given.realm, 'realm');
  const [known, imported] = [peersToWire(given.known, 'known'), peersToWire(given.imported, 'imported')];
  return call((wasm) => wasm.mergePeers(realm, known, imported)) as MergedPeers;
}

/** Opens the envelope beside the stored key, and seals what is in it anew. */
async function sealed(
  options: ExportSource & StretchOptions,
  seal: (source: Export, begin: Promise<void>) => Task,
): Promise<Bytes> {
  const { realm, name } = accountOf(owned(options.account, 'account'));
  const { publicKey, envelope } = exportable(owned(options.stored, 'stored'));
  const secret = vaultSecretOf(options.vaultSecret);
  try {
    return await stretched<Bytes>(options, (wasm, begin) =>
      seal(new wasm.Export(realm, name, publicKey, envelope, secret), begin),
    );
  } finally {
    secret.fill(0);
  }
}

async function opened(
  options: OpenEnvelopeOptions,
  open: (wasm: Wasm, passphrase: string, begin: Promise<void>) => Task,
): Promise<ImportedBackup> {
  const passphrase = text(options.passphrase, 'passphrase');
  const engine = pick('ed25519', options.engine);
  const secret = options.vaultSecret === undefined ? undefined : vaultSecretOf(options.vaultSecret);
  // Known before the work, not after it.
  if (engine === 'wasm' && secret === undefined) throw new DuetError('E_VAULT_SECRET');
  try {
    const found = await stretched<Import>(options, (wasm, begin) => open(wasm, passphrase, begin));
    return await takeUp(found, engine, secret);
  } finally {
    secret?.fill(0);
  }
}

async function takeUp(found: Import, engine: EngineName, secret: Bytes | undefined): Promise<ImportedBackup> {
  const account = { realm: call(() => found.realm()), name: call(() => found.name()) };
  const created = call(() => found.created());
  const peers = call(() => found.peers()) as VerifiedPeer[];
  // Uses `found` up.
  const inner = await run<WasmIdentity>(() => found.adopt(engine === 'native', secret));
  const identity = adopted(account, engine, inner);
  return { identity, stored: identity.store(secret), created, peers };
}

function exportable(stored: StoredIdentity): { publicKey: Bytes; envelope: Bytes } {
  if (stored.envelope === undefined) throw new DuetError('E_NOT_EXPORTABLE');
  return {
    publicKey: copyOf(stored.publicKey, 'stored.publicKey', 32),
    envelope: copyOf(stored.envelope, 'stored.envelope'),
  };
}

/** Every field present, defaults filled in: the bindings take nothing else. */
function stretchingOf(given: PassphraseKdf = { name: 'argon2id' }): Stretching {
  const kdf = owned(given, 'kdf');
  switch (kdf.name) {
    case 'argon2id': {
      const { memoryKiB = ARGON2_MEMORY_KIB, passes = ARGON2_PASSES, lanes = ARGON2_LANES } = kdf;
      return pass({ type: 'argon2id', memoryKiB, passes, lanes }, STRETCHING, 'kdf') as Stretching;
    }
    case 'pbkdf2':
      return pass(
        { type: 'pbkdf2', iterations: kdf.iterations ?? PBKDF2_ITERATIONS },
        STRETCHING,
        'kdf',
      ) as Stretching;
    default:
      throw new DuetError('E_ARGUMENT', "kdf.name must be 'argon2id' or 'pbkdf2'");
  }
}

/** The bindings read it while they are called: nothing of the caller's is looked at later. */
export function peersToWire(peers: readonly VerifiedPeer[], name: string): WirePeer[] {
  const whole = elements(peers, name).map((peer, at) => {
    const given = owned(peer as VerifiedPeer, `${name}[${at}]`);
    return { ...given, earlier: given.earlier ?? [] };
  });
  return pass(whole, PEOPLE, name) as WirePeer[];
}
