/** Bytes as arguments and results. */
import { DuetError } from './errors.js';
import type { Bytes } from './types.js';

/** Of every realm alike: an iframe's, a worker's, a test runner's. */
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOf = getter(Symbol.toStringTag);
const lengthOf = getter('byteLength');
const bufferOf = getter('buffer');
const offsetOf = getter('byteOffset');

function getter(name: PropertyKey): (value: unknown) => unknown {
  const get = Object.getOwnPropertyDescriptor(TypedArray, name)?.get;
  return (value) => get?.call(value);
}

/** How many bytes it has, by its own word and not a property's; undefined for what is no `Uint8Array` of any realm. */
export function bytesLength(value: unknown): number | undefined {
  if (!ArrayBuffer.isView(value) || tagOf(value) !== 'Uint8Array') return undefined;
  return lengthOf(value) as number;
}

/** The length of bytes that are not copied, or not yet. */
export function checkedLength(value: Uint8Array, name: string): number {
  const length = bytesLength(value);
  if (length === undefined) throw new DuetError('E_ARGUMENT', `${name} must be a Uint8Array`);
  return length;
}

/** A part of bytes, looked at where it is: no method of theirs is called. */
export function viewOf(value: Uint8Array, start: number, end: number): Bytes {
  try {
    return new Uint8Array(
      bufferOf(value) as ArrayBuffer,
      (offsetOf(value) as number) + start,
      Math.max(0, end - start),
    );
  } catch (cause) {
    throw new DuetError('E_ARGUMENT', 'the bytes are gone', { cause });
  }
}

/**
 * A copy of a caller's bytes, made before anything is awaited: whoever still holds the original cannot change what
 * is encrypted or verified. Refuses what is not a `Uint8Array`, or has none of its bytes any more; `length` refuses what is not of
 * that length, `max` what is longer: before the copy.
 */
export function copyOf(value: Uint8Array, name: string, length?: number, max = COPY_MAX): Bytes {
  const found = checkedLength(value, name);
  if (length !== undefined && found !== length) {
    throw new DuetError('E_ARGUMENT', `${name} must have ${length} bytes, not ${found}`);
  }
  if (found > max) throw new DuetError('E_ARGUMENT', `${name} has ${found} bytes, more than ${max}`);
  try {
    // Not slice(): a subclass such as Node's Buffer overrides it with a view. A detached buffer throws here.
    const copy = new Uint8Array(found);
    set.call(copy, value);
    return copy;
  } catch (cause) {
    throw new DuetError('E_ARGUMENT', `${name} cannot be read`, { cause });
  }
}

/** Bytes of one length each, one after the other. */
export function joinedBytes(values: readonly unknown[], name: string, length: number): Bytes {
  const joined = new Uint8Array(length * values.length);
  for (const [index, value] of values.entries())
    joined.set(copyOf(value as Uint8Array, name, length), length * index);
  return joined;
}

/** Nothing that is copied as a whole is longer: a backup of all people has eight megabytes. */
const COPY_MAX = 16 * 1024 * 1024;

const { set } = Uint8Array.prototype;

/** A whole number of at least `min`, at most `max` (2^53 − 1 unless told otherwise). */
export function wholeNumber(value: number, name: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new DuetError('E_ARGUMENT', `${name} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** No text of any kind is as long; what a kind may have is for the core to say. */
const TEXT_MAX = 1 << 20;

/**
 * The platform's own look for halves of characters takes a thirtieth of the time of the expression below; Chrome has it from 111 on,
 * Firefox from 119, Safari from 16.4.
 */
const { isWellFormed } = String.prototype as { readonly isWellFormed?: (this: string) => boolean };
const HALF = /\p{Surrogate}/u;

/** False for half a character: no UTF-8 has it, so what is sent would not be what is read, and two passwords would be one. */
function isWhole(value: string): boolean {
  return isWellFormed === undefined ? !HALF.test(value) : isWellFormed.call(value);
}

/** Refuses what is not a string of whole characters. */
export function text(value: string, name: string): string {
  if (typeof value !== 'string') throw new DuetError('E_ARGUMENT', `${name} must be a string`);
  if (value.length > TEXT_MAX) throw new DuetError('E_ARGUMENT', `${name} has ${value.length} characters`);
  if (!isWhole(value)) throw new DuetError('E_ILL_FORMED', name);
  return value;
}

/** A time in ms, of which the fraction is not looked at. */
export function time(value: number, name: string): number {
  if (typeof value !== 'number') throw new DuetError('E_ARGUMENT', `${name} must be a number`);
  return wholeNumber(Math.trunc(value), name);
}

/** True if the two have the same bytes. For public values: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
