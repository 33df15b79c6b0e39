// Builds the site into dist/: the documents of pages.mjs and the reference of the package, as pages that need no script (search has a
// small one). Fails when a link leads nowhere.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import Eleventy from '@11ty/eleventy';
import highlight from '@11ty/eleventy-plugin-syntaxhighlight';
import { slug } from 'github-slugger';
import anchors from 'markdown-it-anchor';
import { Links, relative } from './links.mjs';
import { pageOf, REFERENCE, ROOT, SECTIONS } from './pages.mjs';
import { packageReference, REFERENCE_START } from './reference.mjs';
import { SearchIndex } from './search-index.mjs';

const HERE = import.meta.dirname;
const OUT = join(HERE, 'dist');

const documents = await packageReference();
for (const path of SECTIONS.flatMap(([, members]) => members)) {
  documents.set(path, await readFile(join(ROOT, path), 'utf8'));
}
const titles = new Map([...documents].map(([path, text]) => [path, titleOf(path, text)]));
const menu = SECTIONS.map(([title, members]) => ({
  title,
  members: title === 'Developers' ? [...members, REFERENCE_START] : members,
}));
const links = new Links(documents.keys());
const search = new SearchIndex();

await rm(OUT, { recursive: true, force: true });
await new Eleventy(join(HERE, 'templates'), OUT, {
  quietMode: true,
  configPath: false,
  config: configure,
}).write();
await writeFile(join(OUT, 'search.json'), String(search));

const broken = links.broken();
if (broken.length > 0) {
  process.stderr.write(`${broken.join('\n')}\n`);
  process.exitCode = 1;
}

function configure(config) {
  config.addPlugin(highlight);
  config.amendLibrary('md', (markdown) => {
    markdown.set({ html: true, linkify: false, typographer: false });
    markdown.use(anchors, { slugify: slug, uniqueSlugStartIndex: 1, tabIndex: false });
    markdown.use(links.plugin);
  });
  config.addPassthroughCopy({
    [join(HERE, 'style.css')]: 'style.css',
    [join(HERE, 'search.js')]: 'search.js',
    [join(HERE, 'search-options.js')]: 'search-options.js',
    [join(HERE, 'node_modules/minisearch/dist/es/index.js')]: 'minisearch.js',
    [join(ROOT, 'docs/images')]: 'images',
    [join(ROOT, 'web/public/icon.svg')]: 'icon.svg',
  });
  for (const [path, text] of documents) {
    config.addTemplate(path, text, {
      layout: 'page.njk',
      permalink: pageOf(path),
      // A document is text: nothing in it is a template.
      templateEngineOverride: 'md',
      document: path,
      title: titles.get(path),
      top: relative(path, 'index.html').replace(/index\.html$/, ''),
      menu: menuFor(path),
    });
  }
  config.addTransform('search', function (html) {
    search.add(this.page.url.replace(/^\//, ''), html);
    return html;
  });
}

function menuFor(path) {
  const current = path.startsWith(REFERENCE) ? REFERENCE_START : path;
  return menu.map(({ title, members }) => ({
    title,
    open: members.includes(current),
    members: members.map((member) => ({
      href: relative(path, pageOf(member)),
      title: titles.get(member),
      current: member === current,
    })),
  }));
}

function titleOf(path, text) {
  const heading = /^# (.+)$/m.exec(text)?.[1] ?? posix.basename(path, '.md');
  return heading.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
