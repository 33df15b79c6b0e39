export * from './selectors.ts';
export * from './stores.ts';
