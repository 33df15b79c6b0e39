/** What two people compare (PROTOCOL.md section 3), always of the keys in use. */
import { fromText } from './bytes.ts';
import type { FingerprintView, VerificationView } from './contract.ts';
import type { CryptoPort } from './crypto/port.ts';
import { EngineError } from './errors.ts';
import type { Conversation } from './machine/state.ts';
import { trustOf } from './machine/views.ts';
import type { Run } from './run.ts';

/** @throws EngineError `not-connected` while there is nobody to compare with. */
export async function verificationOf(
  crypto: Pick<CryptoPort, 'fingerprintOf' | 'safetyCode' | 'qrText'>,
  run: Run | null,
  conversation: Conversation | null,
  sasOf: (sid: string) => VerificationView['sas'],
): Promise<VerificationView> {
  if (run === null || conversation === null || conversation.key === null) {
    throw new EngineError('not-connected');
  }
  const { peer, key, pin, phase } = conversation;
  const fingerprint = (name: string, publicKey: Uint8Array): FingerprintView => ({
    name,
    ...crypto.fingerprintOf(publicKey),
  });
  const pair = {
    mine: { accountId: run.identity.accountId, publicKey: run.publicKey },
    theirs: { accountId: fromText(peer.accountId, 32), publicKey: fromText(key, 32) },
  };
  return {
    mine: fingerprint(run.name, run.publicKey),
    theirs: fingerprint(peer.name, pair.theirs.publicKey),
    pinned: pin === null || pin.key === key ? null : fingerprint(peer.name, fromText(pin.key, 32)),
    trust: trustOf(key, pin),
    safetyCode: await crypto.safetyCode(pair),
    qrText: crypto.qrText(pair),
    sas: phase.at === 'open' && phase.talk.secure ? sasOf(phase.talk.sid) : null,
  };
}
