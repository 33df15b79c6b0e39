/**
 * The shared vectors (`test-vectors/`) through the package, on each engine. An operation that is not in the tables
 * below fails: a case that was skipped is not a case that passed.
 */
import { emojiTable } from '@duet-chat/crypto';
import { assert, type Environment, equal, type Suite, type Test } from '../harness.js';
import type { Runners, VectorFile } from './case.js';
import { clientScripts } from './client.js';
import { file, fileReject } from './files.js';
import { end, interactive, reject } from './handshake.js';
import { glare, identity, password, qrReject } from './identity.js';
import { prekeyReject, prekeyStart } from './prekeys.js';
import { badPoints, primitives } from './primitives.js';
import { relay } from './relay.js';
import { limits, ratchet } from './session.js';
import { wrap } from './vault.js';

const RUNNERS: Readonly<Record<string, Runners>> = {
  'primitives.json': primitives,
  'bad_points.json': badPoints,
  'identity.json': identity,
  'qr_reject.json': qrReject,
  'glare.json': glare,
  'wrap.json': wrap,
  'password.json': password,
  'handshake_interactive.json': interactive,
  'handshake_reject.json': reject,
  'handshake_prekey.json': prekeyStart,
  'prekey_reject.json': prekeyReject,
  'end.json': end,
  'ratchet.json': ratchet,
  'session_record.json': ratchet,
  'limits.json': limits,
  'file.json': file,
  'file_reject.json': fileReject,
  'relay.json': relay,
};

/**
 * Operations inside the core that the package neither offers nor can reach one by one: the Rust tests run them, and
 * every frame and envelope here is made of them. padding.json and over.json have no others.
 */
const CORE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'primitives.json': [
    'lp',
    'lh',
    'extract',
    'expand',
    'kem_keygen',
    'kem_encaps',
    'kem_decaps',
    'seal',
    'open',
  ],
  'file.json': ['descriptor', 'control'],
  'file_reject.json': ['descriptor', 'control'],
  // The relay's half.
  'relay.json': ['payload', 'forward', 'login_verify'],
};

/** Files about what the core does whichever engine is chosen. */
const NO_ENGINE: readonly string[] = [
  'glare.json',
  'padding.json',
  'password.json',
  'qr_reject.json',
  'wrap.json',
];

async function emojiNames(environment: Environment): Promise<void> {
  const table = emojiTable();
  const lines = (await environment.text('emoji256.txt')).split('\n').filter((line) => line !== '');
  equal(lines.length, 256, 'lines of emoji256.txt');
  equal(table.length, 256, 'length of the table');
  for (const [index, line] of lines.entries()) {
    const names = table[index];
    assert(names !== undefined, `no emoji ${index}`);
    assert(
      line.includes(names.emoji) && line.includes(names.en) && line.includes(names.ru),
      `emoji ${index}: ${line}`,
    );
  }
}

export const vectors: Suite = async (environment) => {
  const tests: Test[] = [
    { name: 'emoji256.txt', run: () => emojiNames(environment) },
    ...(await clientScripts(environment)),
  ];
  for (const [name, runners] of Object.entries(RUNNERS)) {
    const data = JSON.parse(await environment.text(name)) as VectorFile;
    equal(data.protocol, 'PAIR/1', `protocol of ${name}`);
    equal(data.tests.length, data.number_of_tests, `number of tests in ${name}`);
    const cases = data.tests.flatMap((test) => {
      const op: string = '*' in runners ? '*' : (test.op ?? test.at ?? test.kind);
      const runner = runners[op];
      if (runner !== undefined) return [{ test, runner }];
      assert(CORE_ONLY[name]?.includes(op) ?? false, `${name} ${test.id}: unknown operation ${op}`);
      return [];
    });
    const engines = NO_ENGINE.includes(name) ? environment.engines.slice(0, 1) : environment.engines;
    for (const engine of engines) {
      tests.push({
        name: `${name} on ${engine}, ${cases.length} of ${data.tests.length} cases`,
        run: async () => {
          assert(cases.length > 0, 'no case');
          for (const { test, runner } of cases) {
            try {
              await runner(test, data, engine);
            } catch (cause) {
              throw new Error(`${name} ${test.id} (${test.comment}): ${(cause as Error).message}`, { cause });
            }
          }
        },
      });
    }
  }
  return tests;
};
