/** What the wasm engine has to know of an algorithm: its dictionaries, and its operations after the general checks. */
import type { Slots } from '../key.js';
import type { Wasm } from '../module.js';
import type { BinaryFormat, Format, Jwk, Usage } from '../types.js';
import type { Member } from '../webidl.js';

/** Operations that algorithms register (section 18.4 of the specification). */
export type Operation =
  | 'digest'
  | 'sign'
  | 'verify'
  | 'encrypt'
  | 'decrypt'
  | 'deriveBits'
  | 'encapsulate'
  | 'decapsulate'
  | 'generateKey'
  | 'importKey'
  | 'getKeyLength';

export type Bytes = Uint8Array<ArrayBuffer>;

/** A normalised algorithm: its registered name and the members of its dictionary, read and copied. */
export interface Params {
  readonly name: string;
  readonly hash?: { readonly name: HashName };
  readonly length?: number;
  readonly iv?: Bytes;
  readonly additionalData?: Bytes;
  readonly tagLength?: number;
  readonly salt?: Bytes;
  readonly info?: Bytes;
  readonly iterations?: number;
  readonly public?: CryptoKey;
}

export type HashName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** What a key is to be. */
export interface Wanted {
  readonly extractable: boolean;
  readonly usages: readonly Usage[];
}

/** Key data as `importKey` takes them. */
export type KeyData =
  | { readonly format: 'jwk'; readonly jwk: Jwk }
  | { readonly format: BinaryFormat; readonly bytes: Bytes };

/** Key data as `exportKey` gives them. */
export type Exported = Bytes | Jwk;

/** What a key for encapsulation gives. */
export interface Encapsulated {
  readonly sharedKey: Bytes;
  readonly ciphertext: Bytes;
}

/** The operations of an algorithm, over the module `W`. */
export interface Operations<W> {
  digest?(wasm: W, params: Params, data: Bytes): Bytes;
  sign?(wasm: W, key: Slots, params: Params, data: Bytes): Bytes;
  verify?(wasm: W, key: Slots, params: Params, signature: Bytes, data: Bytes): boolean;
  encrypt?(wasm: W, key: Slots, params: Params, data: Bytes): Bytes;
  decrypt?(wasm: W, key: Slots, params: Params, data: Bytes): Bytes;
  deriveBits?(wasm: W, key: Slots, params: Params, length: number | null): Bytes;
  encapsulate?(wasm: W, key: Slots): Encapsulated;
  decapsulate?(wasm: W, key: Slots, ciphertext: Bytes): Bytes;
  /** One key's slots, or those of a public and a private one. */
  generateKey?(
    wasm: W,
    params: Params,
    wanted: Wanted,
  ): Slots | readonly [publicKey: Slots, privateKey: Slots];
  importKey?(wasm: W, data: KeyData, params: Params, wanted: Wanted): Slots;
  exportKey?(wasm: W, format: Format, key: Slots): Exported;
}

/** What has to be known of an algorithm before anything is loaded. */
export interface Registered {
  readonly name: string;
  /** Dictionary for each operation that there is, in Web IDL's order. */
  readonly members: Partial<Record<Operation, readonly Member[]>>;
  /** What the draft calls the format `raw` of this algorithm. */
  readonly rawName?: 'raw-secret' | 'raw-public';
  /** Bits that `deriveKey` asks for; null leaves it to the algorithm that derives. */
  getKeyLength?(params: Params): number | null;
}

/** One algorithm of the first module. */
export interface Algorithm extends Registered, Operations<Wasm> {}
