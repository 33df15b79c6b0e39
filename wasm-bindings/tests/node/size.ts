/** The modules do not grow unnoticed: what they have reached, and a little for another compiler. */
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

/** Bytes with gzip. Lower them with the modules; the goal of all the package is 48 KB. */
const MOST: Readonly<Record<string, number>> = { baseline: 320_000, simd128: 307_000 };

for (const [name, most] of Object.entries(MOST)) {
  test(`size: ${name}`, async ({ assert }) => {
    const module = await readFile(new URL(`../../../dist/wasm/${name}.wasm`, import.meta.url));
    const { length } = gzipSync(module, { level: 9 });
    assert.equal(length <= most, true, `${length} bytes with gzip, above ${most}: find what grew`);
  });
}
