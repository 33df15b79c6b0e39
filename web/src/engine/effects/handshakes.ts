/** The crypto package's handshake objects, by `hid`, and what the machine asks of them. */
import { fromText, toText } from '../bytes.ts';
import type { EngineMode } from '../contract.ts';
import type { CryptoPort, IncomingOffer, Offer, PendingSession, Session } from '../crypto/port.ts';
import { packageCode } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EffectOf } from '../machine/effects.ts';
import type { Event } from '../machine/events.ts';
import { readPayload } from '../payload.ts';
import type { Run } from '../run.ts';
import type { Directory } from './directory.ts';

export interface HandshakeDeps {
  readonly crypto: Pick<CryptoPort, 'createOffer' | 'glareWinner'>;
  readonly mode: () => EngineMode;
  readonly keystore: Keystore;
  readonly directory: Directory;
  readonly dispatch: (event: Event) => void;
  /** Takes a session that was just established. */
  readonly keep: (session: Session) => string;
  /** Sends a frame whose fate nobody waits for. */
  readonly post: (address: EffectOf<'end-handshake'>['address'], frame: Uint8Array) => void;
}

/** Where OFFER holds its sender's key (PROTOCOL.md section 4.1). */
const OFFER_KEY = [99, 131] as const;

export class Handshakes {
  private readonly offers = new Map<string, Offer>();
  private readonly incoming = new Map<string, IncomingOffer>();
  private readonly pending = new Map<string, PendingSession>();
  /** Offers that are being checked; an END that comes meanwhile waits for the result. */
  private readonly checking = new Map<string, Promise<void>>();

  constructor(private readonly deps: HandshakeDeps) {}

  async makeOffer(run: Run, { conversation, address, key }: EffectOf<'make-offer'>): Promise<void> {
    let offer: Offer;
    try {
      offer = await this.deps.crypto.createOffer({
        identity: run.identity,
        peer: { accountId: fromText(address.to, 32), publicKey: fromText(key, 32) },
        presence: fromText(address.presence, 16),
        engine: this.deps.mode(),
      });
    } catch (error) {
      return this.failed(conversation, error);
    }
    const hid = toText(offer.hid);
    this.offers.set(hid, offer);
    this.deps.dispatch({ type: 'offer-made', conversation, hid, frame: offer.frame });
  }

  /** All checks of PROTOCOL.md section 4.5, then the caller's name. What fails a check is dropped without a word. */
  checkOffer(run: Run, effect: EffectOf<'check-offer'>): Promise<void> {
    const payload = readPayload(effect.frame);
    if (payload?.type !== 'offer' || this.checking.has(payload.hid)) return Promise.resolve();
    const { hid } = payload;
    const work = this.receive(run, hid, effect).finally(() => this.checking.delete(hid));
    this.checking.set(hid, work);
    return work;
  }

  /** The check of this offer, while it goes on. */
  checkOf(hid: string): Promise<void> | undefined {
    return this.checking.get(hid);
  }

  private async receive(
    run: Run,
    hid: string,
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
      if (code !== 'E_IDENTITY_CHANGED') return;
      offer = null;
    }
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
      glare: this.deps.crypto.glareWinner(run.publicKey, key),
    });
  }

  async makeAccept({ conversation, hid }: EffectOf<'make-accept'>): Promise<void> {
    const offer = this.incoming.get(hid);
    try {
      if (offer === undefined) throw new TypeError('no such offer');
      const pending = await offer.accept();
      this.incoming.delete(hid);
      this.pending.set(hid, pending);
      this.deps.dispatch({ type: 'accept-made', conversation, hid, frame: pending.frame });
    } catch (error) {
      this.failed(conversation, error);
    }
  }

  async checkAccept({ conversation, hid, from, frame }: EffectOf<'check-accept'>): Promise<void> {
    try {
      const offer = this.offers.get(hid);
      if (offer === undefined) throw new TypeError('no such offer');
      const { confirm, session } = await offer.accept({ frame, from: fromText(from, 32) });
      this.wipe(hid);
      const sid = this.deps.keep(session);
      this.deps.dispatch({ type: 'accept-checked', conversation, hid, sid, frame: confirm });
    } catch (error) {
      this.failed(conversation, error);
    }
  }

  async checkConfirm({ conversation, hid, from, frame }: EffectOf<'check-confirm'>): Promise<void> {
    try {
      const pending = this.pending.get(hid);
      if (pending === undefined) throw new TypeError('no such handshake');
      const { ready, session } = await pending.confirm({ frame, from: fromText(from, 32) });
      this.wipe(hid);
      const sid = this.deps.keep(session);
      this.deps.dispatch({ type: 'confirm-checked', conversation, hid, sid, frame: ready });
    } catch (error) {
      this.failed(conversation, error);
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
    try {
      const frame = reason === 'cancelled' ? await offer?.cancel() : await call?.decline(reason);
      if (frame !== undefined) this.deps.post(address, frame);
    } finally {
      offer?.free();
      call?.free();
    }
  }

  wipe(hid: string): void {
    for (const table of [this.offers, this.incoming, this.pending]) {
      table.get(hid)?.free();
      table.delete(hid);
    }
  }

  wipeAll(): void {
    for (const table of [this.offers, this.incoming, this.pending]) {
      for (const handshake of table.values()) handshake.free();
      table.clear();
    }
  }

  /** PROTOCOL.md section 11, "abort handshake". A code of the package is a failed check; anything else a defect. */
  private failed(conversation: number, error: unknown): void {
    this.deps.dispatch({ type: 'handshake-failed', conversation });
    if (packageCode(error) === null) throw error;
  }
}
