/** The client, through a real relay: what two people see. */
import {
  type Client,
  type ClientEvent,
  type ClientEventOf,
  createClient,
  createIdentity,
  EDIT_WINDOW,
  type EngineName,
  type Identity,
  randomBytes,
  type Settings,
} from '@duet-chat/crypto';
import {
  type Connection,
  connect,
  findKey,
  RelayError,
  register,
  relayConfig,
} from '@duet-chat/crypto/relay';
import {
  assert,
  type Environment,
  equal,
  hex,
  pairs,
  pattern,
  refused,
  type Suite,
  sameBytes,
} from '../harness.js';

/** Longer than anything here takes, on a busy machine. */
const PATIENCE_MS = 30_000;

/** Everything that a client has told, and a way to wait for more. */
class Ear {
  readonly heard: ClientEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(client: Client) {
    void this.#listen(client);
  }

  async #listen(client: Client): Promise<void> {
    for await (const event of client) {
      this.heard.push(event);
      for (const look of this.#waiting) look();
    }
  }

  /** The first event of this type that fits, from the beginning on. */
  until<Type extends ClientEvent['type']>(
    type: Type,
    fits: (event: ClientEventOf<Type>) => boolean = () => true,
  ): Promise<ClientEventOf<Type>> {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no ${type}; heard ${this.heard.map((event) => event.type)}`));
      }, PATIENCE_MS);
      const look = () => {
        for (const event of this.heard) {
          if (event.type !== type || !fits(event as ClientEventOf<Type>)) continue;
          clearTimeout(patience);
          this.#waiting.delete(look);
          return resolve(event as ClientEventOf<Type>);
        }
      };
      this.#waiting.add(look);
      look();
    });
  }
}

interface Somebody {
  readonly identity: Identity;
  readonly client: Client;
  readonly ear: Ear;
  readonly connection: Connection;
  readonly accessToken: string;
}

let people = 0;

async function somebody(
  url: string,
  engine: EngineName,
  settings: Partial<Settings> = {},
): Promise<Somebody> {
  const { realm } = await relayConfig({ url });
  people += 1;
  const name = `p${people}-${hex(randomBytes(6))}`;
  const identity = await createIdentity({ realm, name, engine });
  const loginSecret = btoa(String.fromCharCode(...randomBytes(32)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .slice(0, 43);
  const { accessToken } = await register({ url, name, loginSecret, publicKey: identity.publicKey });
  const client = createClient({ identity, engine, settings });
  const ear = new Ear(client);
  const connection = connect({ url, client, token: async () => accessToken });
  await ear.until('line', ({ state }) => state === 'online');
  return { identity, client, ear, connection, accessToken };
}

function part(...all: readonly Somebody[]): void {
  for (const { client, identity } of all) {
    client.free();
    identity.free();
  }
}

/** Alice calls, Bob takes the call, and both are secure. */
async function meet(alice: Somebody, bob: Somebody) {
  const a = alice.client.call({ name: bob.client.account.name, publicKey: bob.identity.publicKey });
  await bob.ear.until('incoming', ({ account }) => hex(account) === hex(alice.client.accountId));
  const b = bob.client.accept(alice.client.account.name);
  for (const { ear } of [alice, bob])
    await ear.until('conversation', ({ state }) => state.stage === 'secure');
  return { a, b };
}

/** Does something as if it were so many ms later. */
function later<T>(ms: number, act: () => T): T {
  const passed = performance.now.bind(performance);
  performance.now = () => passed() + ms;
  try {
    return act();
  } finally {
    performance.now = passed;
  }
}

export const client: Suite = ({ engines, relay, restartRelay }: Environment) => {
  if (relay === undefined) return [];
  const url = relay;
  return [
    ...pairs(engines).map(([first, second]) => ({
      name: `two people talk through the relay, ${first} and ${second}`,
      run: async () => {
        const [alice, bob] = [await somebody(url, first), await somebody(url, second)];
        const caller = bob.ear
          .until('incoming')
          .then(({ account }) => findKey({ url, accessToken: bob.accessToken, accountId: account }));
        const a = alice.client.call({ name: bob.client.account.name, publicKey: bob.identity.publicKey });
        const early = a.text('Are you there?');
        // With a prekey the text comes with the call: whether the relay has one yet is a matter of milliseconds.
        const { request } = await bob.ear.until('incoming');
        if (request) equal((await bob.ear.until('message')).early, true, 'it came with the call');
        const found = await caller;
        assert(found !== undefined, 'the directory knows who calls');
        equal(found.name, alice.client.account.name);
        const b = bob.client.accept(found.name);
        const asked = await bob.ear.until('message');
        equal(asked.body.type === 'text' && asked.body.text, 'Are you there?');
        await alice.ear.until('status', ({ id, status }) => id === early && status === 'delivered');
        equal(a.sas?.emoji, b.sas?.emoji, 'what both see');
        sameBytes(a.sas?.publicKey ?? new Uint8Array(0), bob.identity.publicKey, 'whose key');

        const question = a.text('Well?');
        const { id } = await bob.ear.until('message', (event) => event.id !== asked.id);
        const answer = b.text('Yes.', { reply: id });
        const message = await alice.ear.until('message');
        equal(message.body, { type: 'text', text: 'Yes.', reply: question });
        equal(message.conversation === a, true, 'the handle of the event is the one of the call');
        a.react(message.id, '👋');
        equal((await bob.ear.until('reaction')).id, answer);
        b.edit(answer, 'Yes!');
        equal((await alice.ear.until('edited')).text, 'Yes!');
        a.read(message.id);
        await bob.ear.until('status', ({ id, status }) => id === answer && status === 'read');
        b.typing();
        equal((await alice.ear.until('activity')).activity, 'typing');
        b.remove(answer);
        equal((await alice.ear.until('deleted')).id, message.id);

        equal(
          alice.client.pins().map(({ name, state }) => [name, state]),
          [[bob.client.account.name, 'first-use']],
        );
        const compared = { accountId: a.accountId, publicKey: bob.identity.publicKey, by: 'sas' } as const;
        equal(alice.client.compare(compared), 'sas');

        a.leave();
        equal((await alice.ear.until('ended')).by, { why: 'us' });
        const ended = await bob.ear.until('ended');
        equal([ended.by, ended.unsettled, ended.tailMissing], [{ why: 'peer' }, [], false]);
        for (const { ear } of [alice, bob])
          equal(ear.heard.filter(({ type }) => type === 'suspicious').length, 0);
        part(alice, bob);
      },
    })),
    ...pairs(engines).map(([first, second]) => ({
      name: `a file, and a text that does not wait for it, ${first} to ${second}`,
      run: async () => {
        const [alice, bob] = [await somebody(url, first), await somebody(url, second)];
        const { a, b } = await meet(alice, bob);
        const bytes = pattern(3_000_001);
        const sent: number[] = [];
        const sending = a.sendFile({
          source: new Blob([bytes]),
          name: 'holiday.raw',
          mediaType: 'application/octet-stream',
          engine: first,
          onProgress: ({ done }) => sent.push(done),
        });
        const { body } = await bob.ear.until('message', (event) => event.body.type === 'file');
        assert(body.type === 'file', 'it is a file');
        equal(body.descriptor.name, 'holiday.raw');
        sameBytes(body.file, sending.file, 'its name');
        const whole = new Uint8Array(body.descriptor.size);
        const got: number[] = [];
        const receiving = b.receiveFile(body.descriptor, {
          engine: second,
          write: ({ offset, bytes: part }) => whole.set(part, offset),
          onProgress: ({ done }) => got.push(done),
        });
        const text = a.text('meanwhile');
        await alice.ear.until('status', ({ id, status }) => id === text && status === 'delivered');
        await Promise.all([sending.done, receiving.done]);
        sameBytes(whole, bytes, 'the file');
        equal(got.at(-1), bytes.length, 'progress of the receiver');
        assert(
          [sent, got].every((steps) => steps.every((step, at) => at === 0 || step >= (steps[at - 1] ?? 0))),
          'progress never goes back',
        );
        part(alice, bob);
      },
    })),
    {
      name: 'a file arrives although who is told of its progress throws, which is reported',
      run: async () => {
        const reported: unknown[] = [];
        const platform = Object.getOwnPropertyDescriptor(globalThis, 'reportError');
        const value = (error: unknown) => void reported.push(error);
        Object.defineProperty(globalThis, 'reportError', { value, configurable: true, writable: true });
        try {
          const [alice, bob] = [await somebody(url, 'wasm'), await somebody(url, 'wasm')];
          const { a, b } = await meet(alice, bob);
          const bytes = pattern(100_000);
          const [atSender, atReceiver] = [new RangeError('sender'), new RangeError('receiver')];
          const sending = a.sendFile({
            source: new Blob([bytes]),
            name: 'one',
            mediaType: 'text/plain',
            onProgress: () => {
              throw atSender;
            },
          });
          const { body } = await bob.ear.until('message', (event) => event.body.type === 'file');
          assert(body.type === 'file', 'it is a file');
          const whole = new Uint8Array(body.descriptor.size);
          const receiving = b.receiveFile(body.descriptor, {
            write: ({ offset, bytes: part }) => whole.set(part, offset),
            onProgress: () => {
              throw atReceiver;
            },
          });
          await Promise.all([sending.done, receiving.done]);
          sameBytes(whole, bytes, 'the file');
          assert(reported.includes(atSender) && reported.includes(atReceiver), 'both are reported');
          part(alice, bob);
        } finally {
          if (platform === undefined) Reflect.deleteProperty(globalThis, 'reportError');
          else Object.defineProperty(globalThis, 'reportError', platform);
        }
      },
    },
    {
      name: 'a file is rejected, and another one cancelled',
      run: async () => {
        const [alice, bob] = [await somebody(url, 'wasm'), await somebody(url, 'wasm')];
        const { a, b } = await meet(alice, bob);
        const source = new Blob([pattern(100_000)]);
        const offer = (name: string) => a.sendFile({ source, name, mediaType: 'text/plain' });
        const first = offer('one');
        const file = (name: string) =>
          bob.ear.until('message', ({ body }) => body.type === 'file' && body.descriptor.name === name);
        const one = await file('one');
        b.rejectFile(one.body.type === 'file' ? one.body.file : new Uint8Array(32));
        await refused('E_TRANSFER_OVER', () => first.done);
        const second = offer('two');
        const { body } = await file('two');
        assert(body.type === 'file', 'it is a file');
        const broken = b.receiveFile(body.descriptor, {
          write: () => {
            throw new RangeError('no room');
          },
        });
        await refused('E_TRANSFER_OVER', () => second.done);
        const why = await broken.done.catch((error: unknown) => error);
        assert(why instanceof RangeError, "what `write` failed with is what the receiver's end says");
        part(alice, bob);
      },
    },
    {
      name: 'a file that is cancelled while it is sealed leaves the line to the next one',
      run: async () => {
        // On an insecure origin there is one engine.
        const [engine = 'wasm'] = engines;
        const [alice, bob] = [await somebody(url, engine), await somebody(url, 'wasm')];
        const { a, b } = await meet(alice, bob);
        const source = new Blob([pattern(1_000_000)]);
        const send = (name: string) => a.sendFile({ source, name, mediaType: 'text/plain', engine });
        const receive = async (name: string) => {
          const { body } = await bob.ear.until(
            'message',
            (event) => event.body.type === 'file' && event.body.descriptor.name === name,
          );
          assert(body.type === 'file', 'it is a file');
          return b.receiveFile(body.descriptor, { write: () => undefined });
        };
        const first = send('one');
        const receiving = await receive('one');
        // The first chunks are wanted, and before they are made nobody wants them any more.
        alice.client.addEventListener('fileControl', () => first.cancel(), { once: true });
        await refused('E_TRANSFER_OVER', () => first.done);
        await refused('E_TRANSFER_OVER', () => receiving.done);
        const second = send('two');
        await Promise.all([second.done, receive('two').then(({ done }) => done)]);
        part(alice, bob);
      },
    },
    {
      name: 'what is refused at once',
      run: async () => {
        const [alice, bob] = [await somebody(url, 'wasm'), await somebody(url, 'wasm')];
        const stranger = alice.client.conversation(new Uint8Array(32));
        await refused('E_CONVERSATION_UNKNOWN', () => stranger.text('x'));
        const own = { name: alice.client.account.name, publicKey: alice.identity.publicKey };
        await refused('E_OWN_KEY', () => alice.client.call(own));
        await refused('E_CONVERSATION_UNKNOWN', () => bob.client.accept(alice.client.account.name));
        const { a } = await meet(alice, bob);
        await refused('E_ILL_FORMED', () => a.text('half a character: \ud83d'));
        await refused('E_INVALID_CONTENT', () => a.text(''));
        await refused('E_MESSAGE_UNKNOWN', () => a.edit('own-999', 'x'));
        await refused('E_MESSAGE_UNKNOWN', () => a.edit('own-01', 'x'));
        const [gone, old] = [a.text('one'), a.text('two')];
        for (const said of [gone, old])
          await alice.ear.until('status', ({ id, status }) => id === said && status === 'delivered');
        a.remove(gone);
        for (const deed of [() => a.edit(gone, 'x'), () => a.remove(gone), () => a.react(gone, '👋')])
          await refused('E_MESSAGE_UNKNOWN', deed);
        await refused('E_ARGUMENT', () => a.typing('sleeping' as 'typing'));
        await refused('E_ARGUMENT', () =>
          createClient({ identity: alice.identity, settings: { jobs: 1 } as object }),
        );
        alice.client.receive(new Uint8Array(512 * 1024 * 1024));
        alice.client.receive(new Uint8Array(0));
        equal(a.sas?.session, 1, 'nothing has changed');
        const nobody = { url, accessToken: alice.accessToken, accountId: new Uint8Array(32) };
        equal(await findKey(nobody), undefined);
        const again = register({
          url,
          name: alice.client.account.name,
          loginSecret: 'A'.repeat(43),
          publicKey: new Uint8Array(32),
        });
        const error = await refused('E_RELAY_REFUSED', () => again);
        assert(error instanceof RelayError, 'it says why');
        // The last thing that these two do: their clock does not run backwards.
        const late = later(EDIT_WINDOW + 60_000, () => refused('E_MESSAGE_LATE', () => a.edit(old, 'x')));
        equal((await late).class, 'caller');
        part(alice, bob);
        await refused('E_FREED', () => a.text('x'));
        equal(alice.connection.state, { at: 'stopped', why: 'closed' });
      },
    },
    ...(engines.includes('native')
      ? [
          {
            name: 'a promise of the platform that never settles stops nobody else',
            run: async () => {
              const alice = await somebody(url, 'native', { job: 1_000 });
              const [bob, carol] = [await somebody(url, 'wasm'), await somebody(url, 'wasm')];
              const { a, b } = await meet(alice, bob);
              const from =
                ({ client }: Somebody) =>
                (event: { readonly account: Uint8Array }) =>
                  hex(event.account) === hex(client.accountId);
              const verify = () => new Promise(() => undefined);
              Object.defineProperty(crypto.subtle, 'verify', { value: verify, configurable: true });
              try {
                carol.client.call({ name: alice.client.account.name, publicKey: alice.identity.publicKey });
                for (const [handle, { ear }] of [[a, alice] as const, [b, bob] as const]) {
                  const text = handle.text('still here');
                  await ear.until('status', ({ id, status }) => id === text && status === 'delivered');
                }
                equal(
                  alice.ear.heard.filter((event) => event.type === 'incoming' && from(carol)(event)).length,
                  0,
                );
              } finally {
                Reflect.deleteProperty(crypto.subtle, 'verify');
              }
              // The job is given up, and the call comes again.
              await alice.ear.until('incoming', from(carol));
              part(alice, bob, carol);
            },
          },
        ]
      : []),
    ...(restartRelay === undefined
      ? []
      : [
          {
            name: 'a relay that crashes ends nothing: texts of both sides arrive once, and the file goes on',
            run: async () => {
              const [alice, bob] = [await somebody(url, 'native'), await somebody(url, 'wasm')];
              const { a, b } = await meet(alice, bob);
              const bytes = pattern(6_000_000);
              const sending = a.sendFile({ source: new Blob([bytes]), name: 'f', mediaType: 'text/plain' });
              const { body } = await bob.ear.until('message', (event) => event.body.type === 'file');
              assert(body.type === 'file', 'it is a file');
              const whole = new Uint8Array(bytes.length);
              const receiving = b.receiveFile(body.descriptor, {
                write: ({ offset, bytes: part }) => whole.set(part, offset),
              });
              const [before, crash] = [a.text('before'), restartRelay(1_000)];
              await alice.ear.until('line', ({ state }) => state === 'down');
              const [ours, theirs] = [a.text('while it is away'), b.text('here, too')];
              await crash;
              for (const id of [before, ours]) {
                await alice.ear.until('status', (event) => event.id === id && event.status === 'delivered');
              }
              await bob.ear.until('status', (event) => event.id === theirs && event.status === 'delivered');
              await Promise.all([sending.done, receiving.done]);
              sameBytes(whole, bytes, 'the file');
              const texts = ({ ear }: Somebody) =>
                ear.heard.flatMap((event) =>
                  event.type === 'message' && event.body.type === 'text' ? [event.body.text] : [],
                );
              equal([texts(alice), texts(bob)], [['here, too'], ['before', 'while it is away']]);
              for (const { ear } of [alice, bob]) {
                equal(ear.heard.filter(({ type }) => type === 'ended' || type === 'suspicious').length, 0);
              }
              part(alice, bob);
            },
          },
        ]),
  ];
};
