/** A login between its two steps: the password was right, and what came of it waits for the second factor. */
import { EngineError } from '../errors.ts';
import type { Http } from '../http.ts';
import type { PasswordSecrets } from '../port.ts';
import type { Session } from '../protocol/generated/relay-api.ts';
import type { SecondFactorProof } from '../second-factor-views.ts';
import { proofOf } from './passkeys.ts';

interface Waiting {
  readonly name: string;
  readonly ticket: string;
  readonly secrets: PasswordSecrets;
}

export class SecondStep {
  private waiting: Waiting | null = null;

  constructor(private readonly http: Pick<Http, 'secondStep'>) {}

  /** Keeps a copy of the secrets, since whoever stretched the password wipes them. */
  begin(name: string, ticket: string, { loginSecret, vaultSecret }: PasswordSecrets): void {
    this.forget();
    this.waiting = { name, ticket, secrets: { loginSecret, vaultSecret: vaultSecret.slice() } };
  }

  forget(): void {
    this.waiting?.secrets.vaultSecret.fill(0);
    this.waiting = null;
  }

  /** @throws EngineError `second-factor-wrong`, `second-step-over`, `locked-out`, `relay-unreachable` */
  async finish(
    proof: SecondFactorProof,
    trustDevice: boolean,
  ): Promise<{ readonly session: Session; readonly secrets: PasswordSecrets }> {
    if (this.waiting === null) throw new EngineError('second-step-over');
    const { name, ticket, secrets } = this.waiting;
    const session = await this.http.secondStep({ ticket, proof: proofOf(proof), trustDevice });
    if (session.user.username !== name) throw new EngineError('relay-error');
    return { session, secrets };
  }
}
