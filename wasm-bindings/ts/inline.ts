/**
 * The package with the WebAssembly module in it, for where nothing can be imported later: module service workers, single files.
 * Both of its forms are in there: whoever can import later pays less with the main entry, which this one has all of.
 *
 * @module
 */
import { provide } from './loader.js';
import { hasSimd } from './module.js';
import * as baseline from './wasm/baseline.js';
import * as simd128 from './wasm/simd128.js';

provide(() => ({ copy: async () => (hasSimd() ? simd128 : baseline) }));

export * from './index.js';
