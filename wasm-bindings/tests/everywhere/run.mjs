/**
 * The packed tarball in the places where people use it: `node tests/everywhere/run.mjs` runs all, with names of fixtures those, with
 * `--quick` what the gate runs. Each fixture's `cases.mjs` says how its program is started; what that must have done is said here.
 */
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pack } from '../../scripts/pack.mjs';
import { folderServed, visit } from './support/browsers.mjs';
import { fixturesFolder, install } from './support/install.mjs';
import { run, serving } from './support/programs.mjs';

const print = (line) => process.stdout.write(`${line}\n`);

/** What a case can use, with its paths and programs in the folder of its fixture. */
function toolsOf(folder, tarball) {
  const options = (env) => ({ cwd: folder, env });
  return {
    folder,
    tarball,
    visit,
    /** Runs a program of the fixture's node_modules, or of the machine. */
    exec: (command, args = [], env = {}) => run(command, args, options(env)),
    npx: (command, args = [], env = {}) => run(`${folder}/node_modules/.bin/${command}`, args, options(env)),
    node: (...args) => run(process.execPath, args, options({})),
    serving: (command, args, use, env = {}) =>
      serving(resolve(`${folder}/node_modules/.bin`, command), args, options(env), use),
    served: (use, headers = {}, below = '') => folderServed(folder + below, headers, use),
    /** The folder of another fixture, installed. */
    other: (name) => install(name, tarball),
  };
}

/** The reports in what a case said, compared with what it has to have run. */
function judged(said, { engines = ['native', 'wasm'], subtle = engines, reports = 1 }) {
  const found = [...String(said).matchAll(/DUET (\{.*\})/g)].map(([, json]) => JSON.parse(json));
  if (found.length !== reports) throw new Error(`${found.length} reports, not ${reports}:\n${said}`);
  for (const one of found) {
    if (one.error !== undefined) throw new Error(one.error);
    if (String([one.engines, one.subtle]) !== String([engines, subtle])) {
      throw new Error(`ran ${one.engines}, subtle ${one.subtle}; wanted ${engines}, ${subtle}`);
    }
  }
  const [first] = found;
  return first.engines.join(' and ') + (String(engines) === String(subtle) ? '' : `; subtle ${subtle}`);
}

async function play(fixture, only, tarball) {
  const { cases } = await import(`${fixturesFolder}${fixture}/cases.mjs`);
  const wanted = cases.filter(({ quick }) => !only.quick || quick);
  if (wanted.length === 0) return [];
  const outcomes = [];
  const tools = toolsOf(await install(fixture, tarball), tarball);
  for (const one of wanted) {
    const begun = performance.now();
    const name = typeof one.name === 'function' ? await one.name(tools) : one.name;
    try {
      const said = await one.run(tools);
      const result = one.checks ? String(said ?? 'ok') : judged(said, one);
      outcomes.push(true);
      print(`${name}: ${result} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      outcomes.push(false);
      print(`FAILED ${name}\n    ${String(error.stack ?? error).replaceAll('\n', '\n    ')}`);
    }
  }
  return outcomes;
}

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const named = args.filter((name) => !name.startsWith('--'));
const fixtures = named.length > 0 ? named : (await readdir(fixturesFolder)).sort();
const tarball = pack(`${fixturesFolder}../../../.build/pack`);
const outcomes = [];
for (const fixture of fixtures) outcomes.push(...(await play(fixture, { quick }, tarball)));
const passed = outcomes.filter(Boolean).length;
print(`${passed} of ${outcomes.length} passed`);
process.exitCode = passed === outcomes.length && passed > 0 ? 0 : 1;
