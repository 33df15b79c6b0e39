/** A relay of one's own for a test: the real program, a free port, a database in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BINARY =
  process.env.DUET_RELAY ?? fileURLToPath(new URL('../../../target/debug/duet-relay', import.meta.url));

/** A port that nobody listens on right now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

export interface TestRelay {
  readonly port: number;
  readonly url: string;
  /** Ends the process as a crash would, and starts it again after so many ms, on the same port and database. */
  restart(pause: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startRelay(): Promise<TestRelay> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'duet-package-'));
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess;
  let log = '';
  const start = async () => {
    child = spawn(BINARY, [], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        DUET_LISTEN: `127.0.0.1:${port}`,
        DUET_METRICS_LISTEN: 'off',
        // Everybody here comes from one address.
        DUET_RATE_REGISTER: '100',
        DUET_RATE_LOGIN: '100',
        DUET_DATABASE: join(folder, 'duet.db'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (log += String(data)));
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the relay ended: ${log}`);
      const ready = await fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      if (Date.now() > deadline) throw new Error(`the relay is not ready: ${log}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    url,
    restart: async (pause) => {
      await kill();
      await new Promise((wake) => setTimeout(wake, pause));
      await start();
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
