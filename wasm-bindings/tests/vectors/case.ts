/** What the runners of the vectors share. */
import type { EngineName, Identity, Peer } from '@duet-chat/crypto';
import { refused, unhex } from '../harness.js';

// biome-ignore lint/suspicious/noExplicitAny: cases are data; each operation knows its fields
export type Case = any;

/** A file of `test-vectors/`. */
export interface VectorFile {
  readonly protocol: string;
  readonly number_of_tests: number;
  readonly handshakes?: Readonly<Record<string, Case>>;
  readonly tests: readonly Case[];
}

export type Runner = (test: Case, file: VectorFile, engine: EngineName) => void | Promise<void>;

/** One runner per operation of a file; `*` where a file has one operation only. */
export type Runners = Readonly<Record<string, Runner>>;

/** Runs a case that may be a refusal. */
export async function outcome(test: Case, attempt: () => unknown): Promise<void> {
  if (test.result === 'invalid') await refused(test.error, attempt);
  else await attempt();
}

/** A frame with the sender that the relay names. */
export function addressed(test: Case): { frame: Uint8Array; from: Uint8Array } {
  return { frame: unhex(test.frame), from: unhex(test.from) };
}

/** What came before the case, each as often as it says: with the refusal that it meets, or none. */
export async function before(
  test: Case,
  receive: (input: ReturnType<typeof addressed>) => unknown,
): Promise<void> {
  for (const earlier of test.before) {
    for (let time = 0; time < earlier.times; time++) {
      if (earlier.error === null) await receive(addressed(earlier));
      else await refused(earlier.error, () => receive(addressed(earlier)));
    }
  }
}

export function peerOf(identity: Identity): Peer {
  return { accountId: identity.accountId, publicKey: identity.publicKey };
}

/** A side as the vectors write it. */
export function party(side: Case): Peer {
  return { accountId: unhex(side.aid), publicKey: unhex(side.ik) };
}

export function emojiText(names: readonly { readonly emoji: string }[]): string {
  return names.map(({ emoji }) => emoji).join('');
}
