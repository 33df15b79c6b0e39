/**
 * What the engine needs of `@duet-chat/crypto`, and nothing more: the worker passes the real package, and a test
 * may pass a part of it that behaves as the test wants.
 */
import type * as Package from '@duet-chat/crypto';
import type * as Relay from '@duet-chat/crypto/relay';

export type {
  Bytes,
  Content as PackageContent,
  FileDescriptor,
  HandshakeRate,
  Identity,
  ImportedIdentity,
  IncomingFile,
  IncomingOffer,
  Listener,
  Offer,
  OutgoingFile,
  PasswordSecrets,
  PeerConflict,
  PendingSession,
  Session,
  StoredIdentity,
  VerifiedPeer,
} from '@duet-chat/crypto';
export type { RelayFrame } from '@duet-chat/crypto/relay';

/** What the relay says became of a SEND. */
export type AckName = Extract<Relay.RelayFrame, { type: 'ack' }>['status'];

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
  | 'createOffer'
  | 'createListener'
  | 'glareWinner'
  | 'createHandshakeRate'
  | 'createOutgoingFile'
  | 'createIncomingFile'
  | 'randomBytes'
>;

export type RelayCodec = Pick<
  typeof Relay,
  | 'decodeRelayFrame'
  | 'encodeSend'
  | 'encodeWatch'
  | 'encodeBeat'
  | 'encodeToken'
  | 'encodePrekeys'
  | 'encodePrekeyGet'
  | 'envelopeId'
>;
