// Compiles the benchmarks and runs them in Node and Chromium.
import { compileTests, run } from './lib.mjs';

compileTests();
run(process.execPath, ['.build/bench/node.js']);
