/** The crypto package's handshake objects, by account and `hid`, and what the machine asks of them. */
import { fromText, toText } from '../bytes.ts';
import type { EngineMode } from '../contract.ts';
import type {
  Bytes,
  CryptoPort,
  HandshakeRate,
  IncomingOffer,
  Offer,
  PackageContent,
  PendingSession,
  Session,
} from '../crypto/port.ts';
import { packageCode } from '../errors.ts';
import { type HandshakeId, handshakeId, type SessionId } from '../ids.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EffectOf } from '../machine/effects.ts';
import type { Event } from '../machine/events.ts';
import { MAX_EARLY } from '../machine/limits.ts';
import type { EarlyBody, Pin } from '../machine/state.ts';
import { readPayload } from '../payload.ts';
import type { Run } from '../run.ts';
import type { Directory } from './directory.ts';
import { type Announced, announce } from './files.ts';

export interface HandshakeDeps {
  readonly crypto: Pick<CryptoPort, 'createOffer' | 'glareWinner' | 'createIncomingFile'>;
  readonly mode: () => EngineMode;
  readonly keystore: Keystore;
  readonly directory: Directory;
  readonly dispatch: (event: Event) => void;
  /** Completed handshakes per person, for as long as the page lives (protocol.md section 4.9). */
  readonly rate: () => HandshakeRate;
  /** Takes a session that was just established, with the files of its first flight. */
  readonly keep: (session: Session, first?: Bytes, announced?: Map<number, Announced>) => SessionId;
  /** Sends a frame whose fate nobody waits for. */
  readonly post: (address: EffectOf<'end-handshake'>['address'], frame: Uint8Array) => void;
}

/** Where OFFER and INIT hold their sender's key (protocol.md section 4.1), and PREKEY its owner's (5.1). */
const OFFER_KEY = [99, 131] as const;
const PREKEY_KEY = [67, 99] as const;
/** EARLY frames that may wait for their INIT to be checked: as many as a first flight has. */
const MAX_WAITING = MAX_EARLY;

export class Handshakes {
  private readonly offers = new Map<HandshakeId, Offer>();
  private readonly incoming = new Map<HandshakeId, IncomingOffer>();
  private readonly pending = new Map<HandshakeId, PendingSession>();
  /** Offers that are being checked; an END that comes meanwhile waits for the result. */
  private readonly checking = new Map<HandshakeId, { readonly work: Promise<void>; waiting: number }>();
  /** Files of a first flight, by handshake and `seq`. */
  private readonly announced = new Map<HandshakeId, Map<number, Announced>>();
  /** Offers that are being accepted: for that time nobody holds them. */
  private readonly accepting = new Map<HandshakeId, Promise<unknown>>();

  constructor(private readonly deps: HandshakeDeps) {}

  async makeOffer(run: Run, { conversation, address, key, prekey }: EffectOf<'make-offer'>): Promise<void> {
    const wait = this.wait(address.to);
    if (wait > 0) return this.deps.dispatch({ type: 'handshake-failed', conversation, hid: null, wait });
    let offer: Offer;
    try {
      offer = await this.deps.crypto.createOffer({
        identity: run.identity,
        peer: { accountId: fromText(address.to, 32), publicKey: fromText(key, 32) },
        presence: fromText(address.presence, 16),
        prekey: prekey ?? undefined,
        engine: this.deps.mode(),
      });
    } catch (error) {
      const code = packageCode(error);
      if (prekey === null || code === null) return this.failed(conversation, null, error);
      const other = code === 'E_IDENTITY_CHANGED' ? toText(prekey.subarray(...PREKEY_KEY)) : null;
      return this.deps.dispatch({ type: 'prekey-refused', conversation, key: other });
    }
    const hid = handshakeId(address.to, offer.hid);
    this.offers.set(hid, offer);
    const { early, frame } = offer;
    this.deps.dispatch({ type: 'offer-made', conversation, hid, early, frame });
  }

  /** Milliseconds until one more handshake with this account may be begun or accepted; 0: now. */
  wait(accountId: string): number {
    return this.deps.rate().wait(fromText(accountId, 32));
  }

  /** The EARLY frame; null when the handshake is not there any more, or has gone on. Synchronous, as in a session. */
  sendEarly({ conversation, hid, seq, text }: EffectOf<'send-early'>): Bytes | null {
    const offer = this.offers.get(hid);
    if (offer === undefined) return null;
    try {
      const sent = offer.sendEarly({ type: 'text', text, reply: null });
      if (sent.seq !== seq) throw new TypeError(`early message ${sent.seq} was to be ${seq}`);
      return sent.frame;
    } catch (error) {
      this.failed(conversation, hid, error);
      return null;
    }
  }

