/** What the wasm engine has to know of an algorithm: its dictionaries, and its operations after the general checks. */
import type { Slots } from '../key.js';
import type { Wasm } from '../module.js';
import type { Member } from '../webidl.js';

/** Operations that algorithms register (section 18.4 of the specification). */
export type Operation =
  | 'digest'
  | 'sign'
  | 'verify'
  | 'encrypt'
  | 'decrypt'
  | 'deriveBits'
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
  readonly usages: readonly KeyUsage[];
}

/** Key data as `importKey` takes them. */
export type KeyData =
  | { readonly format: 'jwk'; readonly jwk: JsonWebKey }
  | { readonly format: 'raw' | 'pkcs8' | 'spki'; readonly bytes: Bytes };

/** Key data as `exportKey` gives them. */
export type Exported = Bytes | JsonWebKey;

/** One algorithm of the wasm engine. */
export interface Algorithm {
  readonly name: string;
  /** Dictionary for each operation that there is, in Web IDL's order. */
  readonly members: Partial<Record<Operation, readonly Member[]>>;
  digest?(wasm: Wasm, params: Params, data: Bytes): Bytes;
  sign?(wasm: Wasm, key: Slots, params: Params, data: Bytes): Bytes;
  verify?(wasm: Wasm, key: Slots, params: Params, signature: Bytes, data: Bytes): boolean;
  encrypt?(wasm: Wasm, key: Slots, params: Params, data: Bytes): Bytes;
  decrypt?(wasm: Wasm, key: Slots, params: Params, data: Bytes): Bytes;
  deriveBits?(wasm: Wasm, key: Slots, params: Params, length: number | null): Bytes;
  /** One key's slots, or those of a public and a private one. */
  generateKey?(
    wasm: Wasm,
    params: Params,
    wanted: Wanted,
  ): Slots | readonly [publicKey: Slots, privateKey: Slots];
  importKey?(wasm: Wasm, data: KeyData, params: Params, wanted: Wanted): Slots;
  exportKey?(wasm: Wasm, format: KeyFormat, key: Slots): Exported;
  /** Bits that `deriveKey` asks for; null leaves it to the algorithm that derives. */
  getKeyLength?(params: Params): number | null;
}
