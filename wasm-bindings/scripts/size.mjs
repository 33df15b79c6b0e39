// What an application pays: everything bundled and minified, as a server would send it. Fails when something has outgrown what it
// had reached (budgets.json, bytes with gzip) by more than 2 %, which another compiler may take. When something got smaller:
// `npm run size -- --write`.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './lib.mjs';

const TOLERANCE = 1.02;
const budgets = `${root}budgets.json`;

const { outputFiles } = await build({
  stdin: {
    contents: "export * from './dist/index.js'; export * as relay from './dist/relay.js';",
    resolveDir: root,
  },
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  outdir: 'out',
  write: false,
});
const gzip = (contents) => gzipSync(contents, { level: 9 }).length;
// The module travels as text, in a chunk of its own.
const script = outputFiles.filter(({ text }) => !/[A-Za-z0-9+/]{10000}/.test(text));

const sizes = { JavaScript: script.reduce((sum, { contents }) => sum + gzip(contents), 0) };
for (const name of ['baseline.wasm', 'simd128.wasm'])
  sizes[name] = gzip(readFileSync(`${root}dist/wasm/${name}`));

if (process.argv.includes('--write')) writeFileSync(budgets, `${JSON.stringify(sizes, null, 2)}\n`);
const reached = JSON.parse(readFileSync(budgets, 'utf8'));
for (const [name, size] of Object.entries(sizes)) {
  const most = Math.floor(reached[name] * TOLERANCE);
  const verdict = size > most ? 'too large: find what grew' : 'ok';
  process.stdout.write(`${name.padEnd(14)} ${size} bytes with gzip, at most ${most}: ${verdict}\n`);
  if (size > most) process.exitCode = 1;
}
process.stdout.write(`first load     ${sizes.JavaScript + sizes['simd128.wasm']} bytes with gzip\n`);
