// Builds dist/: compiled TypeScript, and the WebAssembly files that the builder left in pkg/.
import { cpSync, existsSync, rmSync } from 'node:fs';
import { compile, root } from './lib.mjs';

const made = `${root}pkg/wasm`;
if (!existsSync(`${made}/stamp.txt`)) {
  process.stderr.write('pkg/wasm is missing: run `npm run wasm` first\n');
  process.exit(1);
}
rmSync(`${root}dist`, { recursive: true, force: true });
compile('.');
cpSync(made, `${root}dist/wasm`, { recursive: true, filter: (from) => !from.endsWith('stamp.txt') });