  /** All checks of protocol.md section 4.5, then the caller's name. What fails a check is dropped without a word. */
  checkOffer(run: Run, effect: EffectOf<'check-offer'>): Promise<void> {
    const payload = readPayload(effect.from, effect.frame);
    const begins = payload?.type === 'offer' || payload?.type === 'init';
    if (!begins || this.isTaken(payload.hid)) return Promise.resolve();
    const { hid } = payload;
    const work = this.receive(run, hid, effect).finally(() => this.checking.delete(hid));
    this.checking.set(hid, { work, waiting: 0 });
    return work;
  }

  /** Whether there is a handshake of this name, begun by either side: nobody honest begins another one under it. */
  private isTaken(hid: HandshakeId): boolean {
    const tables = [this.checking, this.offers, this.incoming, this.accepting, this.pending];
    return tables.some((table) => table.has(hid));
  }

  /**
   * A frame of this handshake comes while its offer is still being checked: when to look at it. `undefined`: at once;
   * null: never, since more wait than any first flight has.
   */
  checkOf(hid: HandshakeId): Promise<void> | undefined | null {
    const check = this.checking.get(hid);
    if (check === undefined) return undefined;
    check.waiting += 1;
    return check.waiting > MAX_WAITING ? null : check.work;
  }

  async openEarly({ hid, from, frame }: EffectOf<'open-early'>): Promise<void> {
    // Accepting has no result here: whoever asked for it is told.
    await this.accepting.get(hid)?.catch(() => undefined);
    const handshake = this.incoming.get(hid) ?? this.pending.get(hid);
    if (handshake === undefined) return;
    try {
      const { seq, content } = handshake.receiveEarly({ frame, from: fromText(from, 32) });
      this.deps.dispatch({ type: 'early-opened', hid, seq, body: this.earlyBody(hid, seq, content) });
    } catch (error) {
      // Damaged, repeated or out of order: CONFIRM will tell how many there should be.
      if (packageCode(error) === null) throw error;
    }
  }

  /** The descriptor of a file, its key among it, stays here until there is a session to fetch it in. */
  private earlyBody(hid: HandshakeId, seq: number, content: PackageContent): EarlyBody | null {
    if (content.type === 'text') return { kind: 'text', text: content.text };
    const one = content.type === 'file' ? announce(this.deps, content.descriptor) : null;
    if (one === null) return null;
    const files = this.announced.get(hid) ?? new Map<number, Announced>();
    this.announced.set(hid, files.set(seq, one));
    return { kind: 'file', facts: one.facts };
  }

  private async receive(
    run: Run,
    hid: HandshakeId,
    { from, presence, frame }: EffectOf<'check-offer'>,
  ): Promise<void> {
    const pin = await this.deps.keystore.pin(run.owner, from);
    let offer: IncomingOffer | null;
    try {
      offer = await run.listener.receive({
        frame,
        from: fromText(from, 32),
        pin: pin === null ? undefined : fromText(pin.key, 32),
      });
    } catch (error) {
      const code = packageCode(error);
      if (code === null) throw error;
      if (code === 'E_PREKEY_UNKNOWN') return this.declinePrekey(run, { from, presence, frame }, pin);
      if (code !== 'E_IDENTITY_CHANGED') return;
      offer = null;
    }
    if (offer?.prekeyStart === true) run.prekeys.used(frame);
    const key = offer === null ? frame.slice(...OFFER_KEY) : offer.peer.publicKey;
    let name: string;
    try {
      name = await this.deps.directory.nameOf(run.owner, from);
    } catch (error) {
      offer?.free();
      throw error;
    }
    if (offer !== null) this.incoming.set(hid, offer);
    this.deps.dispatch({
      type: 'offer-checked',
      hid,
      peer: { accountId: from, name },
      presence,
      key: toText(key),
      pin: pin === null ? null : { key: pin.key, trust: pin.trust },
      changed: offer === null,
      prekeyStart: offer?.prekeyStart === true,
      wait: this.wait(from),
      glare: this.deps.crypto.glareWinner(run.publicKey, key),
    });
  }

