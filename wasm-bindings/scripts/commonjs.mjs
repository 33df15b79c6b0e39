// dist/cjs/: the same files as CommonJS, for programs that can only `require` (Jest without its flag for modules, older tools). Where a
// platform or a bundler can take modules from `require`, `exports` in package.json gives it those: two copies would know nothing of each other's keys.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { build } from 'esbuild';

/** Modules as text are shared with the other form. No file of this folder needs them where the files are. */
const TEXT = /^wasm\/(?:.*\/)?(baseline|simd128)\.js$/;

/** Who imports those at once, or is imported where nothing is required. */
const MODULES_ONLY = ['compiled.js', 'inline.js', 'subtle/compiled.js'];

/** Every import stays one; only what is shared is elsewhere. */
function siblings(name) {
  const place = posix.dirname(name);
  return {
    name: 'siblings',
    setup(building) {
      building.onResolve({ filter: /^\./ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        const target = posix.join(place, path);
        if (!TEXT.test(target)) return { path, external: true };
        return { path: posix.relative(posix.join('cjs', place), target), external: true };
      });
    },
  };
}

async function convert(dist, name) {
  const source = readFileSync(`${dist}/${name}`, 'utf8');
  const twin = posix.relative(posix.join('cjs', posix.dirname(name)), name);
  const usesAddress = source.includes('import.meta.url');
  const { outputFiles } = await build({
    entryPoints: [`${dist}/${name}`],
    outfile: `${dist}/cjs/${name}`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Jest's sandbox can only require. What is shared with the other form is modules, and is imported.
    supported: { 'dynamic-import': /import\('[^']*(baseline|simd128)\.js'\)/.test(source) },
    sourcemap: true,
    write: false,
    logLevel: 'warning',
    plugins: [siblings(name)],
    // The address of the module that this file was made from: the WebAssembly files are beside that.
    ...(usesAddress && {
      define: { 'import.meta.url': '__address' },
      banner: {
        js: `const __address = new URL('${twin}', require('node:url').pathToFileURL(__filename)).href;`,
      },
    }),
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    // What is required was made from modules as well: its default export is what it says, and not all of it.
    writeFileSync(path, text.replaceAll(/(__toESM\(require\("[^"]+"\)), 1\)/g, '$1)'));
  }
}

/** A declaration, and the map to its source, which is a folder further away. */
function copyDeclaration(dist, name) {
  const target = `${dist}/cjs/${name}`;
  mkdirSync(dirname(target), { recursive: true });
  if (!name.endsWith('.map')) return cpSync(`${dist}/${name}`, target);
  const map = JSON.parse(readFileSync(`${dist}/${name}`, 'utf8'));
  writeFileSync(target, JSON.stringify({ ...map, sources: map.sources.map((source) => `../${source}`) }));
}

/** Writes dist/cjs/ from what is in dist/. */
export async function writeCommonJs(dist) {
  const names = readdirSync(dist, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => !name.startsWith('cjs') && !name.startsWith('wasm/file.'));
  mkdirSync(`${dist}/cjs`, { recursive: true });
  writeFileSync(`${dist}/cjs/package.json`, '{ "type": "commonjs" }\n');
  for (const name of names) {
    const source = name.replace(/\.d\.ts(\.map)?$/, '.js');
    if (TEXT.test(source) || MODULES_ONLY.includes(source)) continue;
    if (/\.d\.ts(\.map)?$/.test(name)) copyDeclaration(dist, name);
    else if (name.endsWith('.js')) await convert(dist, name);
  }
}
