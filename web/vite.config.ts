import { readFileSync } from 'node:fs';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultAllowedOrigins, defineConfig, type Plugin } from 'vite';
import { iconOf } from './scripts/icons.ts';
import { viewerVersion } from './scripts/viewer-version.ts';

/**
 * The relay's headers (docs: DESIGN.md section 7), here for `npm run preview` alone, so that a build can be looked
 * at under the policy it will be served with. The development server has none: hot reloading needs inline code.
 */
const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "frame-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types duet',
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Where `npm run dev` finds a relay; the page's own origin reaches it, as in production. */
const relay = process.env['DUET_RELAY_ORIGIN'] ?? 'http://localhost:8080';

/** Name -> the drawing, and pixels on each side. */
const pictures = {
  'icon-192.png': ['icon.svg', 192],
  'icon-512.png': ['icon.svg', 512],
  'icon-maskable-512.png': ['icon-maskable.svg', 512],
} as const;

const icons: Plugin = {
  name: 'icons',
  apply: 'build',
  generateBundle() {
    for (const [fileName, [drawing, pixels]] of Object.entries(pictures)) {
      const svg = readFileSync(new URL(`public/${drawing}`, import.meta.url), 'utf8');
      this.emitFile({ type: 'asset', fileName, source: iconOf(svg, pixels) });
    }
  },
};

export default defineConfig({
  define: viewerVersion,
  plugins: [react({ compiler: true }), tailwindcss(), icons],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    sourcemap: false,
    // Nothing becomes a data: address: every byte of code and style has a hashed name under /assets.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // What comes before the first screen comes in one file: over HTTP/1 a browser asks for six at a time, and waits for the line each time.
      output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
    },
  },
  server: {
    // The viewer's frame has no origin, and asks for its modules as nobody.
    cors: { origin: [defaultAllowedOrigins, 'null'] },
    proxy: {
      '/api': { target: relay },
      '/ws': { target: relay, ws: true },
    },
  },
  preview: { headers },
});
