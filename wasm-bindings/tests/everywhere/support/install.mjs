/** A fixture as somebody's project: its files, what its lock file pins, and the tarball. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { run } from './programs.mjs';

const here = new URL('../', import.meta.url);
/** Outside of every package: what a fixture finds is its own. */
const installed = fileURLToPath(new URL('../../../.build/everywhere/', here));

export const fixturesFolder = fileURLToPath(new URL('fixtures/', here));

const npm = (cwd, ...args) => run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd });

async function locked(source, folder) {
  const lock = `${source}/package-lock.json`;
  if (!existsSync(lock)) return;
  const sum = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex');
  const stamp = `${folder}/node_modules/.locked`;
  if ((await readFile(stamp, 'utf8').catch(() => '')) === sum) return;
  await npm(folder, 'ci');
  await mkdir(`${folder}/node_modules`, { recursive: true });
  await writeFile(stamp, sum);
}

/** Makes the project and returns its folder. */
export async function install(name, tarball) {
  const source = fixturesFolder + name;
  const folder = installed + name;
  await mkdir(folder, { recursive: true });
  await cp(source, folder, { recursive: true });
  await cp(fileURLToPath(new URL('program.mjs', here)), `${folder}/program.mjs`);
  await locked(source, folder);
  // What npm would do with a package that depends on nothing, without asking a registry.
  const target = `${folder}/node_modules/@duet-chat/crypto`;
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], { cwd: folder });
  return folder;
}