  /** protocol.md section 5.2: the caller begins again with an OFFER. Under a changed key it is told nothing. */
  private async declinePrekey(
    run: Run,
    { from, presence, frame }: Pick<EffectOf<'check-offer'>, 'from' | 'presence' | 'frame'>,
    pin: Pin | null,
  ): Promise<void> {
    if (pin !== null && pin.key !== toText(frame.subarray(...OFFER_KEY))) return;
    try {
      const end = await run.listener.declineUnknownPrekey({ frame, from: fromText(from, 32) });
      this.deps.post({ to: from, presence }, end);
    } catch (error) {
      if (packageCode(error) === null) throw error;
    }
  }

  async makeAccept({ conversation, hid }: EffectOf<'make-accept'>): Promise<void> {
    const offer = this.incoming.get(hid);
    try {
      if (offer === undefined) throw new TypeError('no such offer');
      const wait = this.wait(toText(offer.peer.accountId));
      if (wait > 0) return this.deps.dispatch({ type: 'handshake-failed', conversation, hid, wait });
      const work = offer.accept();
      this.accepting.set(hid, work);
      const pending = await work;
      this.incoming.delete(hid);
      this.pending.set(hid, pending);
      this.deps.dispatch({ type: 'accept-made', conversation, hid, frame: pending.frame });
    } catch (error) {
      this.failed(conversation, hid, error);
    } finally {
      this.accepting.delete(hid);
    }
  }

  async checkAccept({ conversation, hid, from, frame }: EffectOf<'check-accept'>): Promise<void> {
    try {
      const offer = this.offers.get(hid);
      if (offer === undefined) throw new TypeError('no such offer');
      const { confirm, session } = await offer.accept({ frame, from: fromText(from, 32) });
      this.deps.rate().completed(session.peer.accountId);
      this.wipe(hid);
      const sid = this.deps.keep(session);
      this.deps.dispatch({ type: 'accept-checked', conversation, hid, sid, frame: confirm });
    } catch (error) {
      this.failed(conversation, hid, error);
    }
  }

  async checkConfirm({ conversation, hid, from, frame }: EffectOf<'check-confirm'>): Promise<void> {
    try {
      const pending = this.pending.get(hid);
      if (pending === undefined) throw new TypeError('no such handshake');
      const { ready, session } = await pending.confirm({ frame, from: fromText(from, 32) });
      this.deps.rate().completed(session.peer.accountId);
      const announced = this.announced.get(hid);
      this.announced.delete(hid);
      this.wipe(hid);
      const sid = this.deps.keep(session, ready, announced);
      const { early } = session;
      this.deps.dispatch({ type: 'confirm-checked', conversation, hid, sid, early, frame: ready });
    } catch (error) {
      this.failed(conversation, hid, error);
    }
  }

  async checkEnd({ hid, from, frame }: EffectOf<'check-end'>): Promise<void> {
    const handshake = this.offers.get(hid) ?? this.incoming.get(hid) ?? this.pending.get(hid);
    if (handshake === undefined) return;
    try {
      const reason = await handshake.verifyEnd({ frame, from: fromText(from, 32) });
      this.deps.dispatch({ type: 'end-checked', hid, reason });
    } catch (error) {
      // An END that does not verify was never said.
      if (packageCode(error) === null) throw error;
    }
  }

  async end({ hid, reason, address }: EffectOf<'end-handshake'>): Promise<void> {
    const [offer, call] = [this.offers.get(hid), this.incoming.get(hid)];
    this.offers.delete(hid);
    this.incoming.delete(hid);
    this.forgetFiles(hid);
    try {
      const frame = reason === 'cancelled' ? await offer?.cancel() : await call?.decline(reason);
      if (frame !== undefined) this.deps.post(address, frame);
    } finally {
      offer?.free();
      call?.free();
    }
  }

  wipe(hid: HandshakeId): void {
    this.forgetFiles(hid);
    for (const table of [this.offers, this.incoming, this.pending]) {
      table.get(hid)?.free();
      table.delete(hid);
    }
  }

  private forgetFiles(hid: HandshakeId): void {
    for (const { file } of this.announced.get(hid)?.values() ?? []) file.free();
    this.announced.delete(hid);
  }

  wipeAll(): void {
    for (const hid of [...this.announced.keys()]) this.forgetFiles(hid);
    for (const table of [this.offers, this.incoming, this.pending]) {
      for (const handshake of table.values()) handshake.free();
      table.clear();
    }
  }

  /** protocol.md section 11, "abort handshake". A code of the package is a failed check; anything else a defect. */
  private failed(conversation: number, hid: HandshakeId | null, error: unknown): void {
    this.deps.dispatch({ type: 'handshake-failed', conversation, hid, wait: 0 });
    if (packageCode(error) === null) throw error;
  }
}
