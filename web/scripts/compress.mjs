// A copy with brotli beside every file whose name has a hash of its content (no other could become the copy of something else), for browsers
// that take it: a sixth less than gzip, of the module a fifth. It is made once, here, at the quality for which nobody could wait while a page
// loads; the relay sends it as it is (server/src/site.rs).

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const COMPRESSIBLE = new Set(['.css', '.js', '.svg', '.wasm']);
/** Bytes: below this the header costs more than compression saves. */
const FROM = 1024;

for (const folder of ['assets', 'viewer/assets', 'playground/assets']) {
  for (const entry of readdirSync(join(dist, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !COMPRESSIBLE.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const body = readFileSync(path);
    if (body.length >= FROM) writeFileSync(`${path}.br`, brotliCompressSync(body));
  }
}
