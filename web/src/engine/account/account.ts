/**
 * From a name and a password to an open identity, and back. Each command is one function that is read from top to
 * bottom; one runs at a time. The vault secret outlives the command that derived it only while a second step is waited for.
 */
import { PASSWORD_MIN_CHARS } from '@duet-chat/crypto';
import type { Auth } from '../auth.ts';
import { toText } from '../bytes.ts';
import type { EngineMode, UserErrorCode } from '../contract.ts';
import { EngineError, endsLogin, packageCode } from '../errors.ts';
import type { Http } from '../http.ts';
import type { IdentityRecord, Keystore } from '../keystore/keystore.ts';
import type {
  Bytes,
  CryptoPort,
  Identity,
  ImportedIdentity,
  PasswordSecrets,
  StoredIdentity,
} from '../port.ts';
import {
  type Session,
  type SetKeyRequest,
  USERNAME_PATTERN,
  type User,
} from '../protocol/generated/relay-api.ts';
import type { SecondFactorProof } from '../second-factor-views.ts';
import type { Talks } from '../talks/talks.ts';
import { accessOf, newIdentityKind } from './access.ts';
import { orFree } from './or-free.ts';
import { questionOf } from './passkeys.ts';
import { rewrapped, unwrapped } from './rewrap.ts';
import { SecondStep } from './second-step.ts';

export interface AccountDeps {
  readonly crypto: CryptoPort;
  readonly http: Http;
  readonly auth: Auth;
  readonly keystore: Keystore;
  readonly talks: () => Talks;
  readonly mode: () => EngineMode;
  readonly realm: () => string | null;
  readonly now: () => number;
  /** The login of the refresh cookie cannot be taken up, for another reason than that it has ended. */
  readonly onClosed: (why: UserErrorCode) => void;
  /** Somebody is here. */
  readonly onArrived: (owner: string) => void;
}

/** After these the second step can be tried again. */
const retried: ReadonlySet<UserErrorCode> = new Set([
  'second-factor-wrong',
  'locked-out',
  'rate-limited',
  'relay-unreachable',
]);

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

export class Account {
  /** The login that holds while its identity is not open. */
  private user: User | null = null;
  /** The vault secret of the present password, while the person looks for the one before it. */
  private present: Bytes | null = null;
  private busy = false;
  private readonly second: SecondStep;

  constructor(private readonly deps: AccountDeps) {
    this.second = new SecondStep(deps.http);
  }

