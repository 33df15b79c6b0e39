import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { viewerVersion } from '../scripts/viewer-version.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * What pdf.js asks for by name while it draws: tables of characters, and decoders of JPEG 2000 and JBIG2. Its version is in
 * the address, as the hash is in others'.
 */
function besidePdf(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const needed = { cmaps: '.bcmap', wasm: '_nowasm_fallback.js' };
  return {
    name: 'beside-pdf',
    apply: 'build',
    generateBundle() {
      for (const [under, ending] of Object.entries(needed)) {
        for (const name of readdirSync(join(folder, under)).filter((file) => file.endsWith(ending))) {
          const source = readFileSync(join(folder, under, name));
          this.emitFile({ type: 'asset', fileName: `assets/pdfjs-${version}/${under}/${name}`, source });
        }
      }
    },
  };
}

/** The viewer's frame is built by itself: it shares no file with the app, and is served with headers of its own. */
export default defineConfig({
  root: here,
  base: '/viewer/',
  define: viewerVersion,
  plugins: [besidePdf()],
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
