/** Keys of the wasm engine, and how they are told from the platform's. */

import { exception } from './exception.js';
import type { Usage } from './types.js';

/** `KeyAlgorithm` of the algorithms that the wasm engine has. */
export interface OwnAlgorithm {
  readonly name: string;
  readonly length?: number;
  readonly hash?: { readonly name: string };
}

/** The internal slots of a key. Nothing of it is given out but by `exportKey`. */
export interface Slots {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: OwnAlgorithm;
  /** Normalised: in the specification's order, each once. */
  readonly usages: readonly Usage[];
  /** The secret's, the seed's or the public key's bytes. */
  readonly material: Uint8Array<ArrayBuffer>;
}

let slots: (key: DuetCryptoKey) => Slots;
let isOwn: (value: object) => boolean;

/** The material of slots that are gone is overwritten; nothing sooner can know that nobody uses them any more. */
const forgotten: FinalizationRegistry<Uint8Array> | undefined =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry((material) => material.fill(0))
    : undefined;

/**
 * A key of the wasm engine: the interface of `CryptoKey`, with the key in private slots.
 *
 * It is not made by calling this class, and it cannot be cloned: `structuredClone`, `postMessage` and IndexedDB refuse it with
 * `DataCloneError` instead of storing an empty object. Store what `exportForStorage` makes of it.
 */
export class DuetCryptoKey {
  readonly #slots: Slots;
  // What the caller sees, apart from what counts: changing it grants nothing.
  readonly #algorithm: KeyAlgorithm;
  readonly #usages: KeyUsage[];

  static {
    slots = (key) => key.#slots;
    isOwn = (value) => #slots in value;
  }

  /** @internal */
  constructor(inner: Slots, guard: typeof GUARD) {
    if (guard !== GUARD) throw new TypeError('Illegal constructor');
    this.#slots = inner;
    const { hash } = inner.algorithm;
    this.#algorithm = { ...inner.algorithm, ...(hash && { hash: { ...hash } }) };
    this.#usages = [...inner.usages] as KeyUsage[];
    // The slots and not the key: an operation that waits for something holds those, when the key itself may be gone.
    forgotten?.register(inner, inner.material);
    // Structured cloning copies own properties of what it does not know, and refuses functions.
    Object.defineProperty(this, 'exportForStorageInsteadOfCloning', { value: uncloneable, enumerable: true });
  }

  get type(): KeyType {
    return this.#slots.type;
  }

  get extractable(): boolean {
    return this.#slots.extractable;
  }

  get algorithm(): KeyAlgorithm {
    return this.#algorithm;
  }

  get usages(): KeyUsage[] {
    return this.#usages;
  }

  get [Symbol.toStringTag](): string {
    return 'CryptoKey';
  }
}

const GUARD = Symbol('DuetCryptoKey');

function uncloneable(): never {
  throw exception(
    'NotSupportedError',
    'a key of the wasm engine cannot be cloned: store what exportForStorage gives',
  );
}

/** `CryptoKey` of the platform; it has none where `crypto.subtle` is missing, either. */
const NativeKey = (globalThis as { CryptoKey?: (new () => unknown) & { readonly prototype: object } })
  .CryptoKey;
const typeOfNative = NativeKey && Object.getOwnPropertyDescriptor(NativeKey.prototype, 'type')?.get;
// `key instanceof CryptoKey` holds for both engines.
if (NativeKey) Object.setPrototypeOf(DuetCryptoKey.prototype, NativeKey.prototype);

/** A new key of the wasm engine. */
export function ownKey(inner: Slots): CryptoKey {
  return new DuetCryptoKey(inner, GUARD) as unknown as CryptoKey;
}

/** The slots of a key of the wasm engine; undefined for any other value. */
export function slotsOf(value: unknown): Slots | undefined {
  return typeof value === 'object' && value !== null && isOwn(value)
    ? slots(value as DuetCryptoKey)
    : undefined;
}

function isNative(value: unknown): boolean {
  try {
    // In workerd a key has its attributes as properties of its own.
    if (typeOfNative === undefined)
      return NativeKey !== undefined && value instanceof NativeKey && Object.hasOwn(value, 'type');
    return typeof typeOfNative.call(value) === 'string';
  } catch {
    return false;
  }
}

/** Whether it is a key of either engine. */
export function isKey(value: unknown): value is CryptoKey {
  return slotsOf(value) !== undefined || isNative(value);
}
