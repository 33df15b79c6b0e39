/** The methods of `SubtleCrypto`: the specification's order of conversions and checks, and whose operation it is. */
import { DuetError } from '../errors.js';
import { TextDecoder, TextEncoder } from '../platform.js';
import type {
  Bytes,
  Encapsulated,
  KeyData,
  Operations,
  Params,
  Registered,
  Wanted,
} from './algorithms/algorithm.js';
import { publicIn } from './algorithms/curve.js';
import {
  algorithmNamed,
  type Normalized,
  normalize,
  operationsNamed,
  unsupported,
} from './algorithms/registry.js';
import { type EngineSetting, Engines, featureOf } from './engines.js';
import { exception } from './exception.js';
import type { WasmSource } from './instance.js';
import { ownKey, type Slots, slotsOf } from './key.js';
import { load } from './module.js';
import { Native } from './native.js';
import type { EncapsulatedBits, EncapsulatedKey, Format, Jwk, Platform, Usage } from './types.js';
import {
  boolean,
  bufferSource,
  copyOf,
  cryptoKey,
  dictionary,
  isBufferSource,
  jsonWebKey,
  keyFormat,
  keyUsages,
  nullableLong,
  required,
  unsignedLong,
  viewOf,
} from './webidl.js';

/** Engine and module of a {@link DuetSubtleCrypto}. */
export interface Settings {
  readonly engine: EngineSetting;
  readonly native: Platform | undefined;
  readonly wasm: WasmSource;
  readonly modernWasm: WasmSource;
}

type Known = Extract<Normalized, { known: true }>;

/** A normalised algorithm, and what the caller gave, for a platform that knows it better. */
interface Asked {
  readonly normalized: Normalized;
  readonly original: unknown;
}

/** The operations of an algorithm, with the module that they call. */
interface Ready {
  readonly does: Operations<unknown>;
  readonly wasm: unknown;
}

/** What is made where the platform has no `SubtleCrypto`, or lacks an algorithm. */
export class DuetSubtleCrypto {
  readonly #engines: Engines;
  readonly #native: Native | undefined;
  readonly #source: WasmSource;
  readonly #modernSource: WasmSource;

  constructor({ engine, native, wasm, modernWasm }: Settings) {
    this.#engines = new Engines(engine, native);
    this.#native = native && new Native(native);
    this.#source = wasm;
    this.#modernSource = modernWasm;
  }

  get [Symbol.toStringTag](): string {
    return 'SubtleCrypto';
  }

  /** @internal */
  static engines(subtle: DuetSubtleCrypto): Engines {
    return subtle.#engines;
  }

  async digest(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 2, 'digest');
    const [original, data] = given;
    const view = viewOf(data, 'data');
    const normalized = normalize('digest', original);
    if (!normalized.known) return this.#platform(normalized.name).digest(original as Algorithm, view);
    const { algorithm, params } = normalized;
    const feature = featureOf(params);
    // The platform copies at once.
    if (this.#engines.known(feature) === 'native') return this.#platform(params.name).digest(params, view);
    const bytes = copyOf(view);
    if ((await this.#engines.pick(feature)) === 'native') {
      return this.#platform(params.name).digest(params, bytes);
    }
    const { does, wasm } = await this.#ready(algorithm);
    return bufferOf(operation(does.digest, params.name, 'digest')(wasm, params, bytes));
  }

  async encrypt(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 3, 'encrypt');
    const [algorithm, key, data] = given;
    return this.#crypt('encrypt', algorithm, cryptoKey(key, 'key'), viewOf(data, 'data'));
  }

