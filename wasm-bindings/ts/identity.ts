/** One's own identity (protocol.md section 3.1) and where its private key is. */
import { call, callWithSecret, on, onWithSecret, run } from './boundary.js';
import { copyOf, text } from './bytes.js';
import { DISPOSE, Held } from './dispose.js';
import { pick } from './engines.js';
import { DuetError } from './errors.js';
import { fingerprintOf } from './fingerprint.js';
import { options } from './gate.js';
import type {
  Account,
  Bytes,
  CreateIdentityOptions,
  EngineMode,
  EngineName,
  Fingerprint,
  Identity,
  StoredIdentity,
} from './types.js';
import type { Identity as WasmIdentity } from './wasm/glue.js';

/**
 * Makes a new identity. On the native engine its private key is a non-extractable `CryptoKey`.
 * @throws DuetError `E_REALM`, `E_ACCOUNT_NAME`, `E_ENGINE_UNAVAILABLE`
 */
export function createIdentity(input: CreateIdentityOptions): Promise<Identity> {
  return createWith(input, undefined);
}

/** {@link createIdentity} with the random bytes and the time of a test vector. */
export async function createWith(
  given: CreateIdentityOptions,
  script: Bytes | undefined,
  created: number = Date.now(),
): Promise<Identity> {
  const input = options(given);
  const account = accountOf(input);
  const { realm, name } = account;
  const engine = pick('ed25519', input.engine);
  const secret = input.vaultSecret === undefined ? undefined : vaultSecretOf(input.vaultSecret);
  try {
    if (engine === 'wasm') {
      const made = callWithSecret((wasm) => wasm.Identity.createWasm(realm, name, created, script));
      return adopted(account, engine, made);
    }
    const made = await run<WasmIdentity>((wasm) =>
      secret === undefined && script === undefined
        ? wasm.Identity.createNative(realm, name)
        : wasm.Identity.createImported(realm, name, created, secret, script),
    );
    return adopted(account, engine, made);
  } finally {
    secret?.fill(0);
  }
}

/** An object of the instance as an identity. */
export function adopted(account: Account, engine: EngineName, inner: WasmIdentity): Identity {
  return new HeldIdentity(account, engine, inner);
}

/**
 * Takes up an identity that `identity.store()` gave earlier. A native one stays native and a wrapped one opens in the
 * wasm engine; asking for another engine fails.
 * @throws DuetError `E_VAULT` if the envelope does not open, `E_VAULT_SECRET`, `E_ENGINE_UNAVAILABLE`, `E_ARGUMENT`
 */
export async function restoreIdentity(
  given: Account & {
    readonly stored: StoredIdentity;
    readonly vaultSecret?: Uint8Array | undefined;
    readonly engine?: EngineMode;
  },
): Promise<Identity> {
  const input = options(given);
  const account = accountOf(input);
  const { engine = 'auto' } = input;
  const stored = options(input.stored, 'stored');
  const publicKey = copyOf(stored.publicKey, 'stored.publicKey', 32);
  switch (stored.kind) {
    case 'native': {
      if (engine === 'wasm') {
        throw new DuetError(
          'E_ENGINE_UNAVAILABLE',
          'ed25519: this identity is a non-extractable key of Web Crypto',
        );
      }
      pick('ed25519', 'native');
      const key = signingKey(stored.privateKey);
      const envelope = stored.envelope === undefined ? undefined : copyOf(stored.envelope, 'stored.envelope');
      return adopted(
        account,
        'native',
        call((wasm) => wasm.Identity.restoreNative(account.realm, account.name, publicKey, key, envelope)),
      );
    }
    case 'wrapped': {
      if (engine === 'native') {
        throw new DuetError('E_ENGINE_UNAVAILABLE', 'ed25519: this identity is wrapped for the wasm engine');
      }
      const envelope = copyOf(stored.envelope, 'stored.envelope');
      const secret = vaultSecretOf(input.vaultSecret);
      try {
        return adopted(
          account,
          'wasm',
          callWithSecret((wasm) =>
            wasm.Identity.unwrap(account.realm, account.name, publicKey, envelope, secret),
          ),
        );
      } finally {
        secret.fill(0);
      }
    }
    default:
      throw new DuetError('E_ARGUMENT', 'stored is not what identity.store() gave');
  }
}

