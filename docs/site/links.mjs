// Links between documents become links between pages. Those that lead nowhere are found here: a page or a heading that is not there.

import { posix } from 'node:path';
import { pageOf } from './pages.mjs';

export class Links {
  #pages;
  #headings = new Map();
  #followed = [];

  /** `documents`: the paths of all documents of the site. */
  constructor(documents) {
    this.#pages = new Set(documents);
  }

  /** A markdown-it plugin. `env.document` says which document is being read. */
  plugin = (markdown) => {
    markdown.core.ruler.push('duet_links', (state) => {
      const from = state.env.document;
      this.#headings.set(from, new Set(state.tokens.flatMap(idsOf)));
      for (const token of state.tokens) {
        alignByClass(token);
        if (token.type === 'inline') this.#rewrite(token.children, from);
      }
    });
  };

  #rewrite(tokens, from) {
    const open = [];
    for (const token of tokens) {
      if (token.type === 'link_open') {
        open.push(this.#target(token, from));
      } else if (token.type === 'link_close') {
        token.tag = open.pop();
      } else if (token.type === 'image') {
        token.attrSet('src', relative(from, pageOf(posix.join(posix.dirname(from), token.attrGet('src')))));
      }
    }
  }

  /** Says with which tag the link goes on: `a`, or `span` where what it means is in the repository only. */
  #target(token, from) {
    const href = token.attrGet('href');
    if (/^[a-z]+:/.test(href)) return 'a';
    const [path, fragment] = href.split('#');
    const to = path === '' ? from : posix.join(posix.dirname(from), decodeURI(path));
    if (!this.#pages.has(to)) {
      token.tag = 'span';
      token.attrs = [
        ['class', 'source'],
        ['title', `${to} in the repository`],
      ];
      return 'span';
    }
    this.#followed.push({ from, to, fragment });
    token.attrSet('href', relative(from, pageOf(to)) + (fragment ? `#${fragment}` : ''));
    return 'a';
  }

  /** What leads to a heading that no page has. */
  broken() {
    return this.#followed
      .filter(({ to, fragment }) => fragment && !this.#headings.get(to)?.has(decodeURIComponent(fragment)))
      .map(({ from, to, fragment }) => `${from}: ${to} has no heading #${fragment}`);
  }
}

/** From the page of a document to another page. */
export function relative(from, page) {
  return posix.relative(posix.dirname(pageOf(from)), page) || posix.basename(page);
}

/** What can be linked to: headings, and what a document brings as HTML. */
function idsOf(token) {
  const id = token.attrGet('id');
  const html = [token, ...(token.children ?? [])].filter(
    ({ type }) => type === 'html_block' || type === 'html_inline',
  );
  const written = html.flatMap(({ content }) =>
    [...content.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]),
  );
  return id === null ? written : [id, ...written];
}

/** The relay's policy forbids style attributes, and markdown-it has no other way to align a column. */
function alignByClass(token) {
  const style = token.attrGet('style');
  if (style === null) return;
  token.attrs = token.attrs.filter(([name]) => name !== 'style');
  token.attrJoin('class', style.replace('text-align:', 'align-'));
}
