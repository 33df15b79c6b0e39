/** What two people compare (protocol.md section 3), always of the keys in use. */
import { fromText, toText } from './bytes.ts';
import type {
  DirectoryKeyView,
  FingerprintView,
  KeyHistoryView,
  PersonView,
  QrVerdict,
  VerificationView,
} from './contract.ts';
import { EngineError, packageCode } from './errors.ts';
import type { Keystore, PastPin } from './keystore/keystore.ts';
import type { Conversation, CryptoPort } from './port.ts';
import type { KeyHistory } from './protocol/generated/relay-api.ts';
import type { Run } from './run.ts';
import type { Talk } from './talks/state.ts';
import { trustOf } from './talks/views.ts';

export interface VerificationDeps {
  readonly crypto: Pick<
    CryptoPort,
    'fingerprintOf' | 'safetyCode' | 'qrText' | 'parseQrText' | 'verifyQrText'
  >;
  readonly keystore: Pick<Keystore, 'pin' | 'pins'>;
}

/** @throws EngineError `not-connected` while there is nobody to compare with. */
export async function verificationOf(
  { crypto, keystore }: VerificationDeps,
  run: Run | null,
  talk: Talk | null,
  handle: Pick<Conversation, 'sas'> | null,
): Promise<VerificationView> {
  const { pair, key, me, peer } = pairOf(run, talk);
  // Before anything is awaited: a renewal may take the session away meanwhile.
  const sas = handle?.sas;
  const record = await keystore.pin(me.owner, peer.accountId);
  return {
    mine: fingerprint(crypto, me.name, pair.mine.publicKey),
    theirs: fingerprint(crypto, peer.name, pair.theirs.publicKey),
    pinned:
      record === null || record.key === key ? null : fingerprint(crypto, peer.name, fromText(record.key, 32)),
    trust: trustOf(key, record),
    safetyCode: await crypto.safetyCode(pair),
    qrText: crypto.qrText(pair),
    sas: sas?.emoji ?? null,
    sasSession: sas?.session ?? null,
    firstSeen: record?.since ?? null,
    history: record === null ? [] : historyView(crypto, peer.name, record.history),
  };
}

/** The keys of the person on the screen by the relay's word. */
export async function keyHistoryOf(
  { crypto }: Pick<VerificationDeps, 'crypto'>,
  talk: Talk | null,
  ask: (accountId: string) => Promise<KeyHistory>,
): Promise<DirectoryKeyView[]> {
  if (talk === null) throw new EngineError('not-connected');
  const { peer, key } = talk;
  const { id, keys } = await ask(peer.accountId);
  if (id !== peer.accountId) throw new EngineError('relay-error');
  return keys.map(({ identityKey, since, proof }) => ({
    fingerprint: fingerprint(crypto, peer.name, fromText(identityKey, 32)),
    since,
    proof,
    inUse: identityKey === key,
  }));
}

/** Everybody whose key is pinned here, by name. */
export async function peopleOf(
  { crypto, keystore }: VerificationDeps,
  run: Run | null,
): Promise<PersonView[]> {
  if (run === null) throw new EngineError('not-connected');
  const pins = await keystore.pins(run.owner);
  return pins
    .map(({ accountId, name, key, trust, since, history }) => ({
      accountId,
      fingerprint: fingerprint(crypto, name, fromText(key, 32)),
      trust,
      firstSeen: since,
      history: historyView(crypto, name, history),
    }))
    .sort((a, b) => (a.fingerprint.name < b.fingerprint.name ? -1 : 1));
}

/** Compares and pins nothing; `verified` is what may be pinned. */
export function readQr(
  { crypto }: Pick<VerificationDeps, 'crypto'>,
  run: Run | null,
  talk: Talk | null,
  text: string,
): QrVerdict {
  const { pair } = pairOf(run, talk);
  try {
    crypto.verifyQrText({ text, ...pair });
    return 'verified';
  } catch (error) {
    const code = packageCode(error);
    if (code === 'E_QR_FORMAT') return 'not-a-code';
    if (code !== 'E_QR_MISMATCH') throw error;
  }
  // It is well formed, and something in it is not what it should be: accounts, or keys.
  const { shownBy, shownTo } = crypto.parseQrText(text);
  const right =
    toText(shownBy) === toText(pair.theirs.accountId) && toText(shownTo) === toText(pair.mine.accountId);
  return right ? 'key-differs' : 'other-person';
}

function pairOf(run: Run | null, talk: Talk | null) {
  if (run === null || talk === null || talk.key === null) throw new EngineError('not-connected');
  const { peer, key } = talk;
  const pair = {
    mine: { accountId: run.identity.accountId, publicKey: run.publicKey },
    theirs: { accountId: fromText(peer.accountId, 32), publicKey: fromText(key, 32) },
  };
  return { pair, key, peer, me: run };
}

export function fingerprint(
  crypto: Pick<CryptoPort, 'fingerprintOf'>,
  name: string,
  publicKey: Uint8Array,
): FingerprintView {
  return { name, ...crypto.fingerprintOf(publicKey) };
}

function historyView(
  crypto: Pick<CryptoPort, 'fingerprintOf'>,
  name: string,
  history: readonly PastPin[],
): KeyHistoryView[] {
  return history.map(({ key, trust, since, until }) => ({
    fingerprint: fingerprint(crypto, name, fromText(key, 32)),
    trust,
    since,
    until,
  }));
}
