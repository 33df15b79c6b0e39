/** Large data of the vectors: rules instead of bytes, and digests instead of outputs. */
import { sha256 as digest } from '@noble/hashes/sha2.js';
import { concat, hex, unhex } from '../harness.js';

/**
 * SHA-256 by a third party: the package's own would vouch for itself, and insecure origins have no `crypto.subtle`.
 */
export function sha256(bytes: Uint8Array): string {
  return hex(digest(bytes));
}

type Rule =
  | { readonly rule: 'blocks'; readonly tag: string; readonly size: number }
  | { readonly rule: 'hex'; readonly hex: string };

const made = new Map<string, Uint8Array<ArrayBuffer>>();

/** The bytes of a rule: `SHA-256("PAIR/1 vector " || tag || u32(i))`, i = 0, 1, 2 … */
export function large(rule: Rule): Uint8Array<ArrayBuffer> {
  switch (rule.rule) {
    case 'hex':
      return unhex(rule.hex);
    case 'blocks': {
      const name = `${rule.size} ${rule.tag}`;
      const bytes = made.get(name) ?? blocks(rule.tag, rule.size);
      made.set(name, bytes);
      return bytes;
    }
    default:
      throw new Error(`unknown rule ${(rule as { rule: string }).rule}`);
  }
}

function blocks(tag: string, size: number): Uint8Array<ArrayBuffer> {
  const prefix = new TextEncoder().encode(`PAIR/1 vector ${tag}`);
  const input = concat(prefix, new Uint8Array(4));
  const counter = new DataView(input.buffer, prefix.length);
  const out = new Uint8Array(size);
  for (let index = 0; index * 32 < size; index++) {
    counter.setUint32(0, index);
    const block = digest(input);
    out.set(block.subarray(0, size - index * 32), index * 32);
  }
  return out;
}
