/**
 * The platform's keys beside the module's. A native key never leaves the platform unless it is extractable; bytes that go through a
 * native key (wrapped by it, say) are carried by an HMAC key, which may be of any bytes.
 */
import type { Bytes, Encapsulated, Params, Wanted } from './algorithms/algorithm.js';
import { isWeak } from './algorithms/ed25519.js';
import { exception } from './exception.js';
import { ownKey, type Slots } from './key.js';
import type { EncapsulatedKey, Platform } from './types.js';

const CARRIER = { name: 'HMAC', hash: 'SHA-256' };
const CARRYING: Wanted = { extractable: true, usages: ['sign'] };

const POINT_LENGTH = 32;

/** Bits of an agreement for which nobody gave a length. */
const AGREEMENT_BITS = 256;

/** Which native Ed25519 keys are weak, as far as it is known. */
const weakness = new WeakMap<CryptoKey, boolean>();

/** The platform's Web Crypto, and what is built around it. */
export class Native {
  readonly subtle: Platform;

  constructor(subtle: Platform) {
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
      this.note(key, await this.#raw(key));
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
    const material = await this.#raw(key);
    return ownKey({ type: 'public', extractable: true, algorithm: { name: 'X25519' }, usages: [], material });
  }

  /** Bits for `deriveKey`: the key permits that, and perhaps not `deriveBits`. */
  async bitsForKey(params: Params, key: CryptoKey, length: number | null): Promise<Bytes> {
    const wanted = { ...CARRIER, length: length ?? (params.name === 'X25519' ? AGREEMENT_BITS : 0) };
    if (wanted.length === 0) throw exception('OperationError', `${params.name} needs to be told a length`);
    const carrier = await this.subtle.deriveKey(params as Algorithm, key, wanted, true, ['sign']);
    return await this.#raw(carrier);
  }

  /** Bytes, wrapped by a native key. */
  async wrap(bytes: Bytes, key: CryptoKey, algorithm: Algorithm): Promise<ArrayBuffer> {
    const carrier = await this.subtle.importKey('raw', bytes, CARRIER, true, ['sign']);
    return this.subtle.wrapKey('raw', carrier, key, algorithm);
  }

  /** What {@link wrap} wrapped. */
  async unwrap(wrapped: Bytes, key: CryptoKey, algorithm: Algorithm): Promise<Bytes> {
    const carrier = await this.subtle.unwrapKey('raw', wrapped, key, algorithm, CARRIER, true, ['sign']);
    return await this.#raw(carrier);
  }

  /** A secret for the owner of a native key. One that becomes a key comes out as another one's material. */
  async encapsulate(
    algorithm: Algorithm,
    key: CryptoKey,
    usage: 'encapsulateBits' | 'encapsulateKey',
  ): Promise<Encapsulated> {
    if (usage === 'encapsulateBits') {
      const { sharedKey, ciphertext } = await this.#kem('encapsulateBits', key)(algorithm as Kem, key);
      return { sharedKey: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) };
    }
    const { sharedKey, ciphertext } = await this.encapsulateKey(algorithm, key, CARRIER, CARRYING);
    return { sharedKey: await this.#raw(sharedKey), ciphertext: new Uint8Array(ciphertext) };
  }

  /** What {@link encapsulate} has carried here. */
  async decapsulate(
    algorithm: Algorithm,
    key: CryptoKey,
    ciphertext: Bytes,
    usage: 'decapsulateBits' | 'decapsulateKey',
  ): Promise<Bytes> {
    if (usage === 'decapsulateBits') {
      return new Uint8Array(await this.#kem('decapsulateBits', key)(algorithm as Kem, key, ciphertext));
    }
    return this.#raw(await this.decapsulateKey(algorithm, key, ciphertext, CARRIER, CARRYING));
  }

  /** `encapsulateKey` where everything is the platform's. */
  async encapsulateKey(
    algorithm: Algorithm,
    key: CryptoKey,
    shared: Algorithm,
    { extractable, usages }: Wanted,
  ): Promise<EncapsulatedKey> {
    const encapsulate = this.#kem('encapsulateKey', key);
    return encapsulate(algorithm as Kem, key, shared, extractable, usages as KeyUsage[]);
  }

  /** `decapsulateKey` where everything is the platform's. */
  async decapsulateKey(
    algorithm: Algorithm,
    key: CryptoKey,
    ciphertext: Bytes,
    shared: Algorithm,
    { extractable, usages }: Wanted,
  ): Promise<CryptoKey> {
    const decapsulate = this.#kem('decapsulateKey', key);
    return decapsulate(algorithm as Kem, key, ciphertext, shared, extractable, usages as KeyUsage[]);
  }

  /** A method that older platforms do not have; they have no such keys, either. */
  #kem<M extends 'encapsulateBits' | 'encapsulateKey' | 'decapsulateBits' | 'decapsulateKey'>(
    method: M,
    key: CryptoKey,
  ): NonNullable<Platform[M]> {
    const found = this.subtle[method];
    if (found === undefined) {
      throw exception('InvalidAccessError', `a key of ${key.algorithm.name} has no ${method}`);
    }
    return found.bind(this.subtle) as NonNullable<Platform[M]>;
  }

  async #raw(key: CryptoKey): Promise<Bytes> {
    return new Uint8Array((await this.subtle.exportKey('raw', key)) as ArrayBuffer);
  }
}

/** The only algorithm that the types name. */
interface Kem {
  readonly name: 'ML-KEM-768';
}
