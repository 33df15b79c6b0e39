/** Classes that every platform has, and a test's DOM may lack (Jest with jsdom): there they are Node's own. */
import { builtin } from './builtin.js';

/** Undefined where there is neither, which ends in an error as soon as it is used. */
function from<Name extends keyof typeof globalThis>(
  name: Name,
  where: 'node:util' | 'node:stream/web',
): (typeof globalThis)[Name] {
  const found = globalThis[name] ?? builtin(where)?.[name as never];
  return found as (typeof globalThis)[Name];
}

export const TextDecoder = /* @__PURE__ */ from('TextDecoder', 'node:util');
export const TextEncoder = /* @__PURE__ */ from('TextEncoder', 'node:util');
export const ReadableStream = /* @__PURE__ */ from('ReadableStream', 'node:stream/web');
