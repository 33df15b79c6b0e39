/** What people compare (protocol.md section 3). */
import { call } from './boundary.js';
import { copyOf, text } from './bytes.js';
import { options } from './gate.js';
import type { QrClaims } from './generated/Fingerprint.js';
import { FINGERPRINT_EMOJI } from './generated/limits.js';
import type { Bytes, EmojiName, Fingerprint, Peer } from './types.js';

let table: readonly EmojiName[] | undefined;

/** The 256 emoji of fingerprints, by byte value, with their names in English and Russian. */
export function emojiTable(): readonly EmojiName[] {
  table ??= call((wasm) => wasm.emojiTable())
    .split('\n', 256)
    .map((line) => {
      const [emoji = '', en = '', ru = ''] = line.split('\t');
      return Object.freeze({ emoji, en, ru });
    });
  return table;
}

/** The emoji of public bytes, one each. */
export function emojiOf(bytes: Uint8Array): readonly EmojiName[] {
  const names = emojiTable();
  return Array.from(bytes, (byte) => names[byte] as EmojiName);
}

/**
 * The fingerprint of an identity key.
 * @throws DuetError `E_ED25519_KEY`
 */
export function fingerprintOf(publicKey: Uint8Array): Fingerprint {
  const key = copyOf(publicKey, 'publicKey', 32);
  const bytes = call((wasm) => wasm.fingerprintBytes(key));
  return {
    hex: call((wasm) => wasm.fingerprintHex(key)),
    emoji: emojiOf(bytes.subarray(0, FINGERPRINT_EMOJI)),
  };
}

/** Two people, as one of them knows them. */
export interface Pair {
  readonly mine: Peer;
  readonly theirs: Peer;
}

/**
 * The 60 digits that both sides see, to read over the phone. Stretches each key with 100,000 iterations of PBKDF2:
 * some tens of milliseconds on the thread that calls.
 * @throws DuetError `E_ED25519_KEY`
 */
export async function safetyCode(pair: Pair): Promise<string> {
  const parties = partiesOf(pair);
  return call((wasm) => wasm.safetyCode(...parties));
}

/**
 * The text of the QR code that this device shows to the other one: full keys, 178 characters.
 * @throws DuetError `E_ED25519_KEY`
 */
export function qrText(pair: Pair): string {
  const parties = partiesOf(pair);
  return call((wasm) => wasm.qrText(...parties));
}

/**
 * What a scanned text says. It proves nothing, so no key of it may be pinned: that is {@link verifyQrText}'s to allow. After
 * its `E_QR_MISMATCH`, the accounts tell a mistake (somebody else's code) from an alarm (the right two people, and another
 * key).
 * @throws DuetError `E_QR_FORMAT` if it is none of ours
 */
export function parseQrText(scanned: string): QrClaims {
  text(scanned, 'text');
  return call((wasm) => wasm.parseQrText(scanned)) as QrClaims;
}

/**
 * Checks a text that this device scanned from the other one. Returns if it shows exactly these accounts and keys.
 * @throws DuetError `E_QR_FORMAT` if it is none of ours, `E_QR_MISMATCH` if it shows other accounts or keys
 */
export function verifyQrText(input: { readonly text: string } & Pair): void {
  const parties = partiesOf(input);
  const scanned = text(options(input).text, 'text');
  call((wasm) => wasm.verifyQrText(scanned, ...parties));
}

function partiesOf(pair: Pair): [Bytes, Bytes, Bytes, Bytes] {
  const given = options(pair, 'pair');
  const [mine, theirs] = [options(given.mine, 'mine'), options(given.theirs, 'theirs')];
  return [
    copyOf(mine.accountId, 'mine.accountId', 32),
    copyOf(mine.publicKey, 'mine.publicKey', 32),
    copyOf(theirs.accountId, 'theirs.accountId', 32),
    copyOf(theirs.publicKey, 'theirs.publicKey', 32),
  ];
}
