import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const binary = process.env['DUET_RELAY'] ?? join(repository, 'target/debug/duet-relay');

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

/** A real relay with a database of its own in a temporary folder; everything it logs is kept. */
export class Relay {
  private readonly output: Buffer[] = [];
  private child: ChildProcess;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.child = this.spawn();
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Relay> {
    const folder = await mkdtemp(join(tmpdir(), 'duet-e2e-'));
    const relay = new Relay(await freePort(), folder, settings);
    await relay.untilReady();
    return relay;
  }

  /**
   * Ends the process as a crash would, and starts it again with what it had written down.
   * `away`: how long nobody is there, in ms.
   */
  async restart(away = 0): Promise<void> {
    await this.kill();
    if (away > 0) await pause(away);
    this.child = this.spawn();
    await this.untilReady();
  }

  private spawn(): ChildProcess {
    const { port, folder, settings } = this;
    const child = spawn(binary, [], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        DUET_LISTEN: `127.0.0.1:${port}`,
        DUET_METRICS_LISTEN: 'off',
        // Everybody here comes from one address.
        DUET_RATE_REGISTER: '100',
        DUET_RATE_LOGIN: '100',
        DUET_DATABASE: join(folder, 'duet.db'),
        DUET_LOG: 'debug',
        ...(process.env['DUET_SITE'] === undefined ? {} : { DUET_SITE: process.env['DUET_SITE'] }),
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (data: Buffer) => this.output.push(data));
    child.stderr?.on('data', (data: Buffer) => this.output.push(data));
    return child;
  }

  private async untilReady(): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`the relay ended: ${this.log()}`);
      const ready = await fetch(`http://127.0.0.1:${this.port}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      if (Date.now() > deadline) throw new Error(`the relay is not ready: ${this.log()}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  log(): string {
    return Buffer.concat(this.output).toString('utf8');
  }

  /** Every byte that the relay left behind: its database with its side files, its key, its log. */
  async remains(): Promise<Map<string, Buffer>> {
    const remains = new Map<string, Buffer>([['log', Buffer.concat(this.output)]]);
    for (const entry of await readdir(this.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      remains.set(path, await readFile(path));
    }
    return remains;
  }

  /** Ends the process as a crash would: no goodbye to anyone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
