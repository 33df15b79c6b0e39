// Compiles the tests and runs them in Node.
import { compileTests, run } from './lib.mjs';

compileTests();
run(process.execPath, ['--test', '--test-reporter=spec', '.build/tests/node.js']);
