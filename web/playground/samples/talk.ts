import {
  createIdentity,
  createListener,
  createOffer,
  type EngineMode,
  randomBytes,
  ready,
  type Session,
} from '@duet-chat/crypto';

/** Two people and their handshake. In an application each is on a device of their own, and a relay carries the frames. */
export async function meet(engine: EngineMode = 'auto') {
  await ready();
  const realm = 'chat.example';
  const alice = await createIdentity({ realm, name: 'alice', engine });
  const bob = await createIdentity({ realm, name: 'bob', engine });

  const presence = randomBytes(16);
  const peer = { accountId: bob.accountId, publicKey: bob.publicKey };
  const listener = createListener({ identity: bob, presence, engine });
  const offer = await createOffer({ identity: alice, peer, presence, engine });
  const incoming = await listener.receive({ frame: offer.frame, from: alice.accountId });
  const pending = await incoming.accept();

  const accepted = await offer.accept({ frame: pending.frame, from: bob.accountId });
  const confirmed = await pending.confirm({ frame: accepted.confirm, from: alice.accountId });
  accepted.session.receive(confirmed.ready);
  return { alice: accepted.session, bob: confirmed.session };
}

/** One text on its way: what the relay sees, and what the other person reads. */
export function say(from: Session, to: Session, text: string) {
  const { frame } = from.send({ type: 'text', text, reply: null });
  const { content } = to.receive(frame);
  return { frame, read: content.type === 'text' ? content.text : '' };
}
