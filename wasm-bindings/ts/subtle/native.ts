/**
 * The platform's keys beside the module's. A native key never leaves the platform unless it is extractable; bytes that go through a
 * native key (wrapped by it, say) are carried by an HMAC key, which may be of any bytes.
 */
import type { Bytes, Params } from './algorithms/algorithm.js';
import { isWeak } from './algorithms/ed25519.js';
import { exception } from './exception.js';
import { ownKey, type Slots } from './key.js';

const CARRIER = { name: 'HMAC', hash: 'SHA-256' };

const POINT_LENGTH = 32;

/** Bits of an agreement for which nobody gave a length. */
const AGREEMENT_BITS = 256;

/** Which native Ed25519 keys are weak, as far as it is known. */
const weakness = new WeakMap<CryptoKey, boolean>();

/** The platform's Web Crypto, and what is built around it. */
export class Native {
  readonly subtle: SubtleCrypto;

  constructor(subtle: SubtleCrypto) {
    this.subtle = subtle;
  }

  /** Remembers of a public Ed25519 key what only its bytes say: it may not be extractable. */
  note(key: CryptoKey, point: Bytes | undefined): void {
    if (point?.length === POINT_LENGTH) weakness.set(key, isWeak(point));
  }

  /**
   * `verify` of Ed25519 with the specification's refusal of points of low order, which not every platform has. Of a native key that
   * came from elsewhere and cannot be exported only `R` is looked at.
   */
  async verifyEd25519(key: CryptoKey, signature: Bytes, data: Bytes): Promise<boolean> {
    if (signature.length === 2 * POINT_LENGTH && isWeak(signature.subarray(0, POINT_LENGTH))) {
      // The platform says first what is wrong with the key.
      await this.subtle.verify('Ed25519', key, signature, data);
      return false;
    }
    if (key.type === 'public' && key.extractable && !weakness.has(key)) {
      this.note(key, new Uint8Array(await this.subtle.exportKey('raw', key)));
    }
    const right = await this.subtle.verify('Ed25519', key, signature, data);
    return right && weakness.get(key) !== true;
  }

  /** A public X25519 key of the module as one of the platform. */
  publicFrom({ type, algorithm, material }: Slots): Promise<CryptoKey> {
    if (type !== 'public' || algorithm.name !== 'X25519') {
      throw exception('InvalidAccessError', "'public' must be a public key of X25519");
    }
    return this.subtle.importKey('raw', material, 'X25519', true, []);
  }

  /** A public X25519 key of the platform as one of the module. */
  async publicTo(key: CryptoKey): Promise<CryptoKey> {
    if (key.type !== 'public' || key.algorithm.name !== 'X25519') {
      throw exception('InvalidAccessError', "'public' must be a public key of X25519");
    }
    if (!key.extractable) {
      throw exception(
        'InvalidAccessError',
        "'public' is a native key that cannot be exported, and the private key is one of the wasm engine",
      );
    }
    const material = new Uint8Array(await this.subtle.exportKey('raw', key));
    return ownKey({ type: 'public', extractable: true, algorithm: { name: 'X25519' }, usages: [], material });
  }

  /** Bits for `deriveKey`: the key permits that, and perhaps not `deriveBits`. */
  async bitsForKey(params: Params, key: CryptoKey, length: number | null): Promise<Bytes> {
    const wanted = { ...CARRIER, length: length ?? (params.name === 'X25519' ? AGREEMENT_BITS : 0) };
    if (wanted.length === 0) throw exception('OperationError', `${params.name} needs to be told a length`);
    const carrier = await this.subtle.deriveKey(params as Algorithm, key, wanted, true, ['sign']);
    return new Uint8Array(await this.subtle.exportKey('raw', carrier));
  }

  /** Bytes, wrapped by a native key. */
  async wrap(bytes: Bytes, key: CryptoKey, algorithm: Algorithm): Promise<ArrayBuffer> {
    const carrier = await this.subtle.importKey('raw', bytes, CARRIER, true, ['sign']);
    return this.subtle.wrapKey('raw', carrier, key, algorithm);
  }

  /** What {@link wrap} wrapped. */
  async unwrap(wrapped: Bytes, key: CryptoKey, algorithm: Algorithm): Promise<Bytes> {
    const carrier = await this.subtle.unwrapKey('raw', wrapped, key, algorithm, CARRIER, true, ['sign']);
    return new Uint8Array(await this.subtle.exportKey('raw', carrier));
  }
}