/** The instance's object behind an identity of this package. */
export function internalIdentity(identity: Identity): WasmIdentity {
  if (!HeldIdentity.is(identity)) throw new DuetError('E_ARGUMENT', 'identity must be one of this package');
  return identity.internal;
}

class HeldIdentity implements Identity {
  readonly account: Account;
  readonly engine: EngineName;
  readonly #held: Held<WasmIdentity>;

  constructor(account: Account, engine: EngineName, inner: WasmIdentity) {
    this.account = account;
    this.engine = engine;
    this.#held = new Held(inner);
  }

  /** False for a proxy of one, which has nothing of its inside. */
  static is(identity: unknown): identity is HeldIdentity {
    return typeof identity === 'object' && identity !== null && #held in identity;
  }

  get internal(): WasmIdentity {
    return this.#held.live;
  }

  get accountId(): Bytes {
    return on(this.internal, (identity) => identity.accountId());
  }

  get publicKey(): Bytes {
    return on(this.internal, (identity) => identity.publicKey());
  }

  fingerprint(): Fingerprint {
    return fingerprintOf(this.publicKey);
  }

  store(vaultSecret?: Uint8Array): StoredIdentity {
    const { publicKey } = this;
    const privateKey = on(this.internal, (identity) => identity.privateKey());
    if (privateKey !== undefined) {
      return {
        kind: 'native',
        publicKey,
        privateKey,
        envelope: on(this.internal, (identity) => identity.envelope()),
      };
    }
    const secret = vaultSecretOf(vaultSecret);
    try {
      const { realm, name } = this.account;
      const envelope = onWithSecret(this.internal, (identity) =>
        identity.wrap(realm, name, secret, undefined),
      );
      return { kind: 'wrapped', publicKey, envelope };
    } finally {
      secret.fill(0);
    }
  }

  async signLogin(login: { challenge: Uint8Array; presence: Uint8Array; token: string }): Promise<Bytes> {
    const given = options(login, 'login');
    const challenge = copyOf(given.challenge, 'challenge', 32);
    const presence = copyOf(given.presence, 'presence', 16);
    const token = text(given.token, 'token');
    const { internal } = this;
    return run<Bytes>(() => internal.signLogin(challenge, presence, token));
  }

  async signReplacement(newPublicKey: Uint8Array): Promise<Bytes> {
    const key = copyOf(newPublicKey, 'newPublicKey', 32);
    const { internal } = this;
    return run<Bytes>(() => internal.signReplacement(key));
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

export function accountOf({ realm, name }: Account): Account {
  return { realm: text(realm, 'realm'), name: text(name, 'name') };
}

/** A copy, for its owner to wipe. */
export function vaultSecretOf(secret: Uint8Array | undefined): Bytes {
  if (secret === undefined) throw new DuetError('E_VAULT_SECRET');
  return copyOf(secret, 'vaultSecret', 32);
}

/** Refuses whatever is not a non-extractable Ed25519 key that signs. */
function signingKey(key: CryptoKey): CryptoKey {
  let right = false;
  try {
    right =
      // Of every realm alike.
      Object.prototype.toString.call(key) === '[object CryptoKey]' &&
      key.type === 'private' &&
      key.algorithm.name === 'Ed25519' &&
      !key.extractable &&
      key.usages.includes('sign');
  } catch {
    // It looks like one, and cannot be asked.
  }
  if (!right)
    throw new DuetError('E_ARGUMENT', 'stored.privateKey must be a non-extractable Ed25519 signing key');
  return key;
}
