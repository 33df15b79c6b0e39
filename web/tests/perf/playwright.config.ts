import { defineConfig } from '@playwright/test';
import e2e from '../e2e/playwright.config.js';

/** Another one for each checkout that is measured at the same time. */
const port = Number(process.env['DUET_PERF_PORT'] ?? 5198);
const serve =
  'npx vite build -c tests/perf/vite.config.ts --logLevel error && npx vite preview -c tests/perf/vite.config.ts';

/** Measurements, not checks: `npm run perf`. */
export default defineConfig(e2e, {
  testDir: '.',
  outputDir: '../../test-results-perf/traces',
  timeout: 900_000,
  // Nothing else may run beside what is measured.
  workers: 1,
  use: { ...e2e.use, baseURL: `http://localhost:${port}` },
  webServer: {
    command: `${serve} --port ${port} --strictPort`,
    cwd: '../..',
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    timeout: 300_000,
  },
});
