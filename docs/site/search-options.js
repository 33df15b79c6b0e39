// How the index is made (build.mjs) and read (search.js): the two must be the same.
export const SEARCH_OPTIONS = {
  fields: ['title', 'text'],
  storeFields: ['page', 'title', 'excerpt'],
  searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
};
