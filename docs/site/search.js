// Search, in the reader's browser: nothing that is typed leaves it. The index comes with the first key.

import MiniSearch from './minisearch.js';
import { SEARCH_OPTIONS } from './search-options.js';

const form = document.querySelector('form.search');
const input = form.querySelector('input');
const list = form.querySelector('ol');
const top = new URL('.', import.meta.url);
let index;

function load() {
  index ??= fetched().catch((error) => {
    // The next key asks again.
    index = undefined;
    throw error;
  });
  return index;
}

async function fetched() {
  const answer = await fetch(new URL('search.json', top));
  if (!answer.ok) throw new Error(`search.json: ${answer.status}`);
  return MiniSearch.loadJSON(await answer.text(), SEARCH_OPTIONS);
}

async function show() {
  const asked = input.value.trim();
  if (asked === '') {
    list.replaceChildren();
    return;
  }
  const loaded = await load().catch(() => undefined);
  // Somebody typed on while the index came.
  if (input.value.trim() !== asked) return;
  if (loaded === undefined) {
    list.replaceChildren(note('The index did not come. Type on to try again.'));
    return;
  }
  const found = loaded.search(asked).slice(0, 12);
  list.replaceChildren(...(found.length > 0 ? found.map(line) : [note('Nothing found.')]));
}

function line({ page, title, excerpt }) {
  const link = document.createElement('a');
  link.href = new URL(page, top).href;
  link.append(title);
  const small = document.createElement('small');
  small.append(excerpt);
  const item = document.createElement('li');
  item.append(link, small);
  return item;
}

function note(words) {
  const item = document.createElement('li');
  item.append(words);
  return item;
}

form.hidden = false;
form.addEventListener('submit', (event) => event.preventDefault());
input.addEventListener('input', show);
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    input.value = '';
    list.replaceChildren();
  }
});
