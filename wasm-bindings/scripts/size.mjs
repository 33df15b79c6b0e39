// What an application pays: everything bundled and minified, as a server would send it.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './lib.mjs';

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
const size = ({ contents }) => ({ raw: contents.length, gzip: gzipSync(contents, { level: 9 }).length });
const modules = outputFiles.filter(({ text }) => /[A-Za-z0-9+/]{10000}/.test(text));
const script = outputFiles.filter((file) => !modules.includes(file)).map(size);
const sum = (parts, key) => parts.reduce((total, part) => total + part[key], 0);
const line = (name, { raw, gzip }) =>
  process.stdout.write(`${name.padEnd(34)} ${raw} bytes, ${gzip} with gzip\n`);

line('JavaScript', { raw: sum(script, 'raw'), gzip: sum(script, 'gzip') });
for (const file of modules) line('WebAssembly, one of two, as text', size(file));
const largest = Math.max(...modules.map((file) => size(file).gzip));
process.stdout.write(`everything: ${sum(script, 'gzip') + largest} bytes with gzip\n`);
