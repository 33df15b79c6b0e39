import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { viewerVersion } from './scripts/viewer-version.ts';

/** Component tests ask for a DOM by `// @vitest-environment happy-dom` on their first line; the rest need none. */
export default defineConfig({
  // The same compiler as in the build: what is tested is what is served.
  define: viewerVersion,
  plugins: [react({ compiler: true })],
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'viewer/**/*.test.ts', 'sw/**/*.test.ts'],
    environment: 'node',
    // A busy machine may take its time; what hangs is found all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