  /** Takes up the login of the refresh cookie, if there is one. */
  resume(): Promise<void> {
    return this.alone(async () => {
      let session: Session;
      try {
        session = await this.deps.auth.refresh();
      } catch (error) {
        if (!endsLogin(error)) throw error;
        this.leave();
        if (error.code !== 'session-expired') this.deps.onClosed(error.code);
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
        const own = kept ?? (await this.make(account.name, secrets));
        await orFree(own, async () => {
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
        });
        await this.arrive(own);
      });
    });
  }

  login({ name, password }: Credentials): Promise<void> {
    return this.alone(async () => {
      const account = this.accountOf(name);
      await this.withSecrets(account.name, password, async (secrets) => {
        const { loginSecret } = secrets;
        const session = await this.deps.http.login({ username: account.name, loginSecret });
        if ('ticket' in session) {
          const { ticket, totp, passkey, passkeyHosts } = session;
          this.second.begin(account.name, ticket, secrets);
          const ways = { totp, passkey: passkey && questionOf(passkey), passkeyHosts };
          return this.deps.talks().leave({ stage: 'second-step', name: account.name, ways });
        }
        if (session.user.username !== account.name) throw new EngineError('relay-error');
        this.deps.auth.adopt(session);
        await this.enter(session.user, secrets);
      });
    });
  }

  /** Goes on with a login whose password was right. */
  secondStep(input: { readonly proof: SecondFactorProof; readonly trustDevice: boolean }): Promise<void> {
    return this.alone(async () => {
      try {
        const { session, secrets } = await this.second.finish(input.proof, input.trustDevice);
        this.deps.auth.adopt(session);
        await this.enter(session.user, secrets);
        this.second.forget();
      } catch (error) {
        const again = error instanceof EngineError && retried.has(error.code);
        if (!again) this.second.forget();
        if (error instanceof EngineError && error.code === 'second-step-over') this.leave();
        throw error;
      }
    });
  }

  leaveSecondStep(): Promise<void> {
    return this.alone(async () => this.leave());
  }

  /** Opens the identity of the login that holds. */
  unlock({ password }: { readonly password: string }): Promise<void> {
    return this.alone(async () => {
      const user = this.awaiting();
      await this.withSecrets(user.username, password, async (secrets) => {
        const record = await this.deps.keystore.identity(user.id);
        // What the password does not open may be wrapped under the one before: only the relay can tell whether it is right.
        if (record === null || !(await this.opens(record, secrets))) {
          const { loginSecret } = secrets;
          try {
            await this.checked(loginSecret);
          } catch (error) {
            const wrong = error instanceof EngineError && error.code === 'wrong-credentials';
            throw record !== null && wrong ? new EngineError('key-wrong-password', { cause: error }) : error;
          }
        }
        await this.enter(user, secrets);
      });
    });
  }

  /** Wraps what the earlier password wraps under the present one. */
  rewrap({ earlier }: { readonly earlier: string }): Promise<void> {
    return this.alone(async () => {
      const user = this.awaiting();
      const { present } = this;
      const record = await this.deps.keystore.identity(user.id);
      if (present === null || record === null) throw new EngineError('session-expired');
      await this.withSecrets(user.username, earlier, async ({ vaultSecret }) => {
        const stored = await rewrapped(this.deps.crypto, record, { from: vaultSecret, to: present });
        await this.deps.keystore.putIdentity({ ...record, stored });
      });
      await this.publishAndArrive(await this.unwrap(user, present), user);
    });
  }

  /** Nobody knows the earlier password any more. */
  forgoEarlier(): Promise<void> {
    return this.alone(async () => {
      const user = this.awaiting();
      const record = await this.deps.keystore.identity(user.id);
      if (record?.stored.kind === 'native') {
        return this.publishAndArrive(await this.unwrap(user, null), user);
      }
      this.forgetPresent();
      this.deps.talks().leave({ stage: 'key-missing', name: user.username });
    });
  }

  /**
   * A new identity in the place of one that this device does not have, or whose key it cannot back up. Every contact
   * will be warned.
   */
  replaceKey({ password }: { readonly password: string }): Promise<void> {
    return this.alone(async () => {
      const { person } = this.deps.talks();
      const name = person?.name ?? this.awaiting().username;
      await this.withSecrets(name, password, async (secrets) => {
        const { loginSecret } = secrets;
        if (person === null) {
          const identity = await this.make(name, secrets);
          await this.replaceBy(identity, secrets, { loginSecret, lost: true });
          return;
        }
        // Whatever is wrong with the password is known before anything ends.
        await this.checked(loginSecret);
        const user = { id: person.owner, username: name, identityKey: toText(person.publicKey) };
        const identity = await this.make(name, secrets);
        // The old key's word for the new one, by which the directory tells a replacement from a loss (decision 5).
        const signature = await orFree(identity, () => person.identity.signReplacement(identity.publicKey));
        // The relay will not know the old key any more.
        this.deps.talks().leave({ stage: 'key-missing', name });
        this.user = user;
        try {
          await this.replaceBy(identity, secrets, { loginSecret, signature: toText(signature) });
        } catch (error) {
          // The old key is still the account's, and here.
          await this.enter(user, secrets);
          throw error;
        }
      });
    });
  }

  /** Only the relay can tell whether a password is the account's. */
  private checked(loginSecret: string): Promise<void> {
    return this.deps.auth.with((token) => this.deps.http.checkPassword(token, { loginSecret }));
  }

  private async replaceBy(
    identity: Identity,
    secrets: PasswordSecrets,
    proof: Pick<SetKeyRequest, 'loginSecret' | 'signature' | 'lost'>,
  ): Promise<void> {
    await orFree(identity, async () => {
      const body = { identityKey: toText(identity.publicKey), ...proof };
      await this.deps.auth.with((token) => this.deps.http.setKey(token, body));
      await this.store(identity, secrets);
    });
    await this.arrive(identity);
  }

  /** An identity that came out of a backup, on a device that does not have the account's. */
  restore(
    password: string,
    read: (to: { vaultSecret: Bytes; engine: 'native' | 'wasm' }) => Promise<ImportedIdentity>,
  ): Promise<void> {
    return this.alone(async () => {
      const user = this.awaiting();
      await this.withSecrets(user.username, password, async (secrets) => {
        // Nothing here could tell whether the password is right, and it will have to open what is stored now.
        const { loginSecret, vaultSecret } = secrets;
        await this.checked(loginSecret);
        const { identity, stored } = await this.keepable((engine) => read({ vaultSecret, engine }));
        await orFree(identity, () => this.keep(identity, stored));
        await this.arrive(identity);
      });
    });
  }

  /** What this device keeps of whoever is here. */
  async kept(): Promise<IdentityRecord> {
    const { person } = this.deps.talks();
    const record = person === null ? null : await this.deps.keystore.identity(person.owner);
    if (record === null) throw new EngineError('not-connected');
    return record;
  }

  /** The account whose backup makes sense here, and its key; `here`: the key is on this device. */
  whose(): { readonly owner: string; readonly key: string | null; readonly here: boolean } {
    const { person } = this.deps.talks();
    if (person !== null) return { owner: person.owner, key: toText(person.publicKey), here: true };
    const { id, identityKey } = this.awaiting();
    return { owner: id, key: identityKey, here: false };
  }

  /** Ends the login on the relay first: a login that goes on there must not look ended here. */
  logout(): Promise<void> {
    return this.alone(async () => {
      const { auth, http } = this.deps;
      this.deps.talks().calls.leaveAll();
      try {
        await http.logout(auth.token);
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== 'session-expired') throw error;
      }
      this.leave();
    });
  }

  /** The login has ended on the relay's side. */
  ended(): void {
    this.leave();
  }

  /** A renewed login may say that the account's key was replaced elsewhere: this device's is of no use then. */
  renewed({ user }: Session): void {
    const { person } = this.deps.talks();
    const { identityKey } = user;
    if (person === null || identityKey === null || identityKey === toText(person.publicKey)) return;
    this.user = user;
    this.deps.talks().leave({ stage: 'key-missing', name: user.username });
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
        return this.deps.talks().leave({ stage: 'locked', name: user.username });
      case 'key-missing':
        return this.deps.talks().leave({ stage: 'key-missing', name: user.username });
      case 'engine-unavailable':
        this.deps.talks().leave({ stage: 'signed-out' });
        throw new EngineError('engine-unavailable');
      case 'create':
        return this.publishAndArrive(await this.create(user.username, secrets), user);
      case 'open':
        if (record !== null && secrets !== null && !(await this.opens(record, secrets))) {
          return this.askForEarlier(user, secrets, record.stored.kind === 'native');
        }
        return this.publishAndArrive(await this.unwrap(user, secrets?.vaultSecret ?? null), user);
      default:
        access satisfies never;
    }
  }

  /** The relay took this password, and what is stored is under another: the one before it. */
  private askForEarlier(user: User, { vaultSecret }: PasswordSecrets, keyOpens: boolean): void {
    this.forgetPresent();
    this.present = vaultSecret.slice();
    this.deps.talks().leave({ stage: 'earlier-password', name: user.username, keyOpens });
  }

  private forgetPresent(): void {
    this.present?.fill(0);
    this.present = null;
  }

  /** Whether this password opens what is wrapped under one, if anything is. */
  private async opens(record: IdentityRecord, { vaultSecret }: PasswordSecrets): Promise<boolean> {
    try {
      (await unwrapped(this.deps.crypto, record, vaultSecret))?.free();
      return true;
    } catch (error) {
      if (packageCode(error) === 'E_VAULT') return false;
      throw error;
    }
  }

  private async publishAndArrive(identity: Identity, user: User): Promise<void> {
    await orFree(identity, async () => {
      if (user.identityKey === null) await this.publish(identity);
    });
    await this.arrive(identity);
  }

  private async publish(identity: Identity): Promise<void> {
    const identityKey = toText(identity.publicKey);
    await this.deps.auth.with((token) => this.deps.http.setKey(token, { identityKey }));
  }

  private async arrive(identity: Identity): Promise<void> {
    await orFree(identity, () => this.deps.talks().enter(identity));
    this.user = null;
    this.forgetPresent();
    this.deps.onArrived(toText(identity.accountId));
  }

  private leave(): void {
    this.user = null;
    this.second.forget();
    this.forgetPresent();
    this.deps.auth.drop();
    this.deps.talks().leave({ stage: 'signed-out' });
  }

  /** The stored identity of the login; a password that does not open it leaves the person at the locked door. */
  private async unwrap(user: User, vaultSecret: Bytes | null): Promise<Identity> {
    try {
      const identity = await this.reopen(user.id, vaultSecret);
      if (identity === null) throw new EngineError('internal');
      return identity;
    } catch (error) {
      this.deps.talks().leave({ stage: 'locked', name: user.username });
      throw error;
    }
  }

  private async reopen(owner: string, vaultSecret: Bytes | null): Promise<Identity | null> {
    const record = await this.deps.keystore.identity(owner);
    if (record === null) return null;
    const { realm, name, stored } = record;
    // What is stored decides which engine holds the key; the other operations go by the person's choice.
    const engine = stored.kind === 'native' ? this.deps.mode() : 'wasm';
    return this.deps.crypto.restoreIdentity({
      realm,
      name,
      stored,
      vaultSecret: vaultSecret ?? undefined,
      engine,
    });
  }

  /** What this device keeps for the account, if this password and engine open it. */
  private async keptIdentity(owner: string, secrets: PasswordSecrets): Promise<Identity | null> {
    try {
      return await this.reopen(owner, secrets.vaultSecret);
    } catch (error) {
      const code = packageCode(error);
      if (code !== 'E_VAULT' && code !== 'E_ENGINE_UNAVAILABLE') throw error;
      return null;
    }
  }

  private async create(name: string, secrets: PasswordSecrets | null): Promise<Identity> {
    if (secrets === null) throw new EngineError('internal');
    const identity = await this.make(name, secrets);
    await orFree(identity, () => this.store(identity, secrets));
    return identity;
  }

  /** With a wrapped copy of its seed, whichever engine holds the key: a backup is made from nothing else. */
  private async make(name: string, { vaultSecret }: PasswordSecrets): Promise<Identity> {
    const account = this.accountOf(name);
    const { identity } = await this.keepable(async (engine) => {
      const made = await this.deps.crypto.createIdentity({ ...account, engine, vaultSecret });
      return { identity: made, stored: await orFree(made, () => made.store(vaultSecret)) };
    });
    return identity;
  }

  /**
   * The first of what `build` makes with one engine after the other that this device keeps: nobody is told of a key that it
   * cannot. Whatever it does not keep is freed.
   */
  private async keepable<T extends Pick<ImportedIdentity, 'identity' | 'stored'>>(
    build: (engine: 'native' | 'wasm') => Promise<T>,
  ): Promise<T> {
    for (const engine of this.enginesOfNew()) {
      const built = await build(engine);
      const { identity, stored } = built;
      const keeps = () => this.deps.keystore.keeps(this.recordOf(identity, stored));
      if (await orFree(identity, keeps)) return built;
      identity.free();
    }
    throw new EngineError('storage-unavailable');
  }

  /** The one that is meant, and then the one whose key every storage takes, unless the person chose. */
  private enginesOfNew(): readonly ('native' | 'wasm')[] {
    const mode = this.deps.mode();
    const kind = newIdentityKind({ mode, nativeIdentity: this.nativeIdentity });
    if (kind === 'wrapped') return ['wasm'];
    return mode === 'native' ? ['native'] : ['native', 'wasm'];
  }

  private store(identity: Identity, { vaultSecret }: PasswordSecrets): Promise<void> {
    return this.keep(identity, identity.store(vaultSecret));
  }

  private async keep(identity: Identity, stored: StoredIdentity): Promise<void> {
    await this.deps.keystore.putIdentity(this.recordOf(identity, stored));
  }

  private recordOf(identity: Identity, stored: StoredIdentity): IdentityRecord {
    const { realm, name } = identity.account;
    return { owner: toText(identity.accountId), realm, name, stored, createdAt: this.deps.now() };
  }

  private get nativeIdentity(): boolean {
    return this.deps.crypto.capabilities().operations.ed25519.native;
  }

  /** protocol.md section 3.1: the relay's id must be the one that name and realm give. */
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
  async withSecrets<T>(
    name: string,
    password: string,
    use: (secrets: PasswordSecrets) => Promise<T>,
  ): Promise<T> {
    if ([...password].length < PASSWORD_MIN_CHARS) throw new EngineError('password-too-short');
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
  async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy) throw new EngineError('internal');
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }
}
