import { defineConfig } from '@playwright/test';
import e2e from '../e2e/playwright.config.js';

/** Measurements, not checks: `npm run perf`. */
export default defineConfig(e2e, { testDir: '.', timeout: 900_000 });
