import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What is handed on at once while the line is slow. */
const PIECE = 4 * 1024;

interface Wire {
  readonly down: Socket;
  readonly up: Socket;
  /** Nothing passes any more, and neither end is told. */
  dead: boolean;
}

/**
 * A line between browsers and a relay, as TCP sees it: it can get slow, or go silent without closing. The buffers of the
 * kernel stay as large as they are: a client that fills them has only itself to wait for.
 */
export class Line {
  /** From the browser to the relay, in bits a second; null: as fast as the machine. */
  uplink: number | null = null;
  private swallowing = false;
  private readonly wires = new Set<Wire>();

  private constructor(
    private readonly server: Server,
    private readonly upstream: number,
  ) {}

  static async start(upstream: number): Promise<Line> {
    const server = createServer();
    const line = new Line(server, upstream);
    server.on('connection', (down) => line.join(down));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** From now on nothing passes, and nobody is told. What is connected stays so for ever, as when a NAT forgot it. */
  swallow(): void {
    this.swallowing = true;
    for (const wire of this.wires) wire.dead = true;
  }

  /** New connections pass again. */
  restore(): void {
    this.swallowing = false;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const { down, up } of this.wires) {
      down.destroy();
      up.destroy();
    }
    await once(this.server, 'close');
  }

  private join(down: Socket): void {
    const up = connect({ host: '127.0.0.1', port: this.upstream });
    const wire: Wire = { down, up, dead: this.swallowing };
    this.wires.add(wire);
    this.forward(wire, down, up, true);
    this.forward(wire, up, down, false);
  }

  private forward(wire: Wire, from: Socket, to: Socket, isUplink: boolean): void {
    from.setNoDelay(true);
    const pass = async (part: Buffer) => {
      for (let at = 0; at < part.length; ) {
        const rate = isUplink ? this.uplink : null;
        const piece = part.subarray(at, rate === null ? part.length : at + PIECE);
        at += piece.length;
        if (rate !== null) await pause((piece.length * 8000) / rate);
        if (wire.dead || to.destroyed) return;
        if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      }
    };
    from.on('data', (part: Buffer) => {
      if (wire.dead) return;
      from.pause();
      pass(part).then(
        () => from.resume(),
        () => from.destroy(),
      );
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      if (wire.dead) return;
      to.destroy();
      this.wires.delete(wire);
    });
  }
}
