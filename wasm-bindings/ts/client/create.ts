/** The front door: one account's client. */

import { HeldClient } from './client.js';
import type { Client, ClientOptions } from './types.js';

/**
 * Makes a client. Give it a way to the relay, with `connect` of `@duet-chat/crypto/relay` or of your own.
 *
 * ```ts
 * const client = createClient({ identity });
 * client.addEventListener('incoming', ({ detail }) => ring(detail.account));
 * ```
 * @throws DuetError `E_REALM`, `E_ENGINE_UNAVAILABLE`, `E_ARGUMENT`
 */
export function createClient(options: ClientOptions): Client {
  return new HeldClient(options);
}