  async decrypt(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 3, 'decrypt');
    const [algorithm, key, data] = given;
    return this.#crypt('decrypt', algorithm, cryptoKey(key, 'key'), viewOf(data, 'data'));
  }

  async sign(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 3, 'sign');
    const [algorithm, key, data] = given;
    return this.#crypt('sign', algorithm, cryptoKey(key, 'key'), viewOf(data, 'data'));
  }

  async verify(...given: unknown[]): Promise<boolean> {
    required(given, 4, 'verify');
    const [original, keyGiven, signatureGiven, data] = given;
    const key = cryptoKey(keyGiven, 'key');
    const signature = bufferSource(signatureGiven, 'signature');
    const view = viewOf(data, 'data');
    const normalized = normalize('verify', original);
    const slots = slotsOf(key);
    if (slots === undefined) {
      const { native } = this.#keyOfPlatform(key);
      if (normalized.known && normalized.params.name === 'Ed25519' && key.algorithm.name === 'Ed25519') {
        return native.verifyEd25519(key, signature, copyOf(view));
      }
      return native.subtle.verify(forPlatform({ normalized, original }), key, signature, view);
    }
    const { algorithm, params } = mustBeKnown(normalized, 'verify');
    const bytes = copyOf(view);
    checkKey(slots, params, 'verify');
    const { does, wasm } = await this.#ready(algorithm);
    return operation(does.verify, params.name, 'verify')(wasm, slots, params, signature, bytes);
  }

  async generateKey(...given: unknown[]): Promise<CryptoKey | CryptoKeyPair> {
    required(given, 3, 'generateKey');
    const [original, extractableGiven, usagesGiven] = given;
    const wanted = wantedOf(extractableGiven, usagesGiven);
    const { extractable, usages } = wanted;
    const normalized = normalize('generateKey', original);
    if (!normalized.known) {
      return this.#platform(normalized.name).generateKey(original as Algorithm, extractable, [...usages]);
    }
    const { algorithm, params } = normalized;
    if ((await this.#engines.pick(featureOf(params))) === 'native') {
      return this.#platform(params.name).generateKey(params, extractable, [...usages]);
    }
    const { does, wasm } = await this.#ready(algorithm);
    const made = operation(does.generateKey, params.name, 'generateKey')(wasm, params, wanted);
    if ('type' in made) return ownKey(mustHaveUsages(made));
    const [publicKey, privateKey] = made;
    mustHaveUsages(privateKey);
    return { publicKey: ownKey(publicKey), privateKey: ownKey(privateKey) };
  }

  async importKey(...given: unknown[]): Promise<CryptoKey> {
    required(given, 5, 'importKey');
    const [formatGiven, data, original, extractable, usages] = given;
    const format = keyFormat(formatGiven, 'format');
    const isBytes = isBufferSource(data);
    const bytes = isBytes ? bufferSource(data, 'keyData') : undefined;
    const jwk = isBytes ? undefined : jsonWebKey(data, 'keyData');
    const wanted = wantedOf(extractable, usages);
    const normalized = normalize('importKey', original);
    return this.#importOwn(keyData(format, bytes, jwk), { normalized, original }, wanted);
  }

  async exportKey(...given: unknown[]): Promise<ArrayBuffer | JsonWebKey> {
    required(given, 2, 'exportKey');
    const [formatGiven, keyGiven] = given;
    const format = keyFormat(formatGiven, 'format');
    const key = cryptoKey(keyGiven, 'key');
    const exported = await this.#export(format, key);
    return exported.format === 'jwk' ? exported.jwk : bufferOf(exported.bytes);
  }

  async deriveBits(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 2, 'deriveBits');
    const [original, keyGiven, lengthGiven] = given;
    const key = cryptoKey(keyGiven, 'baseKey');
    const length = nullableLong(lengthGiven, 'length');
    const asked = { normalized: normalize('deriveBits', original), original };
    const slots = slotsOf(key);
    if (slots === undefined) {
      const { native } = this.#keyOfPlatform(key);
      return native.subtle.deriveBits(await this.#forNativeBase(asked), key, length as number);
    }
    return bufferOf(await this.#derive(asked, slots, 'deriveBits', () => length));
  }

  async deriveKey(...given: unknown[]): Promise<CryptoKey> {
    required(given, 5, 'deriveKey');
    const [original, keyGiven, derivedType, extractable, usages] = given;
    const key = cryptoKey(keyGiven, 'baseKey');
    const wanted = wantedOf(extractable, usages);
    const asked = { normalized: normalize('deriveBits', original), original };
    // Its dictionary has all members of that for importKey.
    const derived = this.#target('getKeyLength', derivedType, 'derivedKeyType', key);
    const slots = slotsOf(key);
    if (slots !== undefined) {
      const bits = await this.#derive(asked, slots, 'deriveKey', () => lengthOf(derived));
      return this.#importOwn({ format: 'raw', bytes: bits }, derived, wanted);
    }
    const { native } = this.#keyOfPlatform(key);
    const algorithm = await this.#forNativeBase(asked);
    if (!(await this.#isOwn(derived.normalized))) {
      const { subtle } = native;
      return subtle.deriveKey(algorithm, key, forPlatform(derived), wanted.extractable, [...wanted.usages]);
    }
    const bits = await native.bitsForKey(algorithm, key, lengthOf(derived));
    return this.#importOwn({ format: 'raw', bytes: bits }, derived, wanted);
  }

  async encapsulateBits(...given: unknown[]): Promise<EncapsulatedBits> {
    required(given, 2, 'encapsulateBits');
    const [original, keyGiven] = given;
    const key = cryptoKey(keyGiven, 'encapsulationKey');
    const asked = { normalized: normalize('encapsulate', original), original };
    const { sharedKey, ciphertext } = await this.#encapsulate(asked, key, 'encapsulateBits');
    return { sharedKey: bufferOf(sharedKey), ciphertext: bufferOf(ciphertext) };
  }

  async encapsulateKey(...given: unknown[]): Promise<EncapsulatedKey> {
    required(given, 5, 'encapsulateKey');
    const [original, keyGiven, sharedAlgorithm, extractable, usages] = given;
    const key = cryptoKey(keyGiven, 'encapsulationKey');
    const wanted = wantedOf(extractable, usages);
    const asked = { normalized: normalize('encapsulate', original), original };
    const shared = this.#target('importKey', sharedAlgorithm, 'sharedKeyAlgorithm', key);
    if (slotsOf(key) === undefined && !(await this.#isOwn(shared.normalized))) {
      // The secret need not leave the platform.
      const { native } = this.#keyOfPlatform(key);
      return native.encapsulateKey(forPlatform(asked), key, forPlatform(shared), wanted);
    }
    const { sharedKey, ciphertext } = await this.#encapsulate(asked, key, 'encapsulateKey');
    return {
      sharedKey: await this.#importOwn({ format: 'raw', bytes: sharedKey }, shared, wanted),
      ciphertext: bufferOf(ciphertext),
    };
  }

  async decapsulateBits(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 3, 'decapsulateBits');
    const [original, keyGiven, data] = given;
    const key = cryptoKey(keyGiven, 'decapsulationKey');
    const ciphertext = bufferSource(data, 'ciphertext');
    const asked = { normalized: normalize('decapsulate', original), original };
    return bufferOf(await this.#decapsulate(asked, key, ciphertext, 'decapsulateBits'));
  }

  async decapsulateKey(...given: unknown[]): Promise<CryptoKey> {
    required(given, 6, 'decapsulateKey');
    const [original, keyGiven, data, sharedAlgorithm, extractable, usages] = given;
    const key = cryptoKey(keyGiven, 'decapsulationKey');
    const ciphertext = bufferSource(data, 'ciphertext');
    const wanted = wantedOf(extractable, usages);
    const asked = { normalized: normalize('decapsulate', original), original };
    const shared = this.#target('importKey', sharedAlgorithm, 'sharedKeyAlgorithm', key);
    if (slotsOf(key) === undefined && !(await this.#isOwn(shared.normalized))) {
      const { native } = this.#keyOfPlatform(key);
      return native.decapsulateKey(forPlatform(asked), key, ciphertext, forPlatform(shared), wanted);
    }
    const bytes = await this.#decapsulate(asked, key, ciphertext, 'decapsulateKey');
    return this.#importOwn({ format: 'raw', bytes }, shared, wanted);
  }

  async wrapKey(...given: unknown[]): Promise<ArrayBuffer> {
    required(given, 4, 'wrapKey');
    const [formatGiven, keyGiven, wrappingGiven, original] = given;
    const format = keyFormat(formatGiven, 'format');
    const key = cryptoKey(keyGiven, 'key');
    const wrappingKey = cryptoKey(wrappingGiven, 'wrappingKey');
    const normalized = normalize('encrypt', original, 'wrapAlgorithm');
    const wrapping = slotsOf(wrappingKey);
    if (wrapping === undefined) {
      const { native } = this.#keyOfPlatform(wrappingKey);
      const algorithm = forPlatform({ normalized, original });
      if (slotsOf(key) === undefined) {
        return native.subtle.wrapKey(formatFor(key.algorithm.name, format), key, wrappingKey, algorithm);
      }
      const bytes = serialized(await this.#export(format, key));
      return native.wrap(bytes, wrappingKey, algorithm).finally(() => bytes.fill(0));
    }
    const { algorithm, params } = mustBeKnown(normalized, 'wrapKey');
    checkKey(wrapping, params, 'wrapKey');
    const { does, wasm } = await this.#ready(algorithm);
    const bytes = serialized(await this.#export(format, key));
    try {
      return bufferOf(operation(does.encrypt, params.name, 'wrapKey')(wasm, wrapping, params, bytes));
    } finally {
      bytes.fill(0);
    }
  }

  async unwrapKey(...given: unknown[]): Promise<CryptoKey> {
    required(given, 7, 'unwrapKey');
    const [formatGiven, data, unwrappingGiven, original, targetGiven, extractable, usages] = given;
    const format = keyFormat(formatGiven, 'format');
    const wrapped = bufferSource(data, 'wrappedKey');
    const unwrappingKey = cryptoKey(unwrappingGiven, 'unwrappingKey');
    const wanted = wantedOf(extractable, usages);
    const normalized = normalize('decrypt', original, 'unwrapAlgorithm');
    const target = this.#target('importKey', targetGiven, 'unwrappedKeyAlgorithm', unwrappingKey);
    const unwrapping = slotsOf(unwrappingKey);
    if (unwrapping !== undefined) {
      const { algorithm, params } = mustBeKnown(normalized, 'unwrapKey');
      checkKey(unwrapping, params, 'unwrapKey');
      const { does, wasm } = await this.#ready(algorithm);
      const opened = operation(does.decrypt, params.name, 'unwrapKey')(wasm, unwrapping, params, wrapped);
      return this.#importOpened(format, opened, target, wanted);
    }
    const { native } = this.#keyOfPlatform(unwrappingKey);
    const algorithm = forPlatform({ normalized, original });
    if (await this.#isOwn(target.normalized)) {
      const opened = await native.unwrap(wrapped, unwrappingKey, algorithm);
      return this.#importOpened(format, opened, target, wanted);
    }
    return native.subtle.unwrapKey(
      formatFor(nameIn(target.normalized), format),
      wrapped,
      unwrappingKey,
      algorithm,
      forPlatform(target),
      wanted.extractable,
      [...wanted.usages],
    );
  }

  async #crypt(
    what: 'encrypt' | 'decrypt' | 'sign',
    original: unknown,
    key: CryptoKey,
    view: Bytes,
  ): Promise<ArrayBuffer> {
    const normalized = normalize(what, original);
    const slots = slotsOf(key);
    if (slots === undefined) {
      const { native } = this.#keyOfPlatform(key);
      return native.subtle[what](forPlatform({ normalized, original }), key, view);
    }
    const { algorithm, params } = mustBeKnown(normalized, what);
    const bytes = copyOf(view);
    checkKey(slots, params, what);
    const { does, wasm } = await this.#ready(algorithm);
    return bufferOf(operation(does[what], params.name, what)(wasm, slots, params, bytes));
  }

  /** Bits of a key of the module. */
  async #derive(
    { normalized }: Asked,
    slots: Slots,
    usage: 'deriveBits' | 'deriveKey',
    length: () => number | null,
  ): Promise<Bytes> {
    const { algorithm, params } = mustBeKnown(normalized, usage);
    checkKey(slots, params, usage);
    const wantedLength = length();
    const theirs = params.public;
    const isForeign = theirs !== undefined && slots.type === 'private' && slotsOf(theirs) === undefined;
    const own = isForeign
      ? { ...params, public: await this.#keyOfPlatform(theirs).native.publicTo(theirs) }
      : params;
    const { does, wasm } = await this.#ready(algorithm);
    return operation(does.deriveBits, params.name, usage)(wasm, slots, own, wantedLength);
  }

  /** The algorithm of `deriveBits` for a native base key, whose peer has to be native, too. */
  async #forNativeBase(asked: Asked): Promise<Algorithm & Params> {
    const algorithm = forPlatform(asked) as Algorithm & Params;
    const theirs = asked.normalized.known ? slotsOf(asked.normalized.params.public) : undefined;
    if (theirs === undefined || this.#native === undefined) return algorithm;
    return { ...algorithm, public: await this.#native.publicFrom(theirs) };
  }

  async #import(given: KeyData, target: Asked, wanted: Wanted): Promise<CryptoKey> {
    const { normalized } = target;
    const data =
      given.format === 'jwk' ? given : { ...given, format: formatFor(nameIn(normalized), given.format) };
    if (!normalized.known || !(await this.#isOwn(normalized, data))) {
      return this.#importNative(data, target, wanted);
    }
    const { algorithm, params } = normalized;
    const { does, wasm } = await this.#ready(algorithm);
    const slots = operation(does.importKey, params.name, 'importKey')(wasm, data, params, wanted);
    return ownKey(slots.type === 'public' ? slots : mustHaveUsages(slots));
  }

  /** {@link #import} of bytes that nobody else has: they are wiped, unless they are the key from now on. */
  async #importOwn(data: KeyData, target: Asked, wanted: Wanted): Promise<CryptoKey> {
    let material: Bytes | undefined;
    try {
      const key = await this.#import(data, target, wanted);
      material = slotsOf(key)?.material;
      return key;
    } finally {
      if (data.format !== 'jwk' && data.bytes !== material) data.bytes.fill(0);
    }
  }

  /** {@link #importOwn} of what was unwrapped. */
  async #importOpened(format: Format, opened: Bytes, target: Asked, wanted: Wanted): Promise<CryptoKey> {
    if (format !== 'jwk') return this.#importOwn({ format, bytes: opened }, target, wanted);
    try {
      return await this.#import(parsed(opened), target, wanted);
    } finally {
      opened.fill(0);
    }
  }

  async #importNative(data: KeyData, target: Asked, wanted: Wanted): Promise<CryptoKey> {
    const { normalized } = target;
    const native = this.#platform(nameIn(normalized));
    const algorithm = forPlatform(target);
    const { extractable } = wanted;
    const usages = [...wanted.usages];
    const keyData = data.format === 'jwk' ? data.jwk : data.bytes;
    const key = await native.importKey(data.format, keyData, algorithm, extractable, usages);
    if (key.algorithm.name === 'Ed25519') this.#native?.note(key, publicIn('Ed25519', data));
    return key;
  }

  async #export(given: Format, key: CryptoKey): Promise<KeyData> {
    const slots = slotsOf(key);
    const { name } = (slots ?? key).algorithm;
    const format = formatFor(name, given);
    if (slots === undefined) {
      const exported = await this.#keyOfPlatform(key).native.subtle.exportKey(format, key);
      // By what was asked for: the platform's buffer may be of another realm.
      return format === 'jwk'
        ? { format, jwk: exported as JsonWebKey }
        : { format, bytes: new Uint8Array(exported as ArrayBuffer) };
    }
    const algorithm = algorithmNamed(name);
    if (algorithm === undefined) throw unsupported(name, 'exportKey');
    const { does, wasm } = await this.#ready(algorithm);
    const exporting = operation(does.exportKey, name, 'exportKey');
    if (!slots.extractable) throw exception('InvalidAccessError', 'the key is not extractable');
    const exported = exporting(wasm, format, slots);
    return format === 'jwk' ? { format, jwk: exported as Jwk } : { format, bytes: exported as Bytes };
  }

  /** A secret for the owner of a key, and what carries it there. */
  async #encapsulate(
    { normalized, original }: Asked,
    key: CryptoKey,
    usage: 'encapsulateBits' | 'encapsulateKey',
  ): Promise<Encapsulated> {
    const slots = slotsOf(key);
    if (slots === undefined) {
      const { native } = this.#keyOfPlatform(key);
      return native.encapsulate(forPlatform({ normalized, original }), key, usage);
    }
    const { algorithm, params } = mustBeKnown(normalized, usage);
    checkKey(slots, params, usage);
    const { does, wasm } = await this.#ready(algorithm);
    return operation(does.encapsulate, params.name, usage)(wasm, slots);
  }

  /** The secret that came. */
  async #decapsulate(
    { normalized, original }: Asked,
    key: CryptoKey,
    ciphertext: Bytes,
    usage: 'decapsulateBits' | 'decapsulateKey',
  ): Promise<Bytes> {
    const slots = slotsOf(key);
    if (slots === undefined) {
      const { native } = this.#keyOfPlatform(key);
      return native.decapsulate(forPlatform({ normalized, original }), key, ciphertext, usage);
    }
    const { algorithm, params } = mustBeKnown(normalized, usage);
    checkKey(slots, params, usage);
    const { does, wasm } = await this.#ready(algorithm);
    return operation(does.decapsulate, params.name, usage)(wasm, slots, ciphertext);
  }

  /** Whether the module makes this key. */
  async #isOwn(normalized: Normalized, data?: KeyData): Promise<boolean> {
    if (!normalized.known) return false;
    return (await this.#engines.pick(featureOf(normalized.params, data))) === 'wasm';
  }

  /** What comes out of an operation with a key is to become a key itself. The platform may know how, if there is one. */
  #target(operation: 'importKey' | 'getKeyLength', original: unknown, what: string, key: CryptoKey): Asked {
    const normalized = normalize(operation, original, what);
    if (!normalized.known && slotsOf(key) !== undefined) this.#platform(normalized.name);
    return { normalized, original };
  }

  /** The operations, and their module: of the draft's algorithms both are loaded here. */
  async #ready({ name }: Registered): Promise<Ready> {
    const does = operationsNamed(name);
    if (does !== undefined) return { does, wasm: await load(this.#source) };
    const { loadModern } = await import('./modern/operations.js').catch((cause: unknown) => {
      throw new DuetError('E_WASM_LOAD', `what computes ${name} did not load`, { cause });
    });
    return loadModern(name, this.#modernSource);
  }

  /** The platform's Web Crypto, for what only it may have. */
  #platform(name: string): Platform {
    if (this.#native === undefined || this.#engines.setting === 'wasm') {
      throw exception('NotSupportedError', `${name} is not supported here`);
    }
    return this.#native.subtle;
  }

  /** The platform that a native key belongs to, whatever engine is set: a key stays where it is. */
  #keyOfPlatform(key: CryptoKey): { readonly native: Native } {
    if (this.#native === undefined) {
      throw exception('InvalidAccessError', `${key.type} key of a platform that is not at hand`);
    }
    return { native: this.#native };
  }
}

