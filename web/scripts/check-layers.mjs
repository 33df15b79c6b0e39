// Who may import whom. A layer knows only what is below it: engine <- state <- screens <- app; `ui` and `i18n`
// stand beside them and know nothing of chat. And no file leads back to itself. tsconfig.engine.json checks the other
// half: no DOM in the engine.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '../src');

/** Layer -> what it may import from, besides itself and packages. A name with a dot is one file of a layer. */
const allowed = {
  engine: [],
  state: ['engine/contract.ts'],
  i18n: ['engine/contract.ts'],
  ui: [],
  // Of the viewer's frame the screens know what it is told and tells, and its keys.
  screens: [
    'ui',
    'i18n',
    'state',
    'engine/contract.ts',
    'engine/emoji.ts',
    'engine/blank.ts',
    '../viewer/messages.ts',
    '../viewer/keys.ts',
    '../viewer/version.ts',
  ],
  app: [
    'screens',
    'ui',
    'i18n',
    'state',
    'engine/contract.ts',
    'engine/client.ts',
    'engine/fake.ts',
    'engine/fake',
  ],
  testing: ['app', 'screens', 'ui', 'i18n', 'state', 'engine'],
  'main.tsx': ['app', 'ui', 'styles'],
};

/** Single exceptions, each with its reason. */
const exceptions = {
  // The page's side of the border starts the worker, and its address has to go through the page's policy.
  'engine/client.ts': ['app/trusted-types.ts'],
};

/** Packages that only these layers may import. */
const packages = { react: ['app', 'screens', 'ui', 'i18n', 'state', 'testing', 'main.tsx'] };

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const specifiers = /(?:^|\n)\s*(?:import|export)\b[^'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
const under = (path, target) => path === target || path.startsWith(`${target}/`);

/** A test may also reach for the helpers of tests, and for the engine that plays a script. */
function mayImport(file, target) {
  const layer = file.split('/')[0];
  if (under(target, layer)) return true;
  if (/\.test\.tsx?$/.test(file) && (under(target, 'testing') || target === 'engine/fake.ts')) return true;
  return [...(allowed[layer] ?? []), ...(exceptions[file] ?? [])].some((rule) => under(target, rule));
}

const problems = [];
/** File -> the files that it imports. */
const imports = new Map();
for (const path of files(source)) {
  const file = relative(source, path).split(sep).join('/');
  const layer = file.split('/')[0];
  const own = [];
  imports.set(file, own);
  for (const match of readFileSync(path, 'utf8').matchAll(specifiers)) {
    const specifier = (match[1] ?? match[2]).split('?')[0];
    if (specifier.startsWith('.')) {
      const target = relative(source, resolve(dirname(path), specifier))
        .split(sep)
        .join('/')
        .replace(/\.js$/, '.ts');
      const withExtension = /\.\w+$/.test(target) ? target : `${target}.ts`;
      own.push(withExtension);
      if (!mayImport(file, withExtension)) problems.push(`${file} must not import ${target}`);
    } else {
      const owners = packages[specifier.split('/')[0]];
      if (owners !== undefined && !owners.includes(layer))
        problems.push(`${file} must not import ${specifier}`);
    }
  }
}

/** Files that were left without finding a circle through them. */
const clear = new Set();

/** The first circle that `file` leads into; `path`: how one came here. */
function circle(file, path) {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (clear.has(file)) return undefined;
  for (const next of imports.get(file) ?? []) {
    const found = circle(next, [...path, file]);
    if (found !== undefined) return found;
  }
  clear.add(file);
  return undefined;
}

for (const file of imports.keys()) {
  const found = circle(file, []);
  if (found === undefined) continue;
  problems.push(`a circle: ${found.join(' -> ')}`);
  break;
}

if (problems.length > 0) {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(1);
}
