// What search finds: every heading, with the text under it.

import MiniSearch from 'minisearch';
import { SEARCH_OPTIONS } from './search-options.js';

/** Of the text under a heading as much is searched, and as much is shown; in characters. */
const SEARCHED = 4000;
const SHOWN = 160;

export class SearchIndex {
  #index = new MiniSearch(SEARCH_OPTIONS);
  #entries = 0;

  /** Adds a page: its address below the site's root, and its HTML. */
  add(page, html) {
    const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? '';
    for (const part of main.split(/(?=<h[1-3] id=")/)) {
      const heading = /^<h[1-3] id="([^"]*)"[^>]*>([\s\S]*?)<\/h[1-3]>/.exec(part);
      if (heading === null) continue;
      const text = plain(part.slice(heading[0].length));
      this.#entries += 1;
      this.#index.add({
        id: this.#entries,
        page: `${page}#${heading[1]}`,
        title: plain(heading[2]),
        text: text.slice(0, SEARCHED),
        excerpt: text.slice(0, SHOWN),
      });
    }
  }

  /** What search.js loads. */
  toString() {
    return JSON.stringify(this.#index);
  }
}

const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function plain(html) {
  return html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => NAMED[name])
    .replace(/\s+/g, ' ')
    .trim();
}
