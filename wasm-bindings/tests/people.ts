/** Two people, and what they have done so far. */
import {
  createIdentity,
  createListener,
  createOffer,
  type EngineName,
  type Identity,
  randomBytes,
  type Session,
} from '@duet-chat/crypto';

export interface Person {
  readonly engine: EngineName;
  readonly identity: Identity;
}

export async function person(name: string, engine: EngineName): Promise<Person> {
  return { engine, identity: await createIdentity({ realm: 'chat.example', name, engine }) };
}

export function peerOf({ identity }: Person) {
  return { accountId: identity.accountId, publicKey: identity.publicKey };
}

export interface Meeting {
  readonly alice: Person;
  readonly bob: Person;
  /** Alice's and Bob's sessions, after READY. */
  readonly a: Session;
  readonly b: Session;
}

/** A whole handshake, Alice on one engine and Bob on the other. */
export async function meet(aliceEngine: EngineName, bobEngine: EngineName): Promise<Meeting> {
  const [alice, bob] = [await person('alice', aliceEngine), await person('bob', bobEngine)];
  const presence = randomBytes(16);
  const listener = createListener({ identity: bob.identity, presence, engine: bob.engine });
  const offer = await createOffer({
    identity: alice.identity,
    peer: peerOf(bob),
    presence,
    engine: alice.engine,
  });
  const incoming = await listener.receive({ frame: offer.frame, from: alice.identity.accountId });
  const pending = await incoming.accept();
  const accepted = await offer.accept({ frame: pending.frame, from: bob.identity.accountId });
  const confirmed = await pending.confirm({ frame: accepted.confirm, from: alice.identity.accountId });
  accepted.session.receive(confirmed.ready);
  return { alice, bob, a: accepted.session, b: confirmed.session };
}
