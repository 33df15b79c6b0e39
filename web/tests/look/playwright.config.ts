import { defineConfig } from '@playwright/test';
import base from '../e2e/playwright.config.js';

/** Another one for each checkout that is looked at at the same time. */
const port = Number(process.env['DUET_LOOK_PORT'] ?? 5199);

/** Every screen as it looks, from the scripted engine: no relay, no worker, nothing that moves by itself. */
export default defineConfig({
  ...base,
  testDir: '.',
  // Beside the end-to-end tests, and not over their traces.
  outputDir: '../../test-results-look',
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
    command: `npx vite --port ${port} --strictPort`,
    cwd: '../..',
    url: `http://localhost:${port}`,
    reuseExistingServer: true,
    timeout: 120_000,
  },
});
