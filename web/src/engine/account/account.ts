/**
 * From a name and a password to an open identity, and back. Each command is one function that is read from top to
 * bottom; one runs at a time. The vault secret never outlives the command that derived it.
 */
import type { Auth } from '../auth.ts';
import { toText } from '../bytes.ts';
import type { EngineMode } from '../contract.ts';
import type { CryptoPort, Identity, PasswordSecrets } from '../crypto/port.ts';
import { EngineError, packageCode } from '../errors.ts';
import type { Http } from '../http.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { type Session, USERNAME_PATTERN, type User } from '../protocol/generated/relay-api.ts';
import { beginRun } from '../run.ts';
import type { Runtime } from '../runtime.ts';
import { accessOf, newIdentityKind } from './access.ts';

export interface AccountDeps {
  readonly crypto: CryptoPort;
  readonly http: Http;
  readonly auth: Auth;
  readonly keystore: Keystore;
  readonly runtime: () => Runtime;
  readonly mode: () => EngineMode;
  readonly realm: () => string | null;
  readonly now: () => number;
}

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** PROTOCOL.md section 8.3. */
const PASSWORD_MIN = 8;

export class Account {
  /** The login that holds while its identity is not open. */
  private user: User | null = null;
  private busy = false;

  constructor(private readonly deps: AccountDeps) {}

