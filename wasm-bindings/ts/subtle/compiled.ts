/** `./subtle` for places that compile no module later: see the main entry's `compiled.ts`. */
import module from '../wasm/subtle/simd128.wasm?module';
import { provide } from './module.js';

provide(() => ({ module }));

export * from '../subtle.js';
