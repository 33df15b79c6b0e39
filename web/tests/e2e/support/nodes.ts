import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A private Redis that keeps nothing: what joins several relays of one deployment. */
export async function startRedis(port: number, folder: string): Promise<ChildProcess> {
  const redis = spawn(
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    { stdio: 'ignore' },
  );
  await once(redis, 'spawn');
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (redis.exitCode !== null || Date.now() > deadline) throw new Error('Redis does not start');
    await pause(20);
  }
  return redis;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** One address before several relays: each connection goes to the next of them. */
export class Front {
  private readonly server: Server;
  private readonly open = new Set<Socket>();
  private next = 0;

  constructor(
    private readonly port: number,
    private readonly behind: readonly number[],
  ) {
    this.server = createServer((near) => this.pass(near));
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private pass(near: Socket): void {
    const port = this.behind[this.next % this.behind.length] ?? 0;
    this.next += 1;
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.open.add(from);
      from.setNoDelay();
      from.on('close', () => {
        this.open.delete(from);
        to.destroy();
      });
      // Told by "close".
      from.on('error', () => undefined);
      from.pipe(to);
    }
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.open) socket.destroy();
    await once(this.server, 'close');
  }
}
