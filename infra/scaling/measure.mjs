// Measures the constants of model.mjs that no other program of the repository prints: what a login and a refresh cost the relay, what a message
// between two relays costs Redis, and what a small write costs PostgreSQL. By CPU time, which other work on the machine changes less than
// the clock. Everything is on loopback and ends within a minute or two.
//
//   node infra/scaling/measure.mjs [target/release/duet-relay]

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOGINS = 40;
const REFRESHES = 400;
const PUBLISHED = 100_000;
/** A text with its ratchet keys; a sign of life between two relays; and four chunks of a file, for what a byte costs. */
const SIZES = [2_606, 64, 65_562];

const work = mkdtempSync(join(tmpdir(), 'duet-scaling-'));
const children = [];
const say = (line) => process.stdout.write(`${line}\n`);

function start(command, args, env = {}) {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  children.push(child);
  return child;
}

async function until(ready) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await ready().catch(() => false)) return;
    await pause(50);
  }
  throw new Error('it does not answer');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** CPU time of a process in ms, its ended children's with it (Linux; ticks are 10 ms). */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

async function logins(program) {
  const port = await freePort();
  const relay = start(program, [], {
    DUET_LISTEN: `127.0.0.1:${port}`,
    DUET_METRICS_LISTEN: 'off',
    DUET_DATABASE: join(work, 'duet.db'),
    DUET_RATE_LOGIN: '100000',
    DUET_RATE_REQUESTS: '100000',
    DUET_LOGIN_PATIENCE: '60',
  });
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${origin}/readyz`)).ok);
  const post = async (path, body, cookie = '') => {
    const headers = { Origin: origin, 'Content-Type': 'application/json', Cookie: cookie };
    const answer = await fetch(`${origin}/api/auth/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    return answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  };
  const who = { username: 'somebody', loginSecret: randomBytes(32).toString('base64url') };
  await post('register', who);
  const each = async (count, work) => {
    const [before, began] = [cpu(relay.pid), performance.now()];
    await work(count);
    return { ms: (cpu(relay.pid) - before) / count, perSecond: (count * 1000) / (performance.now() - began) };
  };
  // Two at a time, as many as the relay hashes.
  const login = await each(LOGINS, async (count) => {
    const half = async () => {
      for (let n = 0; n < count / 2; n += 1) await post('login', who);
    };
    await Promise.all([half(), half()]);
  });
  let cookie = await post('login', who);
  const refresh = await each(REFRESHES, async (count) => {
    for (let n = 0; n < count; n += 1) cookie = await post('refresh', {}, cookie);
  });
  say(`login: ${login.ms.toFixed(1)} ms of CPU; ${login.perSecond.toFixed(1)}/s, two at a time`);
  say(`refresh: ${refresh.ms.toFixed(2)} ms of CPU; ${refresh.perSecond.toFixed(0)}/s, one at a time`);
}

async function redis() {
  const socket = join(work, 'redis.sock');
  const server = start('redis-server', [
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--save',
    '',
    '--appendonly',
    'no',
    '--client-output-buffer-limit',
    'pubsub 0 0 0',
  ]);
  const ask = async (...command) => (await run('redis-cli', ['-s', socket, ...command])).stdout;
  await until(async () => (await ask('ping')).startsWith('PONG'));
  // One that only reads: Redis drops whoever is slow, and would then have less to do.
  const subscriber = createConnection(socket).resume();
  subscriber.write('SUBSCRIBE node\r\n');
  await until(async () => (await ask('pubsub', 'numsub', 'node')).includes('1'));
  for (const size of SIZES) {
    const count = size > 10_000 ? PUBLISHED / 20 : PUBLISHED;
    const before = cpu(server.pid);
    const message = ['publish', 'node', 'x'.repeat(size)];
    await run('redis-benchmark', ['-s', socket, '-n', String(count), '-c', '8', '-q', ...message], {
      maxBuffer: 64 * PUBLISHED,
    });
    if (!(await ask('pubsub', 'numsub', 'node')).includes('1')) throw new Error('the subscriber was dropped');
    const each = (1000 * (cpu(server.pid) - before)) / count;
    say(`redis: ${each.toFixed(1)} µs of CPU for ${size} bytes to one relay`);
  }
  subscriber.destroy();
}

async function postgres() {
  const versions = readdirSync('/usr/lib/postgresql');
  const programs = `/usr/lib/postgresql/${versions.at(-1)}/bin`;
  const data = join(work, 'postgres');
  // PostgreSQL does not run as root.
  const asUser =
    process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env'];
  const does = (program, ...args) => run(asUser[0], [...asUser.slice(1), join(programs, program), ...args]);
  if (process.getuid() === 0) await run('chown', ['postgres', work]);
  await does('initdb', '-D', data, '-A', 'trust', '-U', 'duet');
  const [command, ...rest] = [
    ...asUser,
    join(programs, 'postgres'),
    '-D',
    data,
    '-k',
    work,
    '-c',
    'listen_addresses=',
  ];
  const server = start(command, rest);
  const connection = ['-h', work, '-U', 'duet', 'postgres'];
  await until(async () => (await does('psql', ...connection, '-c', 'select 1')).stdout.includes('1'));
  await does('pgbench', ...connection, '-i', '-q', '-s', '10');
  const before = cpu(server.pid);
  // One row updated and one added, prepared, as much as a refresh writes.
  const { stdout } = await does('pgbench', ...connection, '-N', '-M', 'prepared', '-c', '8', '-T', '15');
  await pause(500);
  const count = Number(/actually processed: (\d+)/.exec(stdout)[1]);
  const rate = Number(/tps = ([\d.]+)/.exec(stdout)[1]);
  say(
    `postgres: ${((cpu(server.pid) - before) / count).toFixed(3)} ms of CPU for a small write; ${rate.toFixed(0)}/s by 8 clients`,
  );
}

try {
  say(`load before: ${loadavg()[0].toFixed(1)}`);
  await logins(resolve(process.argv[2] ?? 'target/release/duet-relay'));
  await redis();
  await postgres();
} finally {
  for (const child of children) child.kill('SIGTERM');
  await pause(1000);
  rmSync(work, { recursive: true, force: true });
}
