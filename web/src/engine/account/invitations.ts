/** Invitations: a link by which somebody can be found and known, for a day. */
import type { Auth } from '../auth.ts';
import { toText } from '../bytes.ts';
import type { InvitationView } from '../contract.ts';
import { EngineError } from '../errors.ts';
import type { Http } from '../http.ts';
import { invitationText, parseInvitation } from '../invitation.ts';
import type { CryptoPort } from '../port.ts';
import type { Run } from '../run.ts';
import type { Talks } from '../talks/talks.ts';

export interface InvitationsDeps {
  readonly crypto: Pick<CryptoPort, 'accountId'>;
  readonly http: Pick<Http, 'invite' | 'redeem'>;
  readonly auth: Pick<Auth, 'with'>;
  readonly talks: Pick<Talks, 'person' | 'trust' | 'calls'>;
  readonly realm: () => string | null;
  readonly now: () => number;
}

export class Invitations {
  constructor(private readonly deps: InvitationsDeps) {}

  async make(): Promise<InvitationView & { readonly text: string }> {
    const { auth, http } = this.deps;
    const { name, publicKey } = this.person();
    const { token, expiresAt } = await auth.with((bearer) => http.invite(bearer));
    return { name, expiresAt, text: invitationText({ name, key: toText(publicKey), token, expiresAt }) };
  }

  read(text: string): InvitationView | null {
    const invitation = parseInvitation(text);
    return invitation && { name: invitation.name, expiresAt: invitation.expiresAt };
  }

  /** The key in the link is the one to go by, whatever the directory says: who made the link is known by it. */
  async accept(text: string): Promise<void> {
    const { auth, crypto, http, now, realm, talks } = this.deps;
    const { owner } = this.person();
    const invitation = parseInvitation(text);
    const here = realm();
    if (invitation === null || here === null) throw new EngineError('invitation-unreadable');
    const { name, key, token, expiresAt } = invitation;
    const accountId = toText(crypto.accountId({ realm: here, name }));
    if (accountId === owner) throw new EngineError('invitation-own');
    if (expiresAt <= now()) throw new EngineError('invitation-over');
    const known = talks.trust.keyOf(name);
    if (known !== null && known !== key) throw new EngineError('invitation-other-key');
    const { id } = await auth.with((bearer) => http.redeem(bearer, { token }));
    if (id !== accountId) throw new EngineError('invitation-unreadable');
    const peer = { accountId, name };
    if (known === null) await talks.trust.introduce(peer, key);
    await talks.calls.call(peer);
  }

  private person(): Run {
    const { person } = this.deps.talks;
    if (person === null) throw new EngineError('not-connected');
    return person;
  }
}
