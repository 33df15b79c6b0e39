import {
  type Client,
  createClient,
  createIdentity,
  type Identity,
  ready,
  splitPassword,
} from '@duet-chat/crypto';
import { type Connection, connect, findKey, findUsers, register, relayConfig } from '@duet-chat/crypto/relay';
import { WebSocket } from 'ws';
import { password } from './person.js';

const HID_LENGTH = 16;

/**
 * Somebody with an account of their own, and a client on the package that lies in one thing: it chooses the id of its handshakes,
 * which an honest one draws at random.
 */
export class Mallory {
  private constructor(
    readonly name: string,
    private readonly url: string,
    private readonly accessToken: string,
    private readonly identity: Identity,
    readonly client: Client,
    private readonly connection: Connection,
  ) {}

  static async register(name: string, url: string): Promise<Mallory> {
    await ready();
    const { realm } = await relayConfig({ url });
    const { loginSecret } = await splitPassword({ realm, name, password });
    const identity = await createIdentity({ realm, name });
    const { accessToken } = await register({ url, name, loginSecret, publicKey: identity.publicKey });
    const client = createClient({ identity });
    const token = async () => accessToken;
    const connection = connect({ url, client, token, WebSocket: WebSocket as never });
    await connection.online;
    return new Mallory(name, url, accessToken, identity, client, connection);
  }

  /** Calls somebody with this handshake id, and these first words. */
  async call(name: string, hid: Uint8Array, words: readonly string[]) {
    const { accessToken, client, url } = this;
    const found = await findUsers({ url, accessToken, prefix: name });
    const user = found.find((one) => one.name === name);
    if (user === undefined) throw new Error(`${name} is not found`);
    const key = await findKey({ url, accessToken, ...user });
    if (key === undefined) throw new Error(`${name} has no key`);
    chooseHandshakeId(hid);
    const conversation = client.call(key);
    for (const word of words) conversation.text(word);
    return conversation;
  }

  close(): void {
    this.connection.close();
    this.client.free();
    this.identity.free();
  }
}

/**
 * From now on jobs of the package draw this id. It is the only value of its length that a job draws; what is drawn for envelopes is
 * drawn while an input is handled.
 */
function chooseHandshakeId(hid: Uint8Array): void {
  const { crypto } = globalThis;
  const honest = Object.getPrototypeOf(crypto).getRandomValues as Crypto['getRandomValues'];
  crypto.getRandomValues = <T extends ArrayBufferView | null>(array: T): T => {
    const isJob = !(new Error().stack ?? '').includes('.step');
    if (isJob && array instanceof Uint8Array && array.length === HID_LENGTH) {
      array.set(hid);
      return array;
    }
    return honest.call(crypto, array as never) as T;
  };
}
