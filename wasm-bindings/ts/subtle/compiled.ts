/** `./subtle` for places that compile no module later: see the main entry's `compiled.ts`. */
import modern from '../wasm/subtle/modern/baseline.wasm?module';
import module from '../wasm/subtle/simd128.wasm?module';
import { provideModern } from './modern/module.js';
import { provide } from './module.js';

provide(() => ({ module }));
provideModern(() => ({ module: modern }));

export * from '../subtle.js';
