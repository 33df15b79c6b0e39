import { defineConfig } from '@playwright/test';

/** Debian's Firefox, driven over WebDriver BiDi: here Playwright only runs the tests, for it would need a Firefox of its own. */
export default defineConfig({
  testDir: '.',
  workers: 1,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  outputDir: '../../test-results-firefox',
});
