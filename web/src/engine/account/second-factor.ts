/** The second factor in its owner's hands. Whatever changes it needs the password. */
import type { Auth } from '../auth.ts';
import { fromText, toText } from '../bytes.ts';
import type { Http } from '../http.ts';
import type { PasskeySetupView, SecondFactorCommands, SecondFactorView } from '../second-factor-views.ts';
import type { Account } from './account.ts';
import { proved } from './ownership.ts';
import { questionOf } from './passkeys.ts';

export interface SecondFactorDeps {
  readonly http: Http;
  readonly auth: Pick<Auth, 'with'>;
  readonly account: Pick<Account, 'kept' | 'withSecrets'>;
}

export class SecondFactor implements Omit<SecondFactorCommands, 'secondStep' | 'leaveSecondStep'> {
  constructor(private readonly deps: SecondFactorDeps) {}

  async secondFactor(): Promise<SecondFactorView> {
    const { auth, http } = this.deps;
    const { totp, passkeys, recoveryCodes } = await auth.with((token) => http.secondFactor(token));
    return {
      totp: totp && { since: totp.createdAt, lastUsed: totp.lastUsedAt },
      passkeys: passkeys.map(({ id, name, host, createdAt, lastUsedAt }) => ({
        id,
        name,
        host,
        since: createdAt,
        lastUsed: lastUsedAt,
      })),
      recoveryCodes,
    };
  }

  startTotp(input: { readonly password: string }) {
    return this.withPassword(input, (token, loginSecret) => this.deps.http.startTotp(token, { loginSecret }));
  }

  async finishTotp(input: { readonly ticket: string; readonly code: string }) {
    const { auth, http } = this.deps;
    return (await auth.with((token) => http.finishTotp(token, input))).recoveryCodes;
  }

  removeTotp(input: { readonly password: string }) {
    return this.withPassword(input, (token, loginSecret) =>
      this.deps.http.removeTotp(token, { loginSecret }),
    );
  }

  async startPasskey(input: { readonly password: string }): Promise<PasskeySetupView> {
    const setup = await this.withPassword(input, (token, loginSecret) =>
      this.deps.http.startPasskey(token, { loginSecret }),
    );
    return { ...setup, ...questionOf(setup), userId: fromText(setup.userId) };
  }

  async finishPasskey({
    ticket,
    name,
    clientData,
    authenticatorData,
  }: Parameters<SecondFactorCommands['finishPasskey']>[0]) {
    const { auth, http } = this.deps;
    const body = {
      ticket,
      name,
      clientData: toText(clientData),
      authenticatorData: toText(authenticatorData),
    };
    return (await auth.with((token) => http.finishPasskey(token, body))).recoveryCodes;
  }

  renamePasskey({ id, name }: { readonly id: string; readonly name: string }) {
    return this.deps.auth.with((token) => this.deps.http.renamePasskey(token, id, { name }));
  }

  removePasskey({ id, password }: { readonly id: string; readonly password: string }) {
    return this.withPassword({ password }, (token, loginSecret) =>
      this.deps.http.removePasskey(token, id, { loginSecret }),
    );
  }

  async newRecoveryCodes(input: { readonly password: string }) {
    const made = await this.withPassword(input, (token, loginSecret) =>
      this.deps.http.newRecoveryCodes(token, { loginSecret }),
    );
    return made.recoveryCodes;
  }

  private async withPassword<T>(
    { password }: { readonly password: string },
    request: (token: string, loginSecret: string) => Promise<T>,
  ): Promise<T> {
    const { account, auth } = this.deps;
    const { name } = await account.kept();
    return account.withSecrets(name, password, ({ loginSecret }) =>
      auth.with((token) => proved(request(token, loginSecret))),
    );
  }
}
