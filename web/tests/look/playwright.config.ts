import { defineConfig } from '@playwright/test';
import base from '../e2e/playwright.config.js';

/** Another one for each checkout that is looked at at the same time. */
const port = Number(process.env['DUET_LOOK_PORT'] ?? 5199);
const build = [
  'npx vite build -c tests/look/vite.config.ts --logLevel error',
  'npx vite build -c viewer/vite.config.ts --outDir ../test-results-look/site/viewer --logLevel error',
].join(' && ');
const serve = `npx vite preview -c tests/look/vite.config.ts --port ${port} --strictPort`;

/** Every screen as it looks, from the scripted engine: no relay, no worker, nothing that moves by itself. */
export default defineConfig({
  ...base,
  testDir: '.',
  // Beside the end-to-end tests, and not over their traces.
  outputDir: '../../test-results-look/traces',
  fullyParallel: true,
  workers: 2,
  timeout: 120_000,
  use: {
    ...base.use,
    baseURL: `http://localhost:${port}`,
    trace: 'off',
    screenshot: 'off',
    // The end states of all movement.
    contextOptions: { reducedMotion: 'reduce' },
  },
  webServer: {
    command: `${build} && ${serve}`,
    cwd: '../..',
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    timeout: 300_000,
  },
});
