import { defineConfig, mergeConfig } from 'vite';
import scripted from '../perf/vite.config.js';

/**
 * The site with the scripted engine in it, built: a page asks for a few files where the development server gives it 250 modules. As that
 * server it is without the relay's headers, which are the end-to-end tests' business, and lets the viewer's frame, which has no origin, ask.
 */
export default {
  ...mergeConfig(scripted, defineConfig({ build: { outDir: 'test-results-look/site' } })),
  preview: {},
};
