// What the site has: the documents as they lie in the repository, in the order of the menu. A document that is not named
// here is not on the site; what others say about it shows its path instead of a link.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const numbered = readdirSync(`${ROOT}docs/decisions`)
  .filter((name) => /^\d{4}-.*\.md$/.test(name))
  .sort()
  .map((name) => `docs/decisions/${name}`);

/** Sections of the menu: a title, and the documents under it. */
export const SECTIONS = [
  ['Duet', ['README.md', 'docs/guide/messenger.md', 'docs/status.md', 'docs/CHANGELOG.md']],
  [
    'Developers',
    [
      'docs/guide/javascript.md',
      'docs/guide/rust.md',
      'wasm-bindings/README.md',
      'crypto-core/README.md',
      'test-vectors/README.md',
    ],
  ],
  ['Protocol', ['docs/protocol.md', 'docs/ratchets.md', 'docs/formal/README.md']],
  [
    'Operators',
    [
      'docs/operations/README.md',
      'docs/operations/scaling.md',
      'docs/operations/metrics.md',
      'server/README.md',
    ],
  ],
  ['Security', ['docs/SECURITY.md', 'docs/threat-model.md', 'docs/security/asvs.md']],
  [
    'Inside',
    [
      'docs/ARCHITECTURE.md',
      'docs/CONTRIBUTING.md',
      'docs/differences.md',
      'web/README.md',
      'web/src/engine/README.md',
      'crypto-core/benches/README.md',
      'crypto-core/fuzz/README.md',
      'docs/evidence/README.md',
    ],
  ],
  ['Decisions', ['docs/decisions/README.md', ...numbered]],
];

/** Where the reference of the package's types, made by TypeDoc, stands among the documents. */
export const REFERENCE = 'wasm-bindings/reference/';

/** The page of a document, below the site's root: `docs/guide/rust.md` is `guide/rust.html`. */
export function pageOf(document) {
  if (document === 'README.md') return 'index.html';
  return document
    .replace(/^docs\//, '')
    .replace(/README\.md$/, 'index.md')
    .replace(/\.md$/, '.html');
}
