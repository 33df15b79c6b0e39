/** Passkeys on their way between the relay, which speaks base64url, and the page's browser, which speaks bytes. */
import { fromText, toText } from '../bytes.ts';
import type { PasskeyQuestion, SecondFactorProof } from '../protocol/generated/relay-api.ts';
import type * as views from '../second-factor-views.ts';

export function questionOf({ challenge, host, known }: PasskeyQuestion): views.PasskeyQuestion {
  return { challenge: fromText(challenge), host, known: known.map((id) => fromText(id)) };
}

export function proofOf(proof: views.SecondFactorProof): SecondFactorProof {
  if (proof.kind !== 'passkey') return proof;
  return {
    kind: 'passkey',
    credential: toText(proof.credential),
    clientData: toText(proof.clientData),
    authenticatorData: toText(proof.authenticatorData),
    signature: toText(proof.signature),
  };
}
