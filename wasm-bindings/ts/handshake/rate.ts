/** How many handshakes are completed with one peer (protocol.md section 4.9). */
import { call, on } from '../boundary.js';
import { copyOf, time } from '../bytes.js';
import { now } from '../clock.js';
import { DISPOSE, Held } from '../dispose.js';
import type { HandshakeRate } from '../types.js';
import type { HandshakeRate as WasmHandshakeRate } from '../wasm/glue.js';

/**
 * Counts completed handshakes per account, so that nobody collects candidates for a short authentication string. Keep one
 * for as long as the page lives.
 */
export function createHandshakeRate(): HandshakeRate {
  return new HeldHandshakeRate(call((wasm) => new wasm.HandshakeRate()));
}

class HeldHandshakeRate implements HandshakeRate {
  readonly #held: Held<WasmHandshakeRate>;

  constructor(inner: WasmHandshakeRate) {
    this.#held = new Held(inner);
  }

  wait(accountId: Uint8Array, at: number = now()): number {
    const [account, time] = asked(accountId, at);
    return on(this.#held.live, (rate) => rate.wait(account, time));
  }

  check(accountId: Uint8Array, at: number = now()): void {
    const [account, time] = asked(accountId, at);
    on(this.#held.live, (rate) => rate.check(account, time));
  }

  completed(accountId: Uint8Array, at: number = now()): void {
    const [account, time] = asked(accountId, at);
    on(this.#held.live, (rate) => rate.completed(account, time));
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

function asked(accountId: Uint8Array, at: number): [Uint8Array, number] {
  return [copyOf(accountId, 'accountId', 32), time(at, 'now')];
}
