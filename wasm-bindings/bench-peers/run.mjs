// `make bench-package`: a table on standard output, and docs/images/package.svg. Contenders take turns in one process, so that a busy
// moment hits all of them; speeds are those of the lowest deciles, which other work disturbs least, beside the medians'.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measure } from '../.build/bench/measure.js';
import { chart } from './chart.mjs';
import { groups, OURS } from './groups.mjs';

const all = [];
process.stdout.write('| operation | | lowest decile | median | as fast as ours, deciles (medians) |\n');
process.stdout.write('|---|---|--:|--:|--:|\n');
const time = (value) => (value < 1 ? `${(1000 * value).toFixed(1)} µs` : `${value.toFixed(2)} ms`);
for (const group of await groups()) {
  const results = await measure(group, { budget: 1500 });
  const ours = results.find(({ contender }) => contender === OURS);
  for (const result of results) {
    const speed = ours.low / result.low;
    all.push({ ...result, speed });
    const name = result.contender === OURS ? group.name : '';
    process.stdout.write(
      `| ${name} | ${result.contender} | ${time(result.low)} | ${time(result.median)} | ${speed.toFixed(2)} (${(1 / result.ratio).toFixed(2)}) |\n`,
    );
  }
}
const date = new Date().toISOString().slice(0, 10);
const title = `As fast as this package's wasm engine: Node ${process.versions.node}, ${cpus()[0]?.model.trim()}, ${date}`;
writeFileSync(new URL('../../docs/images/package.svg', import.meta.url), chart(all, title));
