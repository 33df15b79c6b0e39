/**
 * What the engine needs of `@duet-chat/crypto`, and nothing more: the worker passes the real package, and a test
 * may pass a part of it that behaves as the test wants.
 */
import type * as Package from '@duet-chat/crypto';
import type * as Relay from '@duet-chat/crypto/relay';

export type {
  Bytes,
  Client,
  ClientEvent,
  Conversation,
  FileDescriptor,
  Identity,
  ImportedIdentity,
  MessageId,
  PasswordSecrets,
  PeerConflict,
  StoredIdentity,
  VerifiedPeer,
} from '@duet-chat/crypto';
export type { Connection, ConnectionState, Socket } from '@duet-chat/crypto/relay';

export type CryptoPort = Pick<
  typeof Package,
  | 'ready'
  | 'capabilities'
  | 'accountId'
  | 'createIdentity'
  | 'restoreIdentity'
  | 'splitPassword'
  | 'fingerprintOf'
  | 'safetyCode'
  | 'qrText'
  | 'parseQrText'
  | 'verifyQrText'
  | 'generatePassphrase'
  | 'exportBackup'
  | 'importBackup'
  | 'mergePeers'
  | 'createClient'
  | 'randomBytes'
>;

export type RelayPort = Pick<typeof Relay, 'connect'>;
