/**
 * For tests only: the package's operations with the random bytes of a test vector instead of fresh ones.
 *
 * **Never use this in a product.** Whoever knows the script knows every key that is made with it. It is an entry of
 * its own so that nothing of it can be reached from the public one, and so that a bundler leaves it out.
 *
 * A script is what the operation draws, in the order in which it draws (`test-vectors/README.md`). On the native
 * engine, private keys that are drawn are imported as PKCS#8 instead of generated.
 *
 * @module
 */

import { call, release, run } from './boundary.js';
import { copyOf, joinedBytes } from './bytes.js';
import { intervalsOf } from './client/client.js';
import type { ClientOptions } from './client/types.js';
import { DuetError } from './errors.js';
import { type SealedFile, type SealFileOptions, sealWithSalt } from './files/stream.js';
import { createOutgoingWith, type OutgoingFileOptions } from './files/transfer.js';
import { createListenerWith, type ListenerOptions, publishPrekeysWith } from './handshake/listener.js';
import { createOfferWith, type OfferOptions } from './handshake/offer.js';
import { withChoice } from './handshake/step.js';
import { createWith, internalIdentity } from './identity.js';
import { memory } from './loader.js';
import { internalSession, restoreSessionWith } from './session.js';
import type {
  Bytes,
  CreateIdentityOptions,
  EngineName,
  ExportBackupOptions,
  Identity,
  Listener,
  Offer,
  OutgoingFile,
  Received,
  RestoredSession,
  RestoreSessionOptions,
  Session,
  VerifiedPeer,
  WrapIdentityOptions,
} from './types.js';
import { exportBackupWith, generatePassphraseWith, peersToWire, wrapIdentityWith } from './vault.js';
import type { Finished, Task, Client as WasmClient } from './wasm/glue.js';

/** How often these bytes stand in the memory of the WebAssembly module. */
export function countInMemory(needle: Uint8Array): number {
  const all = memory();
  let found = 0;
  for (let at = all.indexOf(needle[0] ?? 0); at !== -1; at = all.indexOf(needle[0] ?? 0, at + 1)) {
    if (needle.every((byte, index) => all[at + index] === byte)) found += 1;
  }
  return found;
}

/** `createIdentity` with this seed, and with this time if it is given. */
export function identityFromSeed(
  input: CreateIdentityOptions & { seed: Uint8Array; created?: number },
): Promise<Identity> {
  return createWith(input, copyOf(input.seed, 'seed', 32), input.created);
}

/** `createOffer`, and everything that follows from it, with these random bytes. */
export function scriptedOffer(options: OfferOptions & { script: Uint8Array }): Promise<Offer> {
  return createOfferWith(options, copyOf(options.script, 'script'));
}

/** `createListener`; what follows from each received offer draws these random bytes. */
export function scriptedListener(options: ListenerOptions & { script: Uint8Array }): Listener {
  return createListenerWith(options, copyOf(options.script, 'script'));
}

/** `listener.publishPrekeys` with these random bytes. */
export function scriptedPrekeys(
  listener: Listener,
  input: { count: number; script: Uint8Array },
): Promise<Bytes[]> {
  return publishPrekeysWith(listener, input.count, copyOf(input.script, 'script'));
}

/** Bytes of the script that a session has not drawn yet; negative if it has drawn more than there were. */
export function scriptLeft(session: Session): number | undefined {
  return internalSession(session).scriptLeft();
}

/** `sealFile` under this salt. */
export function scriptedSeal(options: SealFileOptions & { key: Uint8Array; salt: Uint8Array }): SealedFile {
  return sealWithSalt(options, copyOf(options.key, 'key', 32), copyOf(options.salt, 'salt', 24));
}

/** `createOutgoingFile` under this key and salt. */
export function scriptedOutgoingFile(
  options: OutgoingFileOptions & { key: Uint8Array; salt: Uint8Array },
): OutgoingFile {
  return createOutgoingWith(options, copyOf(options.key, 'key', 32), copyOf(options.salt, 'salt', 24));
}

/** The envelope of `identity.store()` of a wasm identity, with this salt. */
export function scriptedEnvelope(
  identity: Identity,
  input: { vaultSecret: Uint8Array; script: Uint8Array },
): Bytes {
  const [secret, script] = [copyOf(input.vaultSecret, 'vaultSecret', 32), copyOf(input.script, 'script')];
  const { realm, name } = identity.account;
  return call(() => internalIdentity(identity).wrap(realm, name, secret, script));
}

/** `wrapIdentity` with this salt. */
export function scriptedWrap(options: WrapIdentityOptions & { script: Uint8Array }): Promise<Bytes> {
  return wrapIdentityWith(options, copyOf(options.script, 'script'));
}

/** `exportBackup` with this salt. */
export function scriptedBackup(options: ExportBackupOptions & { script: Uint8Array }): Promise<Bytes> {
  return exportBackupWith(options, copyOf(options.script, 'script'));
}

