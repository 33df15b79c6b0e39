// Compiles the benchmarks, and runs those beside other packages, which are not the package's own dependencies.
import { compileTests, run } from './lib.mjs';

compileTests();
run(process.execPath, ['bench-peers/run.mjs']);
