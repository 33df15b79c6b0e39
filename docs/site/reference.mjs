// The reference of `@duet-chat/crypto`: what TypeDoc reads from its types, as documents like the others.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { REFERENCE, ROOT } from './pages.mjs';

/** What a program can import, as in the `exports` of the package. */
const ENTRIES = ['index', 'subtle', 'relay', 'inline', 'worker', 'testing'];

/** The page that lists the entries. */
export const REFERENCE_START = `${REFERENCE}contents.md`;

/** The documents by their path. */
export async function packageReference() {
  const folder = join(ROOT, 'wasm-bindings');
  const out = await mkdtemp(join(tmpdir(), 'duet-reference-'));
  try {
    const application = await Application.bootstrapWithPlugins({
      plugin: ['typedoc-plugin-markdown'],
      entryPoints: ENTRIES.map((name) => join(folder, `ts/${name}.ts`)),
      tsconfig: join(folder, 'tsconfig.json'),
      name: 'Reference of the package',
      readme: 'none',
      disableSources: true,
      hideBreadcrumbs: true,
      hidePageHeader: true,
      outputFileStrategy: 'modules',
      parametersFormat: 'table',
      useHTMLAnchors: true,
      entryFileName: 'contents',
      outputs: [{ name: 'markdown', path: out }],
      logLevel: 'Error',
    });
    const project = await application.convert();
    if (!project) throw new Error('TypeDoc could not read the types of the package');
    await application.generateOutputs(project);
    const pages = new Map();
    for (const name of (await readdir(out, { recursive: true })).sort()) {
      if (!name.endsWith('.md')) continue;
      const text = await readFile(join(out, name), 'utf8');
      const named = text
        .replace(/^# (\w+)$/m, (_, entry) => `# ${importName(entry)}`)
        .replace(/^- \[(\w+)\]\(/gm, (_, entry) => `- [${importName(entry)}](`);
      pages.set(REFERENCE + name.replaceAll('\\', '/'), named);
    }
    return pages;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** What a program writes after `from`. */
function importName(entry) {
  return entry === 'index' ? '@duet-chat/crypto' : `@duet-chat/crypto/${entry}`;
}
