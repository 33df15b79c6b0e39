/**
 * Two lanes into one socket. Messages wait for the relay's ACK one by one, so that a frame that has to be sent again
 * never comes after its successor; CHUNK frames follow each other as the socket takes them, and messages overtake
 * them.
 */
import { fromText, toText } from '../bytes.ts';
import type { AckName, Bytes, RelayCodec } from '../crypto/port.ts';
import type { Address } from '../machine/effects.ts';

/** What became of a frame in the end. `lost`: the connection went, or the sending was stopped. */
export type Fate = 'delivered' | 'offline' | 'refused' | 'lost';

export interface OutboxDeps {
  readonly codec: RelayCodec;
  readonly send: (frame: Bytes) => boolean;
  readonly bufferedAmount: () => number;
}

/** The relay's own limit is on messages per second: this long after a refusal there is room for several. */
const RETRY_MS = 500;
/** A peer whose node cannot be reached for so many tries is as good as offline. */
const UNREACHABLE_TRIES = 20;
/** CHUNK frames are handed to the socket while it holds less than this. */
const BUFFER_LIMIT = 1024 * 1024;
/** A socket says nothing when its buffer empties, so it is asked. */
const BUFFER_POLL_MS = 10;

interface Message {
  readonly address: Address;
  readonly payload: Uint8Array;
  readonly settle: (fate: Fate) => void;
  /** Of the envelope that waits for its ACK: every try has one of its own (protocol.md section 9). */
  eid: string;
  tries: number;
}

export class Outbox {
  private readonly waiting: Message[] = [];
  private current: Message | null = null;
  private readonly chunks = new Map<string, (status: AckName | 'lost') => void>();
  /** The WATCH that counts, until the relay refuses it for its limit and it is asked again. */
  private watching: { readonly eid: string; readonly accountIds: readonly string[] } | null = null;
  private readonly prekeys = new Map<string, (prekey: Bytes | null) => void>();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(private readonly deps: OutboxDeps) {}

  /** Sends a handshake frame or a message; resolves when its fate is known. */
  message(address: Address, payload: Uint8Array): Promise<Fate> {
    return new Promise((settle) => {
      this.waiting.push({ address, payload, settle, eid: '', tries: 0 });
      this.next();
    });
  }

  /** Sends a CHUNK frame when the socket has room; `handed` is called when it took it. */
  async chunk(address: Address, payload: Uint8Array, signal: AbortSignal, handed: () => void): Promise<Fate> {
    while (this.deps.bufferedAmount() >= BUFFER_LIMIT && !signal.aborted) await this.pause(BUFFER_POLL_MS);
    if (signal.aborted) return 'lost';
    const [eid, frame] = this.envelope(address, payload);
    const answer = new Promise<AckName | 'lost'>((resolve) => this.chunks.set(eid, resolve));
    if (!this.deps.send(frame)) {
      this.chunks.delete(eid);
      return 'lost';
    }
    handed();
    const status = await answer;
    if (status === 'lost') return 'lost';
    if (status !== 'rateLimit' && status !== 'unreachable') return fateOf(status);
    await this.pause(RETRY_MS);
    return this.chunk(address, payload, signal, () => undefined);
  }

  /** Asks for the presence of these accounts, and of no others any more. */
  watch(accountIds: readonly string[]): void {
    const eid = this.deps.codec.envelopeId();
    this.watching = { eid: toText(eid), accountIds };
    this.deps.send(
      this.deps.codec.encodeWatch({ eid, accountIds: accountIds.map((id) => fromText(id, 32)) }),
    );
  }

  /** Gives the relay prekeys. What it answers changes nothing: it says when it needs more. */
  publish(prekeys: readonly Bytes[]): void {
    if (prekeys.length === 0) return;
    this.deps.send(this.deps.codec.encodePrekeys({ eid: this.deps.codec.envelopeId(), prekeys }));
  }

  /** Asks for a prekey of the peer's run; null when there is none to be had. */
  prekey({ to, presence }: Address): Promise<Bytes | null> {
    return new Promise((resolve) => {
      const { codec, send } = this.deps;
      const eid = codec.envelopeId();
      this.prekeys.set(toText(eid), resolve);
      const accountId = fromText(to, 32);
      if (send(codec.encodePrekeyGet({ eid, accountId, presence: fromText(presence, 16) }))) return;
      this.answered(eid, null);
    });
  }

  /** The relay's answer to it. */
  answered(id: Uint8Array, prekey: Bytes | null): void {
    const eid = toText(id);
    this.prekeys.get(eid)?.(prekey);
    this.prekeys.delete(eid);
  }

  /** The relay's ACK. */
  acknowledged(id: Uint8Array, status: AckName) {
    const eid = toText(id);
    const chunk = this.chunks.get(eid);
    if (chunk !== undefined) {
      this.chunks.delete(eid);
      return chunk(status);
    }
    const { watching, current } = this;
    if (watching?.eid === eid && status === 'rateLimit') {
      this.after(RETRY_MS, () => {
        if (this.watching === watching) this.watch(watching.accountIds);
      });
    }
    if (current === null || current.eid !== eid) return;
    current.tries += 1;
    const again = status === 'rateLimit' || (status === 'unreachable' && current.tries < UNREACHABLE_TRIES);
    if (again) {
      // The identical frame, of which the peer drops what it has already.
      this.after(RETRY_MS, () => {
        if (this.current === current) this.try(current);
      });
      return;
    }
    this.current = null;
    current.settle(fateOf(status));
    this.next();
  }

  /** Sends what is waiting without waiting for anything: the connection is about to be closed. */
  flush(): void {
    for (const message of this.waiting) this.try(message);
    this.reset();
  }

  /** The connection is gone, and everything on its way with it. */
  reset(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.watching = null;
    const messages = [...(this.current === null ? [] : [this.current]), ...this.waiting.splice(0)];
    this.current = null;
    for (const { settle } of messages) settle('lost');
    for (const settle of this.chunks.values()) settle('lost');
    this.chunks.clear();
    for (const settle of this.prekeys.values()) settle(null);
    this.prekeys.clear();
  }

  private next(): void {
    if (this.current !== null) return;
    const message = this.waiting.shift();
    if (message === undefined) return;
    this.current = message;
    if (this.try(message)) return;
    this.current = null;
    message.settle('lost');
    this.next();
  }

  private try(message: Message): boolean {
    const [eid, frame] = this.envelope(message.address, message.payload);
    message.eid = eid;
    return this.deps.send(frame);
  }

  private envelope({ to, presence }: Address, payload: Uint8Array): [eid: string, frame: Bytes] {
    const eid = this.deps.codec.envelopeId();
    const frame = this.deps.codec.encodeSend({
      eid,
      to: fromText(to, 32),
      presence: fromText(presence, 16),
      payload,
    });
    return [toText(eid), frame];
  }

  private after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

function fateOf(status: AckName): Fate {
  switch (status) {
    case 'written':
      return 'delivered';
    case 'offline':
    case 'unreachable':
      return 'offline';
    case 'rateLimit':
    case 'tooLarge':
    case 'malformed':
    case 'notAllowed':
      return 'refused';
    default:
      status satisfies never;
      return 'refused';
  }
}
