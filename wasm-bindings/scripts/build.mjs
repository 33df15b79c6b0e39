// Builds dist/: compiled TypeScript, the WebAssembly files that the builder left in pkg/, and the same as CommonJS.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { writeCommonJs } from './commonjs.mjs';
import { relaxDeclarations } from './declarations.mjs';
import { compile, root } from './lib.mjs';

const made = `${root}pkg/wasm`;
if (!existsSync(`${made}/stamp.txt`)) {
  process.stderr.write('pkg/wasm is missing: run `npm run wasm` first\n');
  process.exit(1);
}
const dist = `${root}dist`;

/** The glue's encoder and decoder come from where there may be no such globals: see ts/platform.ts. */
function importPlatform(file, folder) {
  const path = posix.relative(folder, 'platform.js');
  writeFileSync(file, `import { TextDecoder, TextEncoder } from '${path}';\n${readFileSync(file, 'utf8')}`);
}
rmSync(dist, { recursive: true, force: true });
compile('.');
cpSync(made, `${dist}/wasm`, { recursive: true, filter: (from) => !from.endsWith('stamp.txt') });
for (const folder of ['wasm', 'wasm/subtle', 'wasm/subtle/modern'])
  importPlatform(`${dist}/${folder}/glue.js`, folder);
relaxDeclarations(dist);
await writeCommonJs(dist);
