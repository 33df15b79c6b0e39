import { defineConfig, mergeConfig } from 'vite';
import site from '../../vite.config.js';

/** The site as it is served, with the scripted engine in it: what drawing costs, without a relay's part in it. */
export default mergeConfig(
  site,
  defineConfig({
    define: { 'import.meta.env.DEV': 'true' },
    build: { outDir: 'test-results-perf/site', emptyOutDir: true },
  }),
);
