/**
 * Arguments as Web IDL converts them. Every property of a caller's object is read once, and bytes are copied, before anything is
 * awaited: what a getter or another thread does later changes nothing.
 */
import { isKey } from './key.js';
import type { Format, Jwk, Usage } from './types.js';

/** A way to convert one value; `what` names it in an error. */
export type Convert<T = unknown> = (value: unknown, what: string) => T;

type Getter = (this: unknown) => unknown;

function getter(prototype: object, name: PropertyKey): Getter | undefined {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get;
}

// Of every realm alike: what is inside an object is asked of it, not its class.
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOfArray = getter(TypedArray, Symbol.toStringTag);
const ofArray = ['buffer', 'byteOffset', 'byteLength'].map((name) => getter(TypedArray, name));
const ofDataView = ['buffer', 'byteOffset', 'byteLength'].map((name) => getter(DataView.prototype, name));
const lengthOfBuffer = getter(ArrayBuffer.prototype, 'byteLength');
const isResizable = getter(ArrayBuffer.prototype, 'resizable');
const { set } = Uint8Array.prototype;

/** Whether it is an ArrayBuffer (no shared one), of any realm. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    return lengthOfBuffer?.call(value) !== undefined;
  } catch {
    return false;
  }
}

/** Whether a value is an ArrayBuffer or a view, before anything about it is checked. */
export function isBufferSource(value: unknown): boolean {
  return ArrayBuffer.isView(value) || isArrayBuffer(value);
}

/**
 * The bytes of a `BufferSource`, where they are: to be copied, or given to somebody who copies them at once. None if the buffer is
 * detached. Refuses shared and resizable memory.
 */
export function viewOf(value: unknown, what: string): Uint8Array<ArrayBuffer> {
  let [buffer, offset, length]: unknown[] = [value, 0, undefined];
  if (ArrayBuffer.isView(value)) {
    const getters = tagOfArray?.call(value) === undefined ? ofDataView : ofArray;
    try {
      [buffer, offset, length] = getters.map((get) => get?.call(value));
    } catch {
      // A DataView throws where a typed array says 0: detached, or out of the bounds of a buffer that was resized.
      return new Uint8Array();
    }
  }
  if (!isArrayBuffer(buffer)) {
    throw new TypeError(`${what} must be an ArrayBuffer or a view of one that is not shared`);
  }
  if (isResizable?.call(buffer) === true) throw new TypeError(`${what} must not be resizable`);
  try {
    return new Uint8Array(buffer, offset as number, length as number | undefined);
  } catch {
    return new Uint8Array();
  }
}

/** A copy that nobody else holds. Not `slice()`, which a subclass may have replaced. */
export function copyOf(view: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(view.length);
  set.call(copy, view);
  return copy;
}

/** `BufferSource`, copied. */
export const bufferSource: Convert<Uint8Array<ArrayBuffer>> = (value, what) => copyOf(viewOf(value, what));

/** `[EnforceRange]` of an unsigned integer. */
export function enforced(most: number): Convert<number> {
  return (value, what) => {
    // The operator throws for symbols and BigInts, as it should.
    const number = Math.trunc(+(value as number));
    // NaN is in no range.
    if (!(number >= 0 && number <= most)) throw new TypeError(`${what} must be from 0 to ${most}`);
    return number + 0;
  };
}

export const octet = enforced(0xff);
export const unsignedShort = enforced(0xffff);
export const unsignedLong = enforced(0xffff_ffff);

/** `DOMString`. */
export const string: Convert<string> = (value) => `${value as string}`;

/** `boolean`. */
export const boolean: Convert<boolean> = (value) => Boolean(value);

/** `unsigned long?`, as `deriveBits` takes its length. */
export const nullableLong: Convert<number | null> = (value) =>
  value === undefined || value === null ? null : +(value as number) >>> 0;

/** `CryptoKey`, of either engine. */
export const cryptoKey: Convert<CryptoKey> = (value, what) => {
  if (!isKey(value)) throw new TypeError(`${what} must be a CryptoKey`);
  return value;
};

/** `sequence<T>`. */
export function sequence<T>(convert: Convert<T>): Convert<T[]> {
  return (value, what) => {
    if (!isObject(value)) throw new TypeError(`${what} must be a sequence`);
    if (typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function') {
      throw new TypeError(`${what} must be iterable`);
    }
    return Array.from(value as Iterable<unknown>, (element) => convert(element, `an element of ${what}`));
  };
}

/** An enumeration of strings. */
export function oneOf<T extends string>(values: readonly T[]): Convert<T> {
  return (value, what) => {
    const text = string(value, what) as T;
    if (!values.includes(text)) throw new TypeError(`${what} '${text}' is not one of ${values.join(', ')}`);
    return text;
  };
}

/** Member of a dictionary. */
export interface Member {
  readonly name: string;
  readonly convert: Convert;
  readonly required?: boolean;
}

/** The members of a dictionary, each read once and in the order given; Web IDL's is alphabetical. */
export function dictionary<T = Readonly<Record<string, unknown>>>(
  value: unknown,
  members: readonly Member[],
  what: string,
): T {
  const isEmpty = value === undefined || value === null;
  if (!isEmpty && !isObject(value)) throw new TypeError(`${what} must be an object`);
  const out: Record<string, unknown> = {};
  for (const { name, convert, required } of members) {
    const member = isEmpty ? undefined : (value as Record<string, unknown>)[name];
    if (member !== undefined) out[name] = convert(member, `'${name}' of ${what}`);
    else if (required) throw new TypeError(`'${name}' of ${what} is required`);
  }
  return out as T;
}

/** Objects and functions. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Too few arguments are a TypeError before any of them is looked at. */
export function required(given: readonly unknown[], count: number, method: string): void {
  if (given.length < count) {
    throw new TypeError(`${method} needs ${count} arguments, and got ${given.length}`);
  }
}

/** The key usages, in the order of the specification. */
export const USAGES = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'deriveKey',
  'deriveBits',
  'wrapKey',
  'unwrapKey',
  'encapsulateKey',
  'encapsulateBits',
  'decapsulateKey',
  'decapsulateBits',
] as const satisfies readonly Usage[];

/** `sequence<KeyUsage>`. */
export const keyUsages: Convert<Usage[]> = sequence(oneOf<Usage>(USAGES));

/** `KeyFormat`. */
export const keyFormat: Convert<Format> = oneOf<Format>([
  'raw-public',
  'raw-private',
  'raw-seed',
  'raw-secret',
  'raw',
  'spki',
  'pkcs8',
  'jwk',
]);

/** `JsonWebKey`. */
export const jsonWebKey: Convert<Jwk> = (value, what) => dictionary(value, JWK_MEMBERS, what);

const JWK_MEMBERS: readonly Member[] = [
  ...['alg', 'crv', 'd', 'dp', 'dq', 'e'].map((name) => ({ name, convert: string })),
  { name: 'ext', convert: boolean },
  { name: 'k', convert: string },
  { name: 'key_ops', convert: sequence(string) },
  ...['kty', 'n'].map((name) => ({ name, convert: string })),
  {
    name: 'oth',
    convert: sequence((value, what) =>
      dictionary(
        value,
        ['d', 'r', 't'].map((name) => ({ name, convert: string })),
        what,
      ),
    ),
  },
  ...['p', 'priv', 'pub', 'q', 'qi', 'use', 'x', 'y'].map((name) => ({ name, convert: string })),
];
