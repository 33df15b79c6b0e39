/**
 * The main entry for places that compile a module when a program is deployed, and none later: Cloudflare's workerd, edge functions. The
 * conditions `workerd` and `edge-light` lead here. All of them have SIMD, and each bundler of theirs knows this form of import.
 *
 * @module
 */
import { provide } from './loader.js';
import module from './wasm/simd128.wasm?module';

provide(() => ({ module }));

export * from './index.js';
