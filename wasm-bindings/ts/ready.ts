/** Start-up: load the module, then ask the platform what it can do. */
import { call, run } from './boundary.js';
import { remember } from './engines.js';
import { DuetError } from './errors.js';
import { NativeCipher } from './files/cipher.js';
import { death, load } from './loader.js';
import type { Capabilities, OperationSupport, ReadyOptions } from './types.js';

let started: Promise<void> | undefined;

/**
 * Loads the module and probes Web Crypto. Call it before anything else; further calls return the same promise. A
 * failed call may be repeated.
 *
 * @throws DuetError `E_WASM_MISSING`, `E_WASM_CSP`, `E_WASM_LOAD`, `E_WASM_TRAP`, `E_RANDOM_MISSING`
 */
export function ready(options?: ReadyOptions): Promise<void> {
  const dead = death();
  if (dead !== undefined) return Promise.reject(dead);
  started ??= start(options).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(options: ReadyOptions | undefined): Promise<void> {
  refuseWithoutRandomness();
  await load(options);
  remember(await probe());
}

function refuseWithoutRandomness(): void {
  try {
    crypto.getRandomValues(new Uint8Array(1));
  } catch (cause) {
    throw new DuetError('E_RANDOM_MISSING', undefined, { cause });
  }
}

async function probe(): Promise<Capabilities> {
  const subtle = typeof crypto.subtle === 'object' && crypto.subtle !== null;
  const [ed25519, x25519, aes256Gcm] = await Promise.all([
    support(subtle, 'Ed25519', () => run((wasm) => wasm.probeEd25519())),
    support(subtle, 'X25519', () => run((wasm) => wasm.probeX25519())),
    support(subtle, 'AES-256-GCM', probeAes),
  ]);
  const core = (reason: string): OperationSupport => ({ native: false, auto: 'wasm', reason });
  return {
    secureContext: globalThis.isSecureContext ?? true,
    subtle,
    wasm: call((wasm) => wasm.variant()) === 'simd128' ? 'simd128' : 'baseline',
    operations: {
      ed25519,
      x25519,
      aes256Gcm,
      mlKem768: core('Web Crypto of this generation has no ML-KEM that can be relied on: the core does it'),
      argon2id: core('Web Crypto has no Argon2id'),
      ratchet: core('small symmetric operations: a hop to Web Crypto costs more than the work'),
    },
  };
}

/** A known-answer probe: the operation as the package uses it, with answers that the core checks. */
async function support(
  subtle: boolean,
  name: string,
  probing: () => Promise<unknown>,
): Promise<OperationSupport> {
  if (!subtle) {
    const why = globalThis.isSecureContext === false ? ' (not a secure context: https or localhost)' : '';
    return { native: false, auto: 'wasm', reason: `crypto.subtle is missing${why}` };
  }
  try {
    await probing();
    return { native: true, auto: 'native' };
  } catch (error) {
    // What a probe finds out is its result. A dead instance is not a finding about the platform.
    if (error instanceof DuetError && error.code === 'E_WASM_TRAP') throw error;
    return {
      native: false,
      auto: 'wasm',
      reason: `${name} of Web Crypto did not pass the known-answer probe`,
    };
  }
}

/** Sealed by one engine, opened by the other, both ways; and a changed byte is refused. */
async function probeAes(): Promise<void> {
  const keys = call((wasm) => new wasm.FileCipher(new Uint8Array(32), new Uint8Array(24), new Uint8Array(0)));
  const native = new NativeCipher(keys);
  try {
    const plain = new Uint8Array([1, 2, 3]);
    const [sealed, expected] = [
      await native.seal(0, plain, true, 0),
      call(() => keys.seal(0, plain, true, 0)),
    ];
    const opened = await native.open(0, expected, true);
    const damaged = expected.slice();
    damaged[0] = (damaged[0] ?? 0) ^ 1;
    const refused = await native.open(0, damaged, true).then(
      () => false,
      () => true,
    );
    if (String(sealed) !== String(expected) || String(opened) !== String(plain) || !refused) {
      throw new DuetError('E_ENGINE');
    }
  } finally {
    native.free();
  }
}
