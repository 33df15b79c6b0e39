/**
 * The types of Web Crypto with those of the draft "Modern Algorithms in the Web Cryptography API" (WICG), which TypeScript does not have
 * yet.
 */

/** What a key for encapsulation is for. */
export type KemUsage = 'encapsulateKey' | 'encapsulateBits' | 'decapsulateKey' | 'decapsulateBits';

/** What any key is for. */
export type Usage = KeyUsage | KemUsage;

/** Forms of a key; for the older algorithms `raw-secret` and `raw-public` mean `raw`. */
export type Format = KeyFormat | 'raw-public' | 'raw-private' | 'raw-seed' | 'raw-secret';

/** Forms of a key that are bytes. */
export type BinaryFormat = Exclude<Format, 'jwk'>;

/** A JSON Web Key, also one of `kty` AKP. */
export interface Jwk extends JsonWebKey {
  readonly pub?: string;
  readonly priv?: string;
}

/** A shared secret, and what carries it to the owner of the key. */
export interface EncapsulatedBits {
  readonly sharedKey: ArrayBuffer;
  readonly ciphertext: ArrayBuffer;
}

/** The same with the secret as a key. */
export interface EncapsulatedKey {
  readonly sharedKey: CryptoKey;
  readonly ciphertext: ArrayBuffer;
}

/** An algorithm that is called by its name alone. */
type Named<Name extends string> = Name | { readonly name: Name };

type MlKem = Named<'ML-KEM-768'>;

/** Algorithms of a key that a shared secret can become. */
type SharedKeyAlgorithm = AlgorithmIdentifier | HmacImportParams | AesKeyAlgorithm;

/** The draft's methods. */
export interface KemMethods {
  encapsulateBits(algorithm: MlKem, encapsulationKey: CryptoKey): Promise<EncapsulatedBits>;
  encapsulateKey(
    algorithm: MlKem,
    encapsulationKey: CryptoKey,
    sharedKeyAlgorithm: SharedKeyAlgorithm,
    extractable: boolean,
    keyUsages: readonly KeyUsage[],
  ): Promise<EncapsulatedKey>;
  decapsulateBits(
    algorithm: MlKem,
    decapsulationKey: CryptoKey,
    ciphertext: BufferSource,
  ): Promise<ArrayBuffer>;
  decapsulateKey(
    algorithm: MlKem,
    decapsulationKey: CryptoKey,
    ciphertext: BufferSource,
    sharedKeyAlgorithm: SharedKeyAlgorithm,
    extractable: boolean,
    keyUsages: readonly KeyUsage[],
  ): Promise<CryptoKey>;
}

type ImportAlgorithm =
  | AlgorithmIdentifier
  | RsaHashedImportParams
  | EcKeyImportParams
  | HmacImportParams
  | AesKeyAlgorithm;

/**
 * `SubtleCrypto` with the draft's methods, usages and formats. The older signatures are repeated because TypeScript tries them in another
 * order where two types are joined.
 */
export interface ModernSubtleCrypto extends SubtleCrypto, KemMethods {
  generateKey(algorithm: MlKem, extractable: boolean, keyUsages: readonly KemUsage[]): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: Named<'Ed25519'>,
    extractable: boolean,
    keyUsages: ReadonlyArray<'sign' | 'verify'>,
  ): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: Named<'X25519'>,
    extractable: boolean,
    keyUsages: ReadonlyArray<'deriveBits' | 'deriveKey'>,
  ): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: RsaHashedKeyGenParams | EcKeyGenParams,
    extractable: boolean,
    keyUsages: readonly KeyUsage[],
  ): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: AesKeyGenParams | HmacKeyGenParams | Pbkdf2Params,
    extractable: boolean,
    keyUsages: readonly KeyUsage[],
  ): Promise<CryptoKey>;
  generateKey(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKeyPair | CryptoKey>;
  importKey(
    format: 'jwk',
    keyData: Jwk,
    algorithm: ImportAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<Usage>,
  ): Promise<CryptoKey>;
  importKey(
    format: BinaryFormat,
    keyData: BufferSource,
    algorithm: ImportAlgorithm,
    extractable: boolean,
    keyUsages: Iterable<Usage>,
  ): Promise<CryptoKey>;
  exportKey(format: 'jwk', key: CryptoKey): Promise<Jwk>;
  exportKey(format: BinaryFormat, key: CryptoKey): Promise<ArrayBuffer>;
  exportKey(format: Format, key: CryptoKey): Promise<ArrayBuffer | Jwk>;
}

/** Methods that take words of the draft, which the platform may not know. */
type Wider = 'generateKey' | 'importKey' | 'exportKey' | 'deriveKey' | 'wrapKey' | 'unwrapKey';

/** The platform's Web Crypto as it is asked here. */
export interface Platform extends Omit<SubtleCrypto, Wider>, Partial<KemMethods> {
  generateKey(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    keyUsages: readonly Usage[],
  ): Promise<CryptoKey | CryptoKeyPair>;
  importKey(
    format: Format,
    keyData: BufferSource | Jwk,
    algorithm: AlgorithmIdentifier | HmacImportParams,
    extractable: boolean,
    keyUsages: readonly Usage[],
  ): Promise<CryptoKey>;
  exportKey(format: Format, key: CryptoKey): Promise<ArrayBuffer | Jwk>;
  deriveKey(
    algorithm: AlgorithmIdentifier,
    baseKey: CryptoKey,
    derivedKeyType: AlgorithmIdentifier,
    extractable: boolean,
    keyUsages: readonly Usage[],
  ): Promise<CryptoKey>;
  wrapKey(
    format: Format,
    key: CryptoKey,
    wrappingKey: CryptoKey,
    wrapAlgorithm: AlgorithmIdentifier,
  ): Promise<ArrayBuffer>;
  unwrapKey(
    format: Format,
    wrappedKey: BufferSource,
    unwrappingKey: CryptoKey,
    unwrapAlgorithm: AlgorithmIdentifier,
    unwrappedKeyAlgorithm: AlgorithmIdentifier,
    extractable: boolean,
    keyUsages: readonly Usage[],
  ): Promise<CryptoKey>;
}
