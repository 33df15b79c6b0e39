/** The identity and the known people in an envelope (PROTOCOL.md sections 8.1 and 8.2). */
import { DuetError } from './errors.js';
import type {
  Bytes,
  ExportBackupOptions,
  ImportBackupOptions,
  ImportedBackup,
  ImportedIdentity,
  MergedPeers,
  UnwrapIdentityOptions,
  VerifiedPeer,
  WrapIdentityOptions,
} from './types.js';

/** A passphrase of 20 Crockford base-32 characters, 100 bits, in four groups of five. Show it once. */
export function generatePassphrase(): string {
  throw new DuetError('E_BUSY');
}

/** An identity and the people it knows, under a passphrase. */
export async function exportBackup(_options: ExportBackupOptions): Promise<Bytes> {
  throw new DuetError('E_BUSY');
}

/** Opens what {@link exportBackup} made. */
export async function importBackup(_options: ImportBackupOptions): Promise<ImportedBackup> {
  throw new DuetError('E_BUSY');
}

/** An identity alone, under a passphrase. */
export async function wrapIdentity(_options: WrapIdentityOptions): Promise<Bytes> {
  throw new DuetError('E_BUSY');
}

/** Opens what {@link wrapIdentity} made. */
export async function unwrapIdentity(_options: UnwrapIdentityOptions): Promise<ImportedIdentity> {
  throw new DuetError('E_BUSY');
}

/** Puts people from a backup beside those that are known here. */
export function mergePeers(_input: {
  readonly known: readonly VerifiedPeer[];
  readonly imported: readonly VerifiedPeer[];
}): MergedPeers {
  throw new DuetError('E_BUSY');
}
