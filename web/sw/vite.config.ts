import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** After the page is built: its worker knows every file of it. */
const dist = fileURLToPath(new URL('../dist', import.meta.url));

/**
 * Large, and needed by few: kept once they were used. Of the package's module a browser takes one file, and none of its copies as text. The
 * viewer's frame has no origin, so no worker serves it; the playground is no part of the app.
 */
const later = /^(assets\/(data-|baseline-|simd128-[^.]+\.js$)|viewer\/|playground\/|sw\.js$)/;

const digest = (path: string): string =>
  createHash('sha256')
    .update(readFileSync(join(dist, path)))
    .digest('base64');

const files = Object.fromEntries(
  readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
    .filter((path) => !later.test(path))
    .sort()
    // The page is asked for by its address.
    .map((path) => [path === 'index.html' ? '/' : `/${path}`, digest(path)]),
);
const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  define: { DUET_FILES: JSON.stringify(files), DUET_VERSION: JSON.stringify(version) },
  build: {
    target: 'es2023',
    outDir: dist,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: 'sw.ts', formats: ['iife'], name: 'duet', fileName: () => 'sw.js' },
  },
});
