/**
 * What stays on this device (PROTOCOL.md section 1): one identity per account, the pins with their history, and the
 * realm. Never a message. Nothing here is removed by logging out.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { StoredIdentity } from '../crypto/port.ts';
import { EngineError } from '../errors.ts';
import type { Peer, Pin } from '../machine/state.ts';

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

/** PROTOCOL.md section 3.4, with what it was before. */
export interface PinRecord extends Pin {
  /** Account id of the one who pinned. */
  readonly owner: string;
  readonly accountId: string;
  readonly name: string;
  /** Epoch ms at which this key was first pinned. */
  readonly since: number;
  /** Keys that were pinned before, oldest first. */
  readonly history: readonly { readonly key: string; readonly trust: Pin['trust']; readonly until: number }[];
}

export interface Keystore {
  /** The pinned realm; null before the first start. */
  realm(): Promise<string | null>;
  pinRealm(realm: string): Promise<void>;
  identity(owner: string): Promise<IdentityRecord | null>;
  putIdentity(record: IdentityRecord): Promise<void>;
  pin(owner: string, accountId: string): Promise<PinRecord | null>;
  /** Writes a pin; a pin with another key goes into its history. */
  putPin(owner: string, peer: Peer, pin: Pin, now: number): Promise<void>;
}

interface Schema extends DBSchema {
  settings: { key: string; value: string };
  identities: { key: string; value: IdentityRecord };
  pins: { key: [owner: string, accountId: string]; value: PinRecord };
}

const NAME = 'duet';
const VERSION = 1;

/** @throws EngineError `storage-unavailable`, from every method: some browsers refuse IndexedDB in private windows. */
export function openKeystore(name: string = NAME): Keystore {
  let opening: Promise<IDBPDatabase<Schema>> | undefined;
  const open = () => {
    opening ??= openDB<Schema>(name, VERSION, {
      upgrade(db) {
        db.createObjectStore('settings');
        db.createObjectStore('identities', { keyPath: 'owner' });
        db.createObjectStore('pins', { keyPath: ['owner', 'accountId'] });
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
    pin: (owner, accountId) => use(async (db) => (await db.get('pins', [owner, accountId])) ?? null),
    putPin: (owner, peer, pin, now) =>
      use(async (db) => {
        const transaction = db.transaction('pins', 'readwrite', { durability: 'strict' });
        const before = await transaction.store.get([owner, peer.accountId]);
        await transaction.store.put({ ...peer, owner, ...pin, ...lineage(before, pin, now) });
        await transaction.done;
      }),
  };
}

/** Since when, and what was before: the same key only changes how far it is trusted. */
export function lineage(
  before: PinRecord | undefined,
  pin: Pin,
  now: number,
): Pick<PinRecord, 'since' | 'history'> {
  if (before === undefined) return { since: now, history: [] };
  if (before.key === pin.key) return { since: before.since, history: before.history };
  const { key, trust, history } = before;
  return { since: now, history: [...history, { key, trust, until: now }] };
}
