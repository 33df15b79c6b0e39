// Shared by the scripts.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The package's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the package's folder, and ends with it if it fails. */
export function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** tsc, on a project of the package. */
export function compile(project) {
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project]);
}

/** Compiles the tests to .build/. They import the package by its name, as everybody does: it must be built. */
export function compileTests() {
  if (!existsSync(`${root}dist/index.js`)) {
    process.stderr.write('dist/ is missing: run `npm run wasm` and `npm run build` first\n');
    process.exit(1);
  }
  compile('tests');
  // One file of each library's many: a page loads it by one address, and a worker, which has no import map, too.
  buildSync({
    entryPoints: {
      'fast-check': `${root}node_modules/fast-check/lib/fast-check.js`,
      jose: 'jose',
      hpke: '@hpke/core',
      age: 'age-encryption',
    },
    outdir: `${root}.build`,
    bundle: true,
    format: 'esm',
    // Of older Node, and asked for nowhere else.
    external: ['crypto'],
  });
}
