import { defineConfig } from 'vitest/config';

/** Component tests ask for a DOM by `// @vitest-environment happy-dom` on their first line; the rest need none. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'node',
    restoreMocks: true,
  },
});