function nameIn(normalized: Normalized): string {
  return normalized.known ? normalized.params.name : normalized.name;
}

/** The draft has other names for what older platforms call `raw`. */
function formatFor<T extends Format>(name: string, format: T): T | 'raw' {
  return algorithmNamed(name)?.rawName === format ? 'raw' : format;
}

/** What the platform is told: what was read once, or, of an algorithm that only it knows, what the caller gave. */
function forPlatform({ normalized, original }: Asked): Algorithm {
  return normalized.known ? normalized.params : (original as Algorithm);
}

function mustBeKnown(normalized: Normalized, what: string): Known {
  if (!normalized.known) throw unsupported(normalized.name, `${what} with a key of the wasm engine`);
  return normalized;
}

function checkKey({ algorithm, usages }: Slots, { name }: Params, usage: Usage): void {
  if (algorithm.name !== name) {
    throw exception('InvalidAccessError', `a key of ${algorithm.name} is not one of ${name}`);
  }
  if (!usages.includes(usage)) throw exception('InvalidAccessError', `the key does not permit ${usage}`);
}

function mustHaveUsages(slots: Slots): Slots {
  if (slots.usages.length === 0) throw exception('SyntaxError', 'such a key needs usages');
  return slots;
}

/** A normalised algorithm has the operation that it was normalised for. */
function operation<T>(implementation: T | undefined, name: string, what: string): T {
  if (implementation === undefined) throw unsupported(name, what);
  return implementation;
}

