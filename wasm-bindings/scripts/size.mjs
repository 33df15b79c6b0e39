// What an application pays: everything bundled and minified, as a server would send it. Fails when something has outgrown what it
// had reached (budgets.json, bytes with gzip) by more than 2 %, which another compiler may take. When something got smaller:
// `npm run size -- --write`.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './lib.mjs';

const TOLERANCE = 1.02;
const budgets = `${root}budgets.json`;

const gzip = (contents) => gzipSync(contents, { level: 9 }).length;

/** Of what these lines import. The module travels as text, in a chunk of its own, and does not count. */
async function scriptOf(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    outdir: 'out',
    write: false,
  });
  const script = outputFiles.filter(({ text }) => !/[A-Za-z0-9+/]{10000}/.test(text));
  return script.reduce((sum, { contents }) => sum + gzip(contents), 0);
}

const sizes = {
  JavaScript: await scriptOf("export * from './dist/index.js'; export * as relay from './dist/relay.js';"),
  'subtle: JavaScript': await scriptOf("export * from './dist/subtle.js';"),
};
for (const name of ['baseline.wasm', 'simd128.wasm', 'subtle/baseline.wasm', 'subtle/simd128.wasm'])
  sizes[name] = gzip(readFileSync(`${root}dist/wasm/${name}`));

if (process.argv.includes('--write')) writeFileSync(budgets, `${JSON.stringify(sizes, null, 2)}\n`);
const reached = JSON.parse(readFileSync(budgets, 'utf8'));
for (const [name, size] of Object.entries(sizes)) {
  const most = Math.floor(reached[name] * TOLERANCE);
  const verdict = size > most ? 'too large: find what grew' : 'ok';
  process.stdout.write(`${name.padEnd(21)} ${size} bytes with gzip, at most ${most}: ${verdict}\n`);
  if (size > most) process.exitCode = 1;
}
const first = sizes.JavaScript + sizes['simd128.wasm'];
const firstOfSubtle = sizes['subtle: JavaScript'] + sizes['subtle/simd128.wasm'];
process.stdout.write(`first load            ${first} bytes with gzip; of subtle alone ${firstOfSubtle}\n`);
