/** `connect` where something of the caller's is not as it should be: a client that is freed, a token that is none, a listener that throws. */
import { once } from 'node:events';
import { after, before, mock, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { type Client, createClient, createIdentity, DuetError, ready } from '@duet-chat/crypto';
import { type ConnectionState, connect, type Socket } from '@duet-chat/crypto/relay';
import { startRelay, type TestRelay } from '../relay.js';

/** A socket that does what the test says. */
class Scripted extends EventTarget {
  static made: Scripted[] = [];
  binaryType: BinaryType = 'blob';
  readonly bufferedAmount = 0;
  closed = false;

  constructor() {
    super();
    Scripted.made.push(this);
  }

  send(): void {}

  close(): void {
    this.closed = true;
  }

  tell(type: string, fields: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}

const url = 'http://relay.example';
const ScriptedSocket = Scripted as unknown as new () => Socket;

async function clientOf(name: string): Promise<Client> {
  await ready();
  return createClient({ identity: await createIdentity({ realm: 'chat.example', name }) });
}

/** A connection by scripted sockets, and the states it went through. */
async function scripted(onState: (state: ConnectionState) => void = () => undefined) {
  const client = await clientOf('alice');
  const states: ConnectionState[] = [];
  Scripted.made = [];
  const connection = connect({
    url,
    client,
    token: async () => 'token',
    WebSocket: ScriptedSocket,
    onState: (state) => {
      states.push(state);
      onState(state);
    },
  });
  const [socket] = Scripted.made;
  if (socket === undefined) throw new Error('no socket was made');
  return { client, connection, socket, states };
}

const CLOSED = { at: 'stopped', why: 'closed' };

test('connect: a client that is freed before the socket opens ends the connection', async ({ assert }) => {
  const { client, connection, socket } = await scripted();
  client.free();
  assert.deepEqual(connection.state, CLOSED);
  assert.equal(socket.closed, true);
  // The platform may tell it all the same, and nothing comes of it.
  socket.tell('open');
  socket.tell('close', { code: 1006 });
  assert.deepEqual(connection.state, CLOSED);
  await assert.rejects(connection.online, { code: 'E_CONNECTION_STOPPED' });
});

test('connect: a client that is freed between two attempts ends the connection', async ({ assert }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { client, connection, socket } = await scripted();
    socket.tell('close', { code: 1006 });
    assert.equal(connection.state.at, 'waiting');
    client.free();
    assert.deepEqual(connection.state, CLOSED);
    mock.timers.tick(120_000);
    assert.equal(Scripted.made.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test('connect: a line of one’s own is closed by a client that was freed', async ({ assert }) => {
  const client = await clientOf('alice');
  client.free();
  const reasons: string[] = [];
  const transport = { send() {}, tokenWanted() {}, close: (why: string) => void reasons.push(why) };
  assert.throws(() => client.opened(transport), { code: 'E_FREED' });
  assert.deepEqual(reasons, ['freed']);
});

test('connect: a listener that throws is reported, and the next attempt comes', async ({ assert }) => {
  const reported: unknown[] = [];
  const platform = Object.getOwnPropertyDescriptor(globalThis, 'reportError');
  Object.defineProperty(globalThis, 'reportError', {
    configurable: true,
    value: (error: unknown) => void reported.push(error),
  });
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { client, connection, socket } = await scripted(({ at }) => {
      throw new Error(at);
    });
    socket.tell('close', { code: 1006 });
    mock.timers.tick(60_000);
    assert.equal(Scripted.made.length, 2);
    connection.close();
    assert.deepEqual(
      reported.map((error) => (error as Error).message),
      ['connecting', 'waiting', 'connecting', 'stopped'],
    );
    client.free();
  } finally {
    mock.timers.reset();
    if (platform === undefined) Reflect.deleteProperty(globalThis, 'reportError');
    else Object.defineProperty(globalThis, 'reportError', platform);
  }
});

test('connect: who tries again at once by the listener has one socket, not two', async ({ assert }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let again: () => void = () => undefined;
    const { client, connection, socket } = await scripted(({ at }) => {
      if (at === 'waiting') again();
    });
    again = () => connection.retryNow();
    socket.tell('close', { code: 1006 });
    assert.equal(connection.state.at, 'connecting');
    // Longer than the first pause, shorter than the patience with a login.
    mock.timers.tick(5_000);
    assert.equal(Scripted.made.length, 2);
    client.free();
  } finally {
    mock.timers.reset();
  }
});

test('connect: a frame may be of another realm', async ({ assert }) => {
  const { client, connection, socket } = await scripted();
  socket.tell('open');
  // No relay's, and dropped by the client: the line goes on.
  socket.tell('message', { data: runInNewContext('new ArrayBuffer(8)') });
  assert.equal(connection.state.at, 'connecting');
  // Text is not of this protocol.
  socket.tell('message', { data: 'hello' });
  assert.equal(connection.state.at, 'waiting');
  client.free();
});

let relay: TestRelay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

/** A connection through the real relay, and a way to wait for a state. */
async function connected(name: string, token: () => Promise<string>) {
  const client = await clientOf(name);
  const turns = new EventTarget();
  const states: ConnectionState[] = [];
  const connection = connect({
    url: relay.url,
    client,
    token,
    onState: (state) => {
      states.push(state);
      turns.dispatchEvent(new Event(state.at));
    },
  });
  return { client, connection, states, until: (at: string) => once(turns, at) };
}

for (const [what, token, code] of [
  ['has no form of one', 'no\ntoken', 'E_TOKEN_FORMAT'],
  ['is no string', undefined as unknown as string, 'E_ARGUMENT'],
] as const) {
  test(`connect: a token that ${what} stops the connection and says why`, async ({ assert }) => {
    const { client, connection, until } = await connected('alice', async () => token);
    await until('stopped');
    const { state } = connection;
    assert.equal(state.at === 'stopped' && state.why, 'refused');
    assert.equal(state.at === 'stopped' && state.cause instanceof DuetError && state.cause.code, code);
    await assert.rejects(
      connection.online,
      (error) => error instanceof DuetError && (error.cause as DuetError | undefined)?.code === code,
    );
    client.free();
  });
}

test('connect: why there is no token is told, and the next one is asked for', async ({ assert }) => {
  const cause = new Error('the login is over');
  const { client, connection, until } = await connected('alice', () => Promise.reject(cause));
  await until('waiting');
  assert.equal(connection.state.at === 'waiting' && connection.state.cause, cause);
  connection.close();
  await assert.rejects(connection.online, { code: 'E_CONNECTION_STOPPED' });
  client.free();
});
