import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

/** Relay envelope, protocol.md section 9. */
const DELIVER = 0x44;
/** Of SEND and of DELIVER: version, type, id, whose account (at 18), whose run. */
export const ENVELOPE_HEADER = 66;
export const ACCOUNT_AT = 18;

/** Payload types, protocol.md sections 4, 6 and 7. */
export const payloadType = {
  offer: 0x01,
  init: 0x02,
  accept: 0x03,
  confirm: 0x04,
  early: 0x10,
  message: 0x11,
  chunk: 0x12,
} as const;

/** Frames of the relay itself, protocol.md section 9. */
export const relayType = { send: 0x43, prekeys: 0x46, prekeyRes: 0x48, presence: 0x4a } as const;

/** What a hostile relay does with one DELIVER: the frames that go on in its place (none, one, or more), now or later. */
export type Tamper = (frame: Buffer, type: number) => Buffer[] | Promise<Buffer[]>;

/** What a hostile relay says itself, instead of a frame that is no DELIVER. */
export type Answer = (frame: Buffer, type: number) => Buffer;

/** What a hostile relay does with the body of an HTTP answer. */
export type Rewrite = (path: string, body: string) => string;

/**
 * A relay that owns the network: it stands between the browsers and the real relay, sees every frame, and
 * changes what a test tells it to. It holds no key.
 */
export class HostileRelay {
  tamper: Tamper = (frame) => [frame];
  answer: Answer = (frame) => frame;
  rewrite: Rewrite = (_path, body) => body;
  /** Sees every frame that passes, as it was sent. */
  watch: (frame: Buffer, to: 'relay' | 'browser') => void = () => undefined;
  private readonly sockets = new Set<Socket>();
  private readonly browsers = new Set<WebSocket>();

  private constructor(
    private readonly server: Server,
    private readonly upstream: number,
  ) {}

  static async start(upstream: number): Promise<HostileRelay> {
    const server = createServer();
    const hostile = new HostileRelay(server, upstream);
    server.on('request', (incoming, outgoing) => hostile.forward(incoming, outgoing));
    server.on('connection', (socket) => {
      hostile.sockets.add(socket);
      socket.on('close', () => hostile.sockets.delete(socket));
    });
    const hub = new WebSocketServer({ noServer: true });
    server.on('upgrade', (incoming, socket, head) => {
      hub.handleUpgrade(incoming, socket, head, (down) => hostile.join(incoming, down));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return hostile;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** Says this to every browser, as if the relay had. */
  say(frame: Buffer): void {
    for (const browser of this.browsers) browser.send(frame);
  }

  /** Cuts every connection at once, as a lost network would. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  private forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? '/';
    // Uncompressed, so that `rewrite` sees text.
    const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
    const onward = request(
      { host: '127.0.0.1', port: this.upstream, path, method: incoming.method, headers },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          let body = Buffer.concat(parts);
          if (path.startsWith('/api/')) body = Buffer.from(this.rewrite(path, body.toString('utf8')));
          outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': body.length });
          outgoing.end(body);
        });
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }

  private join(incoming: IncomingMessage, down: WebSocket): void {
    const { host = '', origin = '' } = incoming.headers;
    this.browsers.add(down);
    down.on('close', () => this.browsers.delete(down));
    const up = new WebSocket(`ws://127.0.0.1:${this.upstream}${incoming.url ?? '/'}`, {
      headers: { host, origin, cookie: incoming.headers.cookie ?? '' },
      perMessageDeflate: false,
    });
    const waiting: Buffer[] = [];
    up.on('open', () => {
      for (const frame of waiting.splice(0)) up.send(frame);
    });
    down.on('message', (data: Buffer) => {
      this.watch(data, 'relay');
      if (up.readyState === WebSocket.OPEN) up.send(data);
      else waiting.push(data);
    });
    let before = Promise.resolve();
    const pass = async (data: Buffer) => {
      const isDelivery = data[1] === DELIVER && data.length > ENVELOPE_HEADER + 1;
      const frames = isDelivery
        ? await this.tamper(data, data[ENVELOPE_HEADER + 1] ?? 0)
        : [this.answer(data, data[1] ?? 0)];
      for (const frame of frames) down.send(frame);
    };
    // One after the other, so that what is held back holds back what follows it.
    up.on('message', (data: Buffer) => {
      this.watch(data, 'browser');
      before = before.then(() => pass(data));
    });
    const close = (from: WebSocket, to: WebSocket) => {
      from.on('close', (code) =>
        code >= 1000 && code !== 1005 && code !== 1006 ? to.close(code) : to.terminate(),
      );
      from.on('error', () => to.terminate());
    };
    close(up, down);
    close(down, up);
  }
}

/** A copy of the frame with one bit of its payload flipped, counted from the payload's end. */
export function flipBit(frame: Buffer, fromEnd: number): Buffer {
  const copy = Buffer.from(frame);
  const index = copy.length - fromEnd;
  copy.writeUInt8(copy.readUInt8(index) ^ 0x01, index);
  return copy;
}

/** The same delivery under another envelope id, so that no duplicate filter of the transport catches it. */
export function replayed(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt8(copy.readUInt8(2) ^ 0xff, 2);
  return copy;
}

/** The same payload, as if this account had sent it. */
export function fromSomebodyElse(frame: Buffer, accountId: Uint8Array): Buffer {
  const copy = replayed(frame);
  copy.set(accountId, ACCOUNT_AT);
  return copy;
}
