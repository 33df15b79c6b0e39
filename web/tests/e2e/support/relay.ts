import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Front, startRedis } from './nodes.ts';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
/** The program under test. */
export const binary = process.env['DUET_RELAY'] ?? join(repository, 'target/debug/duet-relay');

/**
 * Below those that the kernel gives to whoever asks for any, so that nobody takes one between the look and the use of it, or
 * while a relay is away; and above 10080, the last one that browsers refuse. Each worker has its own, and gives none twice before
 * all had their turn.
 */
const PORTS = { first: 12_000, forWorker: 1_000 };
let tried = process.pid % PORTS.forWorker;

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const first = PORTS.first + Number(process.env['TEST_PARALLEL_INDEX'] ?? 0) * PORTS.forWorker;
  for (;;) {
    const port = first + (tried++ % PORTS.forWorker);
    const server = createServer();
    const free = await new Promise<boolean>((tell) => {
      server.once('error', () => tell(false));
      server.listen(port, '127.0.0.1', () => tell(true));
    });
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** With 2 or more, everything runs over so many relays, joined by a Redis, behind one address. */
const nodes = Number(process.env['DUET_E2E_NODES'] ?? 1);

/** What there is beside a relay that stands alone. */
interface Deployment {
  readonly ports: readonly number[];
  readonly redisPort: number;
  readonly redis: ChildProcess;
}

/** A real relay with a database of its own in a temporary folder; everything it logs is kept. */
export class Relay {
  private readonly output: Buffer[] = [];
  private readonly children: ChildProcess[] = [];
  private front: Front | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly deployment: Deployment | undefined,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Relay> {
    const folder = await mkdtemp(join(tmpdir(), 'duet-e2e-'));
    const relay = new Relay(await freePort(), folder, settings, await deploy(folder));
    await relay.open();
    return relay;
  }

  /**
   * Ends the process as a crash would, and starts it again with what it had written down.
   * `away`: how long nobody is there, in ms.
   */
  async restart(away = 0): Promise<void> {
    await this.kill();
    if (away > 0) await pause(away);
    await this.open();
  }

  private get ports(): readonly number[] {
    return this.deployment?.ports ?? [this.port];
  }

  private spawn(port: number): ChildProcess {
    const { folder, settings, deployment } = this;
    const child = spawn(binary, [], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        DUET_LISTEN: `127.0.0.1:${port}`,
        DUET_METRICS_LISTEN: 'off',
        // Everybody here comes from one address.
        DUET_RATE_REGISTER: '100',
        DUET_RATE_LOGIN: '100',
        // A busy machine takes its time, and nobody here gives up.
        DUET_LOGIN_PATIENCE: '60',
        DUET_DATABASE: join(folder, 'duet.db'),
        DUET_LOG: 'debug',
        ...(process.env['DUET_SITE'] === undefined ? {} : { DUET_SITE: process.env['DUET_SITE'] }),
        ...(deployment === undefined ? {} : { DUET_REDIS_URL: `redis://127.0.0.1:${deployment.redisPort}/` }),
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (data: Buffer) => this.output.push(data));
    child.stderr?.on('data', (data: Buffer) => this.output.push(data));
    return child;
  }

  private async open(): Promise<void> {
    for (const port of this.ports) {
      const child = this.spawn(port);
      this.children.push(child);
      // One after the other: the first one makes the database and the signing key.
      await this.untilServes(port, child);
    }
    await this.hasSite();
    if (this.deployment !== undefined) {
      this.front = new Front(this.port, this.deployment.ports);
      await this.front.listen();
    }
  }

  private async untilServes(port: number, child: ChildProcess): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the relay ended: ${this.log()}`);
      const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        async (response) => response.ok && (await response.text()) === 'ready\n',
        () => false,
      );
      if (ready) return;
      if (Date.now() > deadline) throw new Error(`the relay is not ready: ${this.log()}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** A debug build has the site that was there when it was compiled. Without one every test would wait for elements that never come. */
  private async hasSite(): Promise<void> {
    const page = await fetch(`http://127.0.0.1:${this.ports[0]}/`, { redirect: 'manual' });
    // A relay with a certificate of its own leads to https, where nothing here trusts it.
    if (page.status === 307) return;
    if (!page.headers.get('content-type')?.startsWith('text/html')) throw new Error(await page.text());
  }

  log(): string {
    return Buffer.concat(this.output).toString('utf8');
  }

  /** What an operator does beside the relays that serve. */
  async admin(...command: string[]): Promise<void> {
    const env = { DUET_DATABASE: join(this.folder, 'duet.db'), ...this.settings };
    await promisify(execFile)(binary, ['admin', ...command], { cwd: this.folder, env });
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
    await Promise.all(this.children.splice(0).map(end));
    await this.front?.close();
    this.front = undefined;
  }

  async stop(): Promise<void> {
    await this.kill();
    if (this.deployment !== undefined) await end(this.deployment.redis);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function deploy(folder: string): Promise<Deployment | undefined> {
  if (nodes < 2) return undefined;
  const ports: number[] = [];
  for (let node = 0; node < nodes; node += 1) ports.push(await freePort());
  const redisPort = await freePort();
  return { ports, redisPort, redis: await startRedis(redisPort, folder) };
}
