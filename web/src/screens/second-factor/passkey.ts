/** Passkeys: what the browser is asked, and what it answers. Only a page can ask, so the engine's worker cannot. */

import type {
  PasskeyQuestion,
  PasskeySetupView,
  PasskeySignature,
  UserError,
} from '../../engine/contract.ts';
import { toUserError } from '../user-error.ts';

/** As long as the relay waits. */
const TIMEOUT_MS = 5 * 60_000;

/**
 * Why this page cannot sign with passkeys; null if it can. `insecure`: it came without TLS. `address`: it has a number in the place of
 * a name. `browser`: the browser has none.
 */
export function whyNoPasskeys(): 'insecure' | 'address' | 'browser' | null {
  if (!window.isSecureContext) return 'insecure';
  if (/^(\d+(\.\d+){3}|\[.*\])$/.test(location.hostname)) return 'address';
  return typeof PublicKeyCredential === 'function' ? null : 'browser';
}

/** Why this page cannot make passkeys: browsers that can sign with them may be too old for that. */
export function whyNoNewPasskeys(): ReturnType<typeof whyNoPasskeys> {
  const able =
    typeof AuthenticatorAttestationResponse === 'function' &&
    'getAuthenticatorData' in AuthenticatorAttestationResponse.prototype;
  return whyNoPasskeys() ?? (able ? null : 'browser');
}

/** The relay has one answer for every second factor that is not right; what to do about it is another thing for a passkey. */
export const refusedPasskey = (reason: unknown): UserError => {
  const error = toUserError(reason);
  return error.code === 'second-factor-wrong' ? { code: 'passkey-refused' } : error;
};

/** Makes a passkey. The person is asked by their browser. */
export async function makePasskey(
  setup: PasskeySetupView,
): Promise<Pick<PasskeySignature, 'clientData' | 'authenticatorData'>> {
  const { challenge, host, userId, username, algorithms, known } = setup;
  const made = await asked(
    navigator.credentials.create({
      publicKey: {
        challenge,
        rp: { id: host, name: 'Duet' },
        user: { id: userId, name: username, displayName: username },
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: descriptors(known),
        // It follows a password: a touch is enough, and nobody looks accounts up by it.
        authenticatorSelection: { userVerification: 'discouraged', residentKey: 'discouraged' },
        attestation: 'none',
        timeout: TIMEOUT_MS,
      },
    }),
  );
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    clientData: bytes(response.clientDataJSON),
    authenticatorData: bytes(response.getAuthenticatorData()),
  };
}

/** Signs a login with one of the account's passkeys. The person is asked by their browser. */
export async function signWithPasskey({
  challenge,
  host,
  known,
}: PasskeyQuestion): Promise<PasskeySignature> {
  const shown = await asked(
    navigator.credentials.get({
      publicKey: {
        challenge,
        rpId: host,
        allowCredentials: descriptors(known),
        userVerification: 'discouraged',
        timeout: TIMEOUT_MS,
      },
    }),
  );
  const response = shown.response as AuthenticatorAssertionResponse;
  return {
    credential: bytes(shown.rawId),
    clientData: bytes(response.clientDataJSON),
    authenticatorData: bytes(response.authenticatorData),
    signature: bytes(response.signature),
  };
}

const bytes = (buffer: ArrayBuffer) => new Uint8Array(buffer);

function descriptors(known: PasskeyQuestion['known']): PublicKeyCredentialDescriptor[] {
  return known.map((id) => ({ type: 'public-key', id }));
}

async function asked(answer: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await answer;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (reason) {
    // The one thing that is told apart: others could be used to find out what a device has.
    const known = reason instanceof DOMException && reason.name === 'InvalidStateError';
    throw { code: known ? 'passkey-known' : 'passkey-cancelled' } satisfies UserError;
  }
  throw { code: 'passkey-cancelled' } satisfies UserError;
}
