import { defineConfig } from '@playwright/test';

/** The real Chromium of the machine; no test tool can download one. */
export default defineConfig({
  testDir: '.',
  // Each file has a relay of its own. The machine that checks this has two cores, and two people mostly wait for each other.
  workers: 2,
  fullyParallel: false,
  // A test that needs a second try is a bug in the product or in the test.
  retries: 0,
  // A busy machine may take its time; what never comes is found all the same.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  outputDir: '../../test-results',
  use: {
    // A trace of every step, kept where a test fails: half of the time of a run, so only when somebody asks.
    trace: process.env['DUET_TRACE'] === undefined ? 'off' : 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--use-fake-device-for-media-stream',
        // A plain-http origin that is not localhost: no secure context, so no `crypto.subtle`.
        '--host-resolver-rules=MAP duet.test 127.0.0.1',
      ],
    },
  },
});
