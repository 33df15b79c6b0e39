/**
 * The gate for objects that go into the WebAssembly module. What is behind it is made here: plain objects without a prototype,
 * with exactly the keys that the Rust type has (`generated/shapes.ts`), values that were read once, and bytes that nobody else
 * holds. No getter, no proxy and no inherited property is read on the other side, where a call back into the module, or a trap of
 * its own, would end the instance.
 */
import { copyOf, text } from './bytes.js';
import { DuetError } from './errors.js';

/** What a value may be. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | { readonly bytes: number | 'any' }
  | { readonly orNull: Shape }
  | { readonly each: Shape }
  | { readonly fields: Fields }
  | { readonly oneOf: Readonly<Record<string, Fields>> };

type Fields = Readonly<Record<string, Shape>>;

/** No field of bytes is longer than a message may be. */
const BYTES_MAX = 65_536;
/** No list is longer than the longest, that of people. */
const EACH_MAX = 65_535;

/** A copy of `value`, if it has this shape. */
export function pass(value: unknown, shape: Shape, name: string): unknown {
  if (shape === 'string') return text(value as string, name);
  if (shape === 'number') {
    if (typeof value !== 'number') throw wrong(name, 'a number');
    return value;
  }
  if (shape === 'boolean') {
    if (typeof value !== 'boolean') throw wrong(name, 'a boolean');
    return value;
  }
  if ('bytes' in shape) {
    const exact = shape.bytes === 'any' ? undefined : shape.bytes;
    return copyOf(value as Uint8Array, name, exact, BYTES_MAX);
  }
  if ('orNull' in shape)
    return value === null || value === undefined ? null : pass(value, shape.orNull, name);
  if ('each' in shape) return list(value, shape.each, name);
  if ('fields' in shape) return object(value, shape.fields, name);
  const type = own(value, 'type', name);
  const fields = typeof type === 'string' && Object.hasOwn(shape.oneOf, type) ? shape.oneOf[type] : undefined;
  if (fields === undefined) throw wrong(`${name}.type`, 'a known one');
  return Object.assign(object(value, fields, name), { type });
}

function object(value: unknown, fields: Fields, name: string): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, shape] of Object.entries(fields))
    copy[key] = pass(own(value, key, name), shape, `${name}.${key}`);
  return copy;
}

function list(value: unknown, shape: Shape, name: string): unknown[] {
  return elements(value, name).map((element, at) => pass(element, shape, `${name}[${at}]`));
}

/**
 * A caller's options: its own data properties and nothing inherited, so that what somebody has put on `Object.prototype` is
 * nobody's key.
 */
export function options<T extends object>(value: T, name = 'options'): T {
  if (typeof value !== 'object' || value === null) throw wrong(name, 'an object');
  const copy = Object.create(null);
  for (const key of keysOf(value, name)) copy[key] = own(value, key, name);
  return copy;
}

/** False for what cannot be asked: a proxy that was revoked. */
function isArray(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The elements of a caller's array, each read once. */
export function elements(value: unknown, name: string): unknown[] {
  const length = isArray(value) ? own(value, 'length', name) : undefined;
  if (typeof length !== 'number' || length > EACH_MAX) throw wrong(name, 'an array');
  return Array.from({ length }, (_, at) => own(value, String(at), name));
}

/** A caller's function, if there is one. */
export function callback<T>(value: T | undefined, name: string): T | undefined {
  if (value !== undefined && typeof value !== 'function') throw wrong(name, 'a function');
  return value;
}

/** A caller's signal, if there is one. */
export function signal(value: AbortSignal | undefined, name = 'signal'): AbortSignal | undefined {
  if (value !== undefined && !hasInside(value, AbortSignal, 'aborted')) throw wrong(name, 'an AbortSignal');
  return value;
}

/** Whether it is a Blob, of any realm. */
export function isBlob(value: unknown): value is Blob {
  return hasInside(value, Blob, 'size');
}

/** Whether it is an ArrayBuffer, of any realm: no shared one. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return hasInside(value, ArrayBuffer, 'byteLength');
}

/** Whether it is a ReadableStream, of any realm. */
export function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return hasInside(value, ReadableStream, 'locked');
}

/**
 * By what only an object of this class has inside: what looks like one, or is a proxy of one, fails later. `instanceof` asks the
 * object for its prototype, which a proxy may answer as it likes.
 */
function hasInside(value: unknown, { prototype }: { readonly prototype: object }, key: string): boolean {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  try {
    return get !== undefined && get.call(value) !== undefined;
  } catch {
    return false;
  }
}

function keysOf(value: object, name: string): string[] {
  try {
    return Object.keys(value);
  } catch (cause) {
    throw new DuetError('E_ARGUMENT', `${name} cannot be read`, { cause });
  }
}

/** The own data property of this name; undefined if there is none. A getter is not called. */
export function own(value: unknown, key: string, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw wrong(name, 'an object');
  let property: PropertyDescriptor | undefined;
  try {
    property = Object.getOwnPropertyDescriptor(value, key);
  } catch (cause) {
    // A proxy's trap.
    throw new DuetError('E_ARGUMENT', `${name}.${key} cannot be read`, { cause });
  }
  if (property === undefined) return undefined;
  if (!Object.hasOwn(property, 'value')) throw wrong(`${name}.${key}`, 'a plain property, not an accessor');
  return property.value;
}

function wrong(name: string, wanted: string): DuetError {
  return new DuetError('E_ARGUMENT', `${name} must be ${wanted}`);
}
