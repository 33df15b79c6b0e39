// Compiles the tests and runs them in Chromium. An argument names one scenario.
import { compileTests, run } from './lib.mjs';

compileTests();
run(process.execPath, ['.build/tests/chromium/run.js', ...process.argv.slice(2)]);
