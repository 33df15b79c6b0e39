// Compiles the tests and runs them in Node.
import { compileTests, run } from './lib.mjs';

compileTests();
// Node 20 has WebSocket behind a flag; later ones know the flag, too.
run(process.execPath, ['--experimental-websocket', '--test', '--test-reporter=spec', '.build/tests/node.js']);
