/** Pins as the package knows them. */
import { EARLIER_KEYS_MAX } from '@duet-chat/crypto';
import { fromText } from '../bytes.ts';
import type { VerifiedPeer } from '../port.ts';
import type { PinRecord } from './keystore.ts';

/** The protocol's name for how far a key is trusted. */
const stateOf = (trust: PinRecord['trust']): VerifiedPeer['state'] =>
  trust === 'link' ? 'first-use' : trust;

export function toPeer({ name, key, trust, since, history }: PinRecord): VerifiedPeer {
  const earlier = history.slice(-EARLIER_KEYS_MAX).map((past) => ({
    publicKey: fromText(past.key, 32),
    state: stateOf(past.trust),
    // Of the oldest records only the end is known, which is the better guess than none.
    firstSeen: past.since ?? past.until,
  }));
  return { name, publicKey: fromText(key, 32), state: stateOf(trust), firstSeen: since, earlier };
}
