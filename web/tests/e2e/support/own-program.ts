import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { binary } from './relay.js';

/** `duet-relay client`: the messenger out of the program of the person who sits here, over a relay elsewhere. */
export class OwnProgram {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(relay: string): Promise<OwnProgram> {
    const child = spawn(binary, ['client', '--to', relay, '--port', '0'], {
      env: { DUET_LOG_FORMAT: 'json' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /"address":"127\.0\.0\.1:(\d+)"/.exec(line)?.[1];
      if (port !== undefined) {
        child.stdout.resume();
        return new OwnProgram(child, Number(port));
      }
    }
    throw new Error('the program ended before it served');
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, 'exit');
  }
}
