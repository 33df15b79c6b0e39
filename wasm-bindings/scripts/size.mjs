// What an application pays: everything bundled and minified, as a server would send it. Fails when something has outgrown what it
// had reached (budgets.json, bytes with gzip) by more than 2 %, which another compiler may take. When something got smaller:
// `npm run size -- --write`.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './lib.mjs';

const TOLERANCE = 1.02;
const budgets = `${root}budgets.json`;

const gzip = (contents) => gzipSync(contents, { level: 9 }).length;

/**
 * Of what these lines import: what is loaded at once, and what only when it is used. The module as text, in chunks of its own, does not
 * count.
 */
async function scriptsOf(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    outdir: `${root}out`,
    absWorkingDir: root,
    write: false,
    metafile: true,
  });
  const { outputs } = metafile;
  const first = new Set();
  const follow = (path) => {
    if (first.has(path)) return;
    first.add(path);
    for (const { path: next, kind } of outputs[path].imports) if (kind === 'import-statement') follow(next);
  };
  follow(Object.keys(outputs).find((path) => outputs[path].entryPoint === '<stdin>'));
  const sum = { first: 0, later: 0 };
  for (const { path, text, contents } of outputFiles) {
    if (/[A-Za-z0-9+/]{10000}/.test(text)) continue;
    sum[first.has(relative(root, path)) ? 'first' : 'later'] += gzip(contents);
  }
  return sum;
}

const core = await scriptsOf("export * from './dist/index.js'; export * as relay from './dist/relay.js';");
const subtle = await scriptsOf("export * from './dist/subtle.js';");
const sizes = {
  JavaScript: core.first + core.later,
  'subtle: JavaScript': subtle.first,
  'subtle: JavaScript, later': subtle.later,
};
for (const name of [
  'baseline.wasm',
  'simd128.wasm',
  'subtle/baseline.wasm',
  'subtle/simd128.wasm',
  'subtle/modern/baseline.wasm',
])
  sizes[name] = gzip(readFileSync(`${root}dist/wasm/${name}`));

if (process.argv.includes('--write')) writeFileSync(budgets, `${JSON.stringify(sizes, null, 2)}\n`);
const reached = JSON.parse(readFileSync(budgets, 'utf8'));
for (const [name, size] of Object.entries(sizes)) {
  const most = Math.floor(reached[name] * TOLERANCE);
  const verdict = size > most ? 'too large: find what grew' : 'ok';
  process.stdout.write(`${name.padEnd(27)} ${size} bytes with gzip, at most ${most}: ${verdict}\n`);
  if (size > most) process.exitCode = 1;
}
const first = sizes.JavaScript + sizes['simd128.wasm'];
const firstOfSubtle = sizes['subtle: JavaScript'] + sizes['subtle/simd128.wasm'];
process.stdout.write(
  `first load                  ${first} bytes with gzip; of subtle alone ${firstOfSubtle}\n`,
);
