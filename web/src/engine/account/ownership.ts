/** The account in its owner's hands, once they are here: the logins, the password, the end. */
import type { Auth } from '../auth.ts';
import type { LoginView } from '../contract.ts';
import { EngineError, packageCode } from '../errors.ts';
import type { Http } from '../http.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { CryptoPort } from '../port.ts';
import type { Talks } from '../talks/talks.ts';
import type { Account } from './account.ts';
import { rewrapped } from './rewrap.ts';

export interface OwnershipDeps {
  readonly crypto: Pick<CryptoPort, 'restoreIdentity'>;
  readonly http: Http;
  readonly auth: Auth;
  readonly keystore: Pick<Keystore, 'putIdentity' | 'forget'>;
  readonly account: Account;
  readonly talks: () => Talks;
}

export class Ownership {
  constructor(private readonly deps: OwnershipDeps) {}

  /** Where the account is logged in, by the relay's word. */
  async logins(): Promise<readonly LoginView[]> {
    const { auth, http } = this.deps;
    const { sessions } = await auth.with((token) => http.sessions(token));
    return sessions.map(({ id, userAgent, address, createdAt, lastSeenAt, current }) => ({
      id,
      userAgent,
      address,
      since: createdAt,
      lastUsed: lastSeenAt,
      current,
    }));
  }

  endLogin(id: string): Promise<void> {
    const { auth, http } = this.deps;
    return auth.with((token) => http.endSession(token, id));
  }

  endLogins(keepThis: boolean): Promise<void> {
    const { account, auth, http, talks } = this.deps;
    return account.alone(async () => {
      if (!keepThis) talks().calls.leaveAll();
      await auth.with((token) => http.endSessions(token, keepThis));
      if (!keepThis) account.ended();
    });
  }

  /**
   * Changes what the relay takes for the password, and what wraps the identity here. Between the two nothing is lost: the
   * earlier password opens what is here until the new one does.
   */
  changePassword(input: { readonly password: string; readonly newPassword: string }): Promise<void> {
    const { account, auth, crypto, http, keystore, talks } = this.deps;
    return account.alone(async () => {
      const record = await account.kept();
      await account.withSecrets(record.name, input.password, (before) =>
        account.withSecrets(record.name, input.newPassword, async (after) => {
          const secrets = { from: before.vaultSecret, to: after.vaultSecret };
          const stored = await rewrapped(crypto, record, secrets).catch((error: unknown) => {
            // The copy of a key that opens by itself may be older than the password: then it stays as it is.
            if (record.stored.kind === 'native' && packageCode(error) === 'E_VAULT') return record.stored;
            throw error;
          });
          const body = { loginSecret: before.loginSecret, newLoginSecret: after.loginSecret };
          const session = await auth.with((token) => proved(http.changePassword(token, body)));
          auth.adopt(session);
          talks().renew(session.accessToken);
          await keystore.putIdentity({ ...record, stored });
        }),
      );
    });
  }

  /** Deletes the account on the relay, and everything that this device keeps of it. */
  deleteAccount({ password }: { readonly password: string }): Promise<void> {
    const { account, auth, http, keystore } = this.deps;
    return account.alone(async () => {
      const { owner, name } = await account.kept();
      await account.withSecrets(name, password, async ({ loginSecret }) => {
        await auth.with((token) => proved(http.deleteAccount(token, { loginSecret })));
      });
      await keystore.forget(owner);
      account.ended();
    });
  }
}

/** Where the person is known, a wrong password has nothing to do with the name. */
export async function proved<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    const wrong = error instanceof EngineError && error.code === 'wrong-credentials';
    throw wrong ? new EngineError('password-wrong', { cause: error }) : error;
  }
}
