// Builds dist/: compiled TypeScript, and the WebAssembly files that the builder left in pkg/.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = `${root}pkg/wasm`;
if (!existsSync(`${made}/stamp.txt`)) {
  process.stderr.write('pkg/wasm is missing: run `npm run wasm` first\n');
  process.exit(1);
}
rmSync(`${root}dist`, { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
cpSync(made, `${root}dist/wasm`, { recursive: true, filter: (from) => !from.endsWith('stamp.txt') });