function wantedOf(extractable: unknown, usages: unknown): Wanted {
  return { extractable: boolean(extractable, 'extractable'), usages: keyUsages(usages, 'keyUsages') };
}

/** Bits of a derived key. Of what only the platform knows, AES alone has a length that can be told without it. */
function lengthOf({ normalized, original }: Asked): number | null {
  if (normalized.known) {
    const { algorithm, params } = normalized;
    return operation(algorithm.getKeyLength, params.name, 'deriveKey')(params);
  }
  if (!/^AES-/i.test(normalized.name)) throw unsupported(normalized.name, 'deriveKey');
  const members = [{ name: 'length', convert: unsignedLong, required: true }];
  return dictionary<{ length: number }>(original, members, 'derivedKeyType').length;
}

function keyData(format: Format, bytes: Bytes | undefined, jwk: Jwk | undefined): KeyData {
  if (format === 'jwk') {
    if (jwk === undefined) throw new TypeError("key data of the format 'jwk' must be a JsonWebKey");
    return { format, jwk };
  }
  if (bytes === undefined) throw new TypeError(`key data of the format '${format}' must be a BufferSource`);
  return { format, bytes };
}

/** What is wrapped. */
function serialized(exported: KeyData): Bytes {
  if (exported.format !== 'jwk') return exported.bytes;
  return new TextEncoder().encode(JSON.stringify(exported.jwk)) as Bytes;
}

/** The JSON Web Key that was wrapped. */
function parsed(bytes: Bytes): KeyData {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw exception('DataError', 'what was unwrapped is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null) {
    throw exception('DataError', 'what was unwrapped is no JSON Web Key');
  }
  const jwk = jsonWebKey(value, 'the unwrapped key');
  if (jwk.kty === undefined) throw exception('DataError', "the unwrapped key has no 'kty'");
  return { format: 'jwk', jwk };
}

function bufferOf(bytes: Bytes): ArrayBuffer {
  return bytes.buffer;
}
