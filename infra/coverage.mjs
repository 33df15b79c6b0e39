// Two small jobs of coverage.sh: which programs cargo has built, and what the counters say as a table.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [job, file, goal] = process.argv.slice(2);
const print = (line) => process.stdout.write(`${line}\n`);

if (job === 'programs') {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.startsWith('{')) continue;
    const { reason, executable, package_id: id } = JSON.parse(line);
    if (reason === 'compiler-artifact' && executable && id.includes('/server#')) print(executable);
  }
} else {
  const modules = new Map();
  for (const { filename, summary } of JSON.parse(readFileSync(file, 'utf8')).data[0].files) {
    const [module] = relative('server/src', filename).split('/');
    const before = modules.get(module) ?? { count: 0, covered: 0 };
    const { count, covered } = summary.lines;
    modules.set(module, { count: before.count + count, covered: before.covered + covered });
  }
  const per = ({ count, covered }) => (100 * covered) / count;
  for (const [module, lines] of [...modules].sort()) {
    print(`${module.padEnd(20)} ${per(lines).toFixed(1).padStart(5)} % of ${lines.count} lines`);
  }
  const auth = modules.get('auth');
  if (auth === undefined || per(auth) < Number(goal)) {
    print(`the lines of server/src/auth are to be run to ${goal} %`);
    process.exitCode = 1;
  }
}
