// `make test-stack`: makes traffic, then asks Prometheus every expression of every panel and of every alert. All of them must be understood,
// every panel must have data, no alert about a healthy relay may stand, each relay must have had people, and docs/operations/metrics.md must name exactly what there is.
// `--draw` draws the panels into the documents.

import { readFileSync } from 'node:fs';
import { alertmanagers, alerts, hasData, series, until } from './prometheus.mjs';
import { makeTraffic } from './traffic.mjs';

const root = new URL('../..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const problems = [];

await makeTraffic();
await until('sum(rate(duet_ws_frames_total{kind="chunk"}[5m]))');
await until('sum(rate(duet_rate_limited_total{kind="handshake"}[5m]))');

const { panels, refresh } = JSON.parse(read('infra/grafana/dashboard.json'));
const drawn = panels.filter(({ type }) => type !== 'row');
if (drawn.length < 24) problems.push(`the dashboard has ${drawn.length} panels`);
if (refresh !== '10s') problems.push(`the dashboard is drawn anew every ${refresh}`);
for (const { title, targets } of drawn) {
  for (const { expr } of targets) {
    const data = await hasData(expr).catch((error) => problems.push(String(error)));
    if (data === false) problems.push(`the panel "${title}" has no data: ${expr}`);
  }
}

const rules = await alerts();
if (rules.length === 0) problems.push('no alerts are loaded');
for (const { name, query, health, state } of rules) {
  await series(query).catch((error) => problems.push(String(error)));
  if (health === 'err') problems.push(`the alert ${name} cannot be evaluated`);
  // Most alerts wait for minutes before they fire.
  if (state !== 'inactive') problems.push(`the alert ${name} stands although nothing is wrong`);
}

if ((await alertmanagers()).length !== 1) problems.push('Prometheus does not know its Alertmanager');

const there = new Set();
for (const url of process.env.STACK_METRICS.trim().split(' ')) {
  const metrics = await (await fetch(url)).text();
  for (const [, name, type] of metrics.matchAll(/^# TYPE (\w+) (\w+)$/gm))
    there.add(type === 'counter' ? `${name}_total` : name);
  // nginx balances, and the relays know one another: else they would be two deployments of strangers.
  if (!/^duet_ws_handshakes_total\{kind="accepted"\} [1-9]/m.test(metrics))
    problems.push(`nobody came to ${url}`);
  if (!/^duet_nodes_alive 1$/m.test(metrics)) problems.push(`${url} does not reach the other relay`);
}
const named = new Set(
  [...read('docs/operations/metrics.md').matchAll(/^\| `(duet_\w+)`/gm)].map(([, name]) => name),
);
for (const name of there)
  if (!named.has(name)) problems.push(`docs/operations/metrics.md does not name ${name}`);
for (const name of named)
  if (!there.has(name)) problems.push(`docs/operations/metrics.md names ${name}, which is not there`);

if (process.argv.includes('--draw')) await import('./draw.mjs');
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(
  `${drawn.length} panels have data, ${rules.length} alerts are evaluated, ${there.size} metrics are named\n`,
);
process.exit(0);
