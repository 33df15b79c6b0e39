// Packs the tarball that is published, with its SHA-256: `node scripts/pack.mjs FOLDER`. The same files give the same bytes.
//
// What belongs to the repository comes along: licences, security policy, changelog, the TypeScript that the maps and declarations point at.
// Links of the documents are relative where their target is in the tarball. Others lead to the repository, whose address is $REPOSITORY (or the
// one that GitHub's runners know); without one they are plain text, because a link that leads nowhere helps nobody.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { root } from './lib.mjs';

const repository = `${root}..`;
const stage = `${root}.build/package`;

/** What comes from where in the repository; documents are Markdown. */
const DOCUMENTS = {
  'README.md': 'wasm-bindings/README.md',
  'SECURITY.md': 'docs/SECURITY.md',
  'CHANGELOG.md': 'docs/CHANGELOG.md',
  'examples/README.md': 'wasm-bindings/examples/README.md',
};
const FOLDERS = ['dist', 'examples', 'ts'];
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];

function addressOf({ REPOSITORY, GITHUB_SERVER_URL, GITHUB_REPOSITORY }) {
  const address = REPOSITORY ?? (GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`);
  return address?.replace(/(\.git)?\/?$/, '');
}

/** Where a file of the repository is in the tarball, if it is. */
function packed(path) {
  const known = Object.entries(DOCUMENTS).find(([, from]) => from === path);
  if (known) return known[0];
  const name = path.startsWith('wasm-bindings/') ? path.slice('wasm-bindings/'.length) : path;
  return existsSync(`${stage}/${name}`) ? name : undefined;
}

/** A document with its links as they are right in the tarball. */
function relinked(text, name, from, address, version) {
  return text.replace(/\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)/g, (_, words, link) => {
    const [path, fragment] = link.split('#');
    const target = posix.join(posix.dirname(from), path);
    if (!existsSync(`${repository}/${target}`)) throw new Error(`${from}: ${link} does not exist`);
    const anchor = fragment === undefined ? '' : `#${fragment}`;
    const inside = packed(target);
    if (inside !== undefined) return `[${words}](${posix.relative(posix.dirname(name), inside)}${anchor})`;
    return address === undefined ? words : `[${words}](${address}/blob/v${version}/${target}${anchor})`;
  });
}

/** What of package.json is for those who install it. */
function manifest(address) {
  const {
    scripts: _,
    devDependencies: __,
    ...published
  } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const known = address && {
    repository: { type: 'git', url: `git+${address}.git`, directory: 'wasm-bindings' },
    homepage: `${address}#readme`,
    bugs: `${address}/issues`,
  };
  return { ...published, ...known };
}

/** Writes the tarball and its SHA-256 into a folder, and returns the tarball's path. */
export function pack(folder, environment = process.env) {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('dist/ is missing: run `npm run build` first');
  const address = addressOf(environment);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  for (const name of FOLDERS) cpSync(`${root}${name}`, `${stage}/${name}`, { recursive: true });
  for (const name of LICENCES) cpSync(`${repository}/${name}`, `${stage}/${name}`);
  const published = manifest(address);
  for (const [name, from] of Object.entries(DOCUMENTS)) {
    const text = readFileSync(`${repository}/${from}`, 'utf8');
    writeFileSync(`${stage}/${name}`, relinked(text, name, from, address, published.version));
  }
  writeFileSync(`${stage}/package.json`, `${JSON.stringify(published, null, 2)}\n`);

  const target = resolve(folder);
  mkdirSync(target, { recursive: true });
  const options = { cwd: stage, encoding: 'utf8' };
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], options),
  );
  const tarball = `${target}/${filename}`;
  const sum = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  writeFileSync(`${tarball}.sha256`, `${sum}  ${filename}\n`);
  return tarball;
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2);
  const tarball = pack(folder ?? `${root}.build/pack`);
  process.stdout.write(readFileSync(`${tarball}.sha256`, 'utf8'));
}
