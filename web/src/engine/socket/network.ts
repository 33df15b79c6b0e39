/** The connection and what goes through it, as the runtime sees them: events in, frames out. */
import { toText } from '../bytes.ts';
import type { RelayCodec } from '../crypto/port.ts';
import type { Event } from '../machine/events.ts';
import { type Arriving, Link, type LinkDeps } from './link.ts';
import { Outbox } from './outbox.ts';

export interface NetworkDeps extends Omit<LinkDeps, 'onUp' | 'onFrame' | 'onDown'> {
  readonly codec: RelayCodec;
  readonly dispatch: (event: Event) => void;
  /** From 0 to 1, for the delay before the next attempt. */
  readonly random: () => number;
}

export class Network {
  readonly outbox: Outbox;
  private readonly link: Link;

  constructor(private readonly deps: NetworkDeps) {
    const { codec, dispatch } = deps;
    this.link = new Link({
      ...deps,
      onUp: () => dispatch({ type: 'link-up' }),
      onFrame: (frame) => this.receive(frame),
      onDown: (loss) => {
        this.outbox.reset();
        dispatch({ type: 'link-down', loss, jitter: deps.random() });
      },
    });
    this.outbox = new Outbox({
      codec,
      send: (frame) => this.link.send(frame),
      bufferedAmount: () => this.link.bufferedAmount,
    });
  }

  open(): void {
    this.link.open();
  }

  close(): void {
    // The peer's BYE may still be waiting for its turn.
    this.outbox.flush();
    this.link.close();
  }

  /** Whether a conversation is open. */
  talk(talking: boolean): void {
    this.link.talk(talking);
  }

  /** A fresh token for the connection that there is. */
  renew(token: string): void {
    this.link.renew(token);
  }

  private receive(frame: Arriving): void {
    const { dispatch } = this.deps;
    switch (frame.type) {
      case 'deliver': {
        const { from, presence, payload } = frame;
        dispatch({ type: 'delivered', from: toText(from), presence: toText(presence), frame: payload });
        break;
      }
      case 'presence': {
        const { accountId, presence, online } = frame;
        dispatch({ type: 'presence', accountId: toText(accountId), presence: toText(presence), online });
        break;
      }
      case 'prekey':
        this.outbox.answered(frame.eid, frame.prekey);
        break;
      case 'notice':
        if (frame.notice === 'prekeysLow') dispatch({ type: 'prekeys-low', left: frame.value });
        break;
      case 'ack':
        this.outbox.acknowledged(frame.eid, frame.status);
        break;
      default:
        frame satisfies never;
    }
  }
}