/** `generatePassphrase` with these random bytes. */
export function scriptedPassphrase(script: Uint8Array): string {
  return generatePassphraseWith(copyOf(script, 'script'));
}

/** What a scripted client is made of. */
export interface ScriptedClientOptions extends ClientOptions {
  readonly script: Uint8Array;
  /** What each job draws, in the order in which they are given out; all of one length. */
  readonly jobs: readonly Uint8Array[];
}

/** What a client wants done: jobs stand as their numbers. */
export type ScriptedOutput =
  | { readonly type: 'send'; readonly lane: string; readonly bytes: Uint8Array }
  | { readonly type: 'job'; readonly job: number }
  | { readonly type: 'token' }
  | { readonly type: 'close'; readonly why: unknown }
  | { readonly type: 'event'; readonly event: unknown };

/** The client of the bindings with these random bytes, and without a clock, a socket or anything that happens by itself. */
export class ScriptedClient {
  readonly #client: WasmClient;
  readonly #jobs = new Map<number, Task>();
  #given = 0;

  constructor({ identity, pins = [], engine, settings = {}, script, jobs }: ScriptedClientOptions) {
    const [people, intervals] = [peersToWire(pins, 'pins'), intervalsOf(settings)];
    const { realm } = identity.account;
    const each = jobs[0]?.length ?? 0;
    const joined = joinedBytes(jobs, 'jobs', each);
    this.#client = withChoice(engine, (choice) =>
      call((wasm) =>
        wasm.testClient(
          internalIdentity(identity),
          choice,
          realm,
          people,
          intervals,
          copyOf(script, 'script'),
          joined,
          each,
        ),
      ),
    );
  }

  /** One input, as the bindings name it. */
  input(name: string, ...values: readonly unknown[]): unknown {
    const client = this.#client as unknown as Record<string, (...values: readonly unknown[]) => unknown>;
    return call(() => client[name]?.(...values));
  }

  /** What is to be done after an input. */
  poll(): ScriptedOutput[] {
    const outputs = call(() => this.#client.poll()) as (ScriptedOutput | { type: 'job'; task: Task })[];
    return outputs.map((output) => {
      if (!('task' in output)) return output;
      const job = this.#given++;
      this.#jobs.set(job, output.task);
      return { type: 'job', job };
    });
  }

  /** Runs a job, and gives it back at this time. */
  async done(job: number, at: number): Promise<void> {
    const task = this.#jobs.get(job);
    if (task === undefined) throw new DuetError('E_ARGUMENT', `there is no job ${job}`);
    this.#jobs.delete(job);
    const finished = await run<Finished>(() => task);
    call(() => this.#client.done(finished, at));
  }

  /** When it wants to be woken, in ms since 1970. */
  get wake(): number | undefined {
    return call(() => this.#client.nextWake());
  }

  /** The people who are known. */
  get pins(): VerifiedPeer[] {
    return call(() => this.#client.pins()) as VerifiedPeer[];
  }

  free(): void {
    for (const task of this.#jobs.values()) release(task);
    release(this.#client);
  }
}

/** `session.receive` at this time of the receiver's clock, in milliseconds. */
export function receiveAt(session: Session, frame: Uint8Array, now: number): Received {
  const bytes = copyOf(frame, 'frame');
  return call(() => internalSession(session).receive(bytes, now)) as Received;
}

/** `restoreSession`, with these random bytes for what follows. */
export function scriptedRestore(options: RestoreSessionOptions & { script: Uint8Array }): RestoredSession {
  return restoreSessionWith(options, copyOf(options.script, 'script'));
}

/** What a session has used up of its lifetime. `started` is in ms since 1970. */
export interface UsedLifetime {
  readonly started: number;
  readonly chunkBytes: number;
}

/** Sets it, as if the session had begun then. */
export function setLifetime(session: Session, { started, chunkBytes }: UsedLifetime): void {
  call((wasm) => wasm.testSetLifetime(internalSession(session), started, chunkBytes));
}

/** Reads it. */
export function lifetimeOf(session: Session): UsedLifetime {
  const [started = 0, chunkBytes = 0] = call((wasm) => wasm.testLifetime(internalSession(session)));
  return { started, chunkBytes };
}

/** One operation of one engine, behind the package's own filters. */
export const engineOperation = {
  /** An Ed25519 signature, 64 bytes. */
  async sign(engine: EngineName, seed: Uint8Array, message: Uint8Array): Promise<Bytes> {
    return run<Bytes>((wasm) => wasm.testSign(engine === 'native', seed, message));
  },
  /** Rejects with the code of the refusal. */
  async verify(
    engine: EngineName,
    key: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<void> {
    await run((wasm) => wasm.testVerify(engine === 'native', key, message, signature));
  },
  /** The public key of a secret, and its agreement with the other key. */
  async agree(
    engine: EngineName,
    secret: Uint8Array,
    other: Uint8Array,
  ): Promise<[own: Bytes, shared: Bytes]> {
    return run<[Bytes, Bytes]>((wasm) => wasm.testAgree(engine === 'native', secret, other));
  },
};
