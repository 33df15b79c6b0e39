import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The viewer's frame is built by itself: it shares no file with the app, and is served with headers of its own. */
export default defineConfig({
  root: here,
  base: '/viewer/',
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
  },
});
