/** Bytes as arguments and results. */
import { DuetError } from './errors.js';
import type { Bytes } from './types.js';

/**
 * A copy of a caller's bytes, made before anything is awaited: whoever still holds the original cannot change what
 * is encrypted or verified. Refuses what is not a `Uint8Array`; `length` refuses what is not of that length.
 */
export function copyOf(value: Uint8Array, name: string, length?: number): Bytes {
  if (!(value instanceof Uint8Array)) {
    throw new DuetError('E_ARGUMENT', `${name} must be a Uint8Array`);
  }
  if (length !== undefined && value.length !== length) {
    throw new DuetError('E_ARGUMENT', `${name} must have ${length} bytes, not ${value.length}`);
  }
  // Not slice(): a subclass such as Node's Buffer overrides it with a view.
  const copy = new Uint8Array(value.length);
  copy.set(value);
  return copy;
}

/** A whole number of at least `min`, at most `max` (2^53 − 1 unless told otherwise). */
export function wholeNumber(value: number, name: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new DuetError('E_ARGUMENT', `${name} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** Refuses what is not a string. */
export function text(value: string, name: string): string {
  if (typeof value !== 'string') throw new DuetError('E_ARGUMENT', `${name} must be a string`);
  return value;
}

/** True if the two have the same bytes. For public values: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