  /** Takes up the login of the refresh cookie, if there is one. */
  resume(): Promise<void> {
    return this.alone(async () => {
      let session: Session;
      try {
        session = await this.deps.auth.refresh();
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== 'session-expired') throw error;
        this.leave();
        return;
      }
      await this.enter(session.user, null);
    });
  }

  register({ name, password }: Credentials): Promise<void> {
    return this.alone(async () => {
      const account = this.accountOf(name);
      const owner = toText(this.deps.crypto.accountId(account));
      await this.withSecrets(account.name, password, async (secrets) => {
        // An identity that this device kept for the name is used again: contacts of old recognize it.
        const kept = await this.keptIdentity(owner, secrets);
        const own = kept ?? (await this.make(account.name));
        try {
          const session = await this.deps.http.register({
            username: account.name,
            loginSecret: secrets.loginSecret,
            identityKey: toText(own.publicKey),
          });
          this.verified(session.user);
          this.deps.auth.adopt(session);
          // Only now: a name that was taken must not cost its owner the identity that this device keeps for it.
          if (kept === null) await this.store(own, secrets);
          if (!session.keyStored) await this.publish(own);
        } catch (error) {
          own.free();
          throw error;
        }
        this.arrive(own);
      });
    });
  }

  login({ name, password }: Credentials): Promise<void> {
    return this.alone(async () => {
      const account = this.accountOf(name);
      await this.withSecrets(account.name, password, async (secrets) => {
        const { loginSecret } = secrets;
        const session = await this.deps.http.login({ username: account.name, loginSecret });
        if (session.user.username !== account.name) throw new EngineError('relay-error');
        this.deps.auth.adopt(session);
        await this.enter(session.user, secrets);
      });
    });
  }

  /** Opens the identity of the login that holds. */
  unlock({ password }: { readonly password: string }): Promise<void> {
    return this.alone(async () => {
      const user = this.awaiting();
      await this.withSecrets(user.username, password, async (secrets) => {
        // There is nothing yet that the password could open, so only the relay can tell whether it is right.
        if ((await this.deps.keystore.identity(user.id)) === null) {
          const { loginSecret } = secrets;
          this.deps.auth.adopt(await this.deps.http.login({ username: user.username, loginSecret }));
        }
        await this.enter(user, secrets);
      });
    });
  }

  /** A new identity in the place of one that this device does not have. Every contact will be warned. */
  replaceKey({ password }: { readonly password: string }): Promise<void> {
    return this.alone(async () => {
      const user = this.awaiting();
      await this.withSecrets(user.username, password, async (secrets) => {
        const identity = await this.make(user.username);
        try {
          const { loginSecret } = secrets;
          const body = { identityKey: toText(identity.publicKey), loginSecret, lost: true };
          await this.deps.auth.with((token) => this.deps.http.setKey(token, body));
          await this.store(identity, secrets);
        } catch (error) {
          identity.free();
          throw error;
        }
        this.arrive(identity);
      });
    });
  }

  /** Ends the login on the relay first: a login that goes on there must not look ended here. */
  logout(): Promise<void> {
    return this.alone(async () => {
      const { auth, http } = this.deps;
      await this.deps.runtime().command({ name: 'leaveChat' });
      try {
        await http.logout(auth.token);
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== 'session-expired') throw error;
      }
      this.leave();
    });
  }

  /** The login ended on the relay's side. */
  expired(): void {
    this.leave();
  }

  /** A renewed login may say that the account's key was replaced elsewhere: this device's is of no use then. */
  renewed({ user }: Session): void {
    const { person } = this.deps.runtime();
    const { identityKey } = user;
    if (person === null || identityKey === null || identityKey === toText(person.publicKey)) return;
    this.user = user;
    this.deps.runtime().leave({ stage: 'key-missing', name: user.username });
  }

  private async enter(user: User, secrets: PasswordSecrets | null): Promise<void> {
    this.verified(user);
    const record = await this.deps.keystore.identity(user.id);
    const stored = record?.stored ?? null;
    const access = accessOf({
      serverKey: user.identityKey,
      stored: stored === null ? null : { kind: stored.kind, publicKey: toText(stored.publicKey) },
      hasPassword: secrets !== null,
      mode: this.deps.mode(),
      nativeIdentity: this.nativeIdentity,
    });
    this.user = user;
    switch (access) {
      case 'ask-password':
        return this.deps.runtime().leave({ stage: 'locked', name: user.username });
      case 'key-missing':
        return this.deps.runtime().leave({ stage: 'key-missing', name: user.username });
      case 'engine-unavailable':
        this.deps.runtime().leave({ stage: 'signed-out' });
        throw new EngineError('engine-unavailable');
      case 'create':
        return this.publishAndArrive(await this.create(user.username, secrets), user);
      case 'open':
        return this.publishAndArrive(await this.unwrap(user, secrets), user);
      default:
        access satisfies never;
    }
  }

  private async publishAndArrive(identity: Identity, user: User): Promise<void> {
    try {
      if (user.identityKey === null) await this.publish(identity);
    } catch (error) {
      identity.free();
      throw error;
    }
    this.arrive(identity);
  }

  private async publish(identity: Identity): Promise<void> {
    const identityKey = toText(identity.publicKey);
    await this.deps.auth.with((token) => this.deps.http.setKey(token, { identityKey }));
  }

  private arrive(identity: Identity): void {
    this.user = null;
    this.deps.runtime().enter(beginRun(this.deps.crypto, identity, this.deps.mode()));
  }

  private leave(): void {
    this.user = null;
    this.deps.auth.drop();
    this.deps.runtime().leave({ stage: 'signed-out' });
  }

  /** The stored identity of the login; a password that does not open it leaves the person at the locked door. */
  private async unwrap(user: User, secrets: PasswordSecrets | null): Promise<Identity> {
    try {
      const identity = await this.reopen(user.id, secrets);
      if (identity === null) throw new EngineError('internal');
      return identity;
    } catch (error) {
      this.deps.runtime().leave({ stage: 'locked', name: user.username });
      throw error;
    }
  }

  private async reopen(owner: string, secrets: PasswordSecrets | null): Promise<Identity | null> {
    const record = await this.deps.keystore.identity(owner);
    if (record === null) return null;
    const { realm, name, stored } = record;
    // What is stored decides which engine holds the key; the other operations go by the person's choice.
    const engine = stored.kind === 'native' ? this.deps.mode() : 'wasm';
    return this.deps.crypto.restoreIdentity({
      realm,
      name,
      stored,
      vaultSecret: secrets?.vaultSecret,
      engine,
    });
  }

  /** What this device keeps for the account, if this password and engine open it. */
  private async keptIdentity(owner: string, secrets: PasswordSecrets): Promise<Identity | null> {
    try {
      return await this.reopen(owner, secrets);
    } catch (error) {
      const code = packageCode(error);
      if (code !== 'E_VAULT' && code !== 'E_ENGINE_UNAVAILABLE') throw error;
      return null;
    }
  }

  private async create(name: string, secrets: PasswordSecrets | null): Promise<Identity> {
    const identity = await this.make(name);
    try {
      await this.store(identity, secrets);
      return identity;
    } catch (error) {
      identity.free();
      throw error;
    }
  }

  private make(name: string): Promise<Identity> {
    const native =
      newIdentityKind({ mode: this.deps.mode(), nativeIdentity: this.nativeIdentity }) === 'native';
    return this.deps.crypto.createIdentity({ ...this.accountOf(name), engine: native ? 'native' : 'wasm' });
  }

  private async store(identity: Identity, secrets: PasswordSecrets | null): Promise<void> {
    const { realm, name } = identity.account;
    await this.deps.keystore.putIdentity({
      owner: toText(identity.accountId),
      realm,
      name,
      stored: identity.store(secrets?.vaultSecret),
      createdAt: this.deps.now(),
    });
  }

  private get nativeIdentity(): boolean {
    return this.deps.crypto.capabilities().operations.ed25519.native;
  }

  /** PROTOCOL.md section 3.1: the relay's id must be the one that name and realm give. */
  private verified(user: User): void {
    const own = toText(this.deps.crypto.accountId(this.accountOf(user.username)));
    if (own === user.id) return;
    this.leave();
    throw new EngineError('relay-error');
  }

  private accountOf(name: string): { realm: string; name: string } {
    const realm = this.deps.realm();
    if (realm === null) throw new EngineError('relay-unreachable');
    if (!USERNAME_PATTERN.test(name)) throw new EngineError('name-invalid');
    return { realm, name };
  }

  private awaiting(): User {
    if (this.user === null) throw new EngineError('session-expired');
    return this.user;
  }

  /** Stretches the password for the time of `use`, and wipes what came of it. */
  private async withSecrets<T>(
    name: string,
    password: string,
    use: (secrets: PasswordSecrets) => Promise<T>,
  ): Promise<T> {
    if ([...password].length < PASSWORD_MIN) throw new EngineError('password-too-short');
    const secrets = await this.deps.crypto.splitPassword({ ...this.accountOf(name), password });
    try {
      return await use(secrets);
    } catch (error) {
      if (packageCode(error) === 'E_VAULT_SECRET')
        throw new EngineError('key-wrong-password', { cause: error });
      throw error;
    } finally {
      secrets.vaultSecret.fill(0);
    }
  }

  /** A second command while one runs would find a half-open door. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy) throw new EngineError('internal');
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }
}
