/**
 * What stays on this device (protocol.md section 1): one identity per account, the pins with their history, and the
 * realm. Never a message. Nothing here is removed by logging out.
 */
import { EARLIER_KEYS_MAX } from '@duet-chat/crypto';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { TrustView } from '../contract.ts';
import { EngineError } from '../errors.ts';
import type { StoredIdentity } from '../port.ts';

export interface Peer {
  readonly accountId: string;
  readonly name: string;
}

/** protocol.md section 3.4. */
export interface Pin {
  readonly key: string;
  readonly trust: Exclude<TrustView, 'unknown' | 'changed'>;
}

export interface IdentityRecord {
  /** Account id. */
  readonly owner: string;
  readonly realm: string;
  readonly name: string;
  /** The non-extractable key itself, or the envelope that the vault secret opens. */
  readonly stored: StoredIdentity;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** protocol.md section 3.4, with what it was before. */
export interface PinRecord extends Pin {
  /** Account id of the one who pinned. */
  readonly owner: string;
  readonly accountId: string;
  readonly name: string;
  /** Epoch ms at which this key was first seen: here, or on the device that a backup came from. */
  readonly since: number;
  /** Keys that were pinned before, oldest first, as many as a backup holds. */
  readonly history: readonly PastPin[];
}

export interface PastPin extends Pin {
  /** Null for one of the schema's first version, which did not keep it. */
  readonly since: number | null;
  /** Epoch ms at which another key took its place. */
  readonly until: number;
}

export interface Keystore {
  /** The pinned realm; null before the first start. */
  realm(): Promise<string | null>;
  pinRealm(realm: string): Promise<void>;
  identity(owner: string): Promise<IdentityRecord | null>;
  putIdentity(record: IdentityRecord): Promise<void>;
  /** Whether {@link putIdentity} would keep it: some browsers store no key of Web Crypto. Nothing is written. */
  keeps(record: IdentityRecord): Promise<boolean>;
  /** Forgets an account whole: its identity, and everybody whom it pinned. */
  forget(owner: string): Promise<void>;
  pin(owner: string, accountId: string): Promise<PinRecord | null>;
  /** Everybody whom this account pinned. */
  pins(owner: string): Promise<readonly PinRecord[]>;
  /** Writes a pin, and gives what was written; a pin with another key goes into its history. */
  putPin(owner: string, peer: Peer, pin: Pin, now: number): Promise<PinRecord>;
  /** Writes what `change` makes of everybody whom this account pinned, all or none; the result is what was written. */
  rewritePins(
    owner: string,
    change: (pins: readonly PinRecord[]) => readonly PinRecord[],
  ): Promise<readonly PinRecord[]>;
}

interface Schema extends DBSchema {
  settings: { key: string; value: string };
  identities: { key: string; value: IdentityRecord };
  pins: { key: [owner: string, accountId: string]; value: PinRecord };
}

const NAME = 'duet';
/**
 * 2: pins of the past have a date at which they began. The identity's wrapped copy needs no step: a record without
 * one stays valid.
 */
const VERSION = 2;

/** @throws EngineError `storage-unavailable`, from every method: some browsers refuse IndexedDB in private windows. */
export function openKeystore(name: string = NAME): Keystore {
  let opening: Promise<IDBPDatabase<Schema>> | undefined;
  const open = () => {
    opening ??= openDB<Schema>(name, VERSION, {
      async upgrade(db, before, _now, transaction) {
        if (before < 1) {
          db.createObjectStore('settings');
          db.createObjectStore('identities', { keyPath: 'owner' });
          db.createObjectStore('pins', { keyPath: ['owner', 'accountId'] });
        } else if (before < 2) {
          const pins = transaction.objectStore('pins');
          for (const pin of await pins.getAll()) await pins.put(withDates(pin));
        }
      },
      // Another tab runs a newer version: it may go on, and this one opens the database anew when it needs it.
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        opening = undefined;
      },
      terminated() {
        opening = undefined;
      },
    });
    return opening;
  };

  async function use<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await open());
    } catch (cause) {
      opening = undefined;
      throw new EngineError('storage-unavailable', { cause });
    }
  }

  return {
    realm: () => use(async (db) => (await db.get('settings', 'realm')) ?? null),
    pinRealm: (realm) => use(async (db) => void (await db.put('settings', realm, 'realm'))),
    identity: (owner) => use(async (db) => (await db.get('identities', owner)) ?? null),
    putIdentity: (record) => use(async (db) => void (await db.put('identities', record))),
    keeps: (record) =>
      use(async (db) => {
        const transaction = db.transaction('identities', 'readwrite');
        const aborted = transaction.done.catch(() => undefined);
        try {
          await transaction.store.put(record);
          return true;
        } catch (error) {
          if (error instanceof Error && error.name === 'DataCloneError') return false;
          throw error;
        } finally {
          transaction.abort();
          await aborted;
        }
      }),
    forget: (owner) =>
      use(async (db) => {
        const transaction = db.transaction(['identities', 'pins'], 'readwrite', { durability: 'strict' });
        await transaction.objectStore('identities').delete(owner);
        await transaction.objectStore('pins').delete(everybodyOf(owner));
        await transaction.done;
      }),
    pin: (owner, accountId) => use(async (db) => (await db.get('pins', [owner, accountId])) ?? null),
    pins: (owner) => use((db) => db.getAll('pins', everybodyOf(owner))),
    putPin: (owner, peer, pin, now) =>
      use(async (db) => {
        const transaction = db.transaction('pins', 'readwrite', { durability: 'strict' });
        const before = await transaction.store.get([owner, peer.accountId]);
        const written = { ...peer, owner, ...pin, ...lineage(before, pin, now) };
        await transaction.store.put(written);
        await transaction.done;
        return written;
      }),
    async rewritePins(owner, change) {
      const outcome = await use(async (db) => {
        const transaction = db.transaction('pins', 'readwrite', { durability: 'strict' });
        const pins = await transaction.store.getAll(everybodyOf(owner));
        try {
          const written = change(pins);
          for (const pin of written) await transaction.store.put(pin);
          await transaction.done;
          return { written };
        } catch (error) {
          // Not the storage's failure.
          return { error };
        }
      });
      if ('error' in outcome) throw outcome.error;
      return outcome.written;
    },
  };
}

/** In IndexedDB's order an array comes after every string. */
function everybodyOf(owner: string): IDBKeyRange {
  return IDBKeyRange.bound([owner], [owner, []]);
}

/** A pin of the schema's first version. */
function withDates(pin: PinRecord): PinRecord {
  return { ...pin, history: pin.history.map((past) => ({ ...past, since: past.since ?? null })) };
}

/**
 * Since when, and what was before: the same key only changes how far it is trusted. The protocol has no name for a key that
 * came with an invitation; that its owner was met makes it no weaker.
 */
function lineage(
  before: PinRecord | undefined,
  pin: Pin,
  now: number,
): Pick<PinRecord, 'since' | 'history' | 'trust'> {
  if (before === undefined) return { trust: pin.trust, since: now, history: [] };
  const { key, trust, since, history } = before;
  if (key === pin.key) {
    const introduced = trust === 'link' && pin.trust === 'first-use';
    return { trust: introduced ? trust : pin.trust, since, history };
  }
  const past = [...history, { key, trust, since, until: now }].slice(-EARLIER_KEYS_MAX);
  return { trust: pin.trust, since: now, history: past };
}
