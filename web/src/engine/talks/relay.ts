/** The connection of whoever is here: the package keeps it, with the login of this page. */
import type { Auth } from '../auth.ts';
import type { ConnectionView } from '../contract.ts';
import type { Client, Connection, ConnectionState, RelayPort, Socket } from '../port.ts';

export interface RelayDeps {
  readonly relay: RelayPort;
  readonly auth: Pick<Auth, 'fresh' | 'invalidate'>;
  /** Where the relay is: an absolute address. */
  readonly url: string;
  /** In the place of the platform's. */
  readonly WebSocket?: (new (url: URL) => Socket) | undefined;
}

/** Connects, and stays connected. `onState` is told of every change. */
export function connectClient(
  { relay, auth, url, WebSocket }: RelayDeps,
  client: Client,
  onState: (state: ConnectionState) => void,
): Connection {
  return relay.connect({
    url,
    client,
    WebSocket,
    onState,
    token: (refused) => {
      if (refused) auth.invalidate();
      return auth.fresh();
    },
  });
}

/**
 * `browserOffline`: the machine itself has no network, as the platform says. `tabsKnown`: whoever took over is no tab of this
 * browser.
 */
export function connectionView(
  state: ConnectionState,
  { browserOffline, tabsKnown }: { readonly browserOffline: boolean; readonly tabsKnown: boolean },
): ConnectionView {
  switch (state.at) {
    case 'connecting':
    case 'online':
      return { state: state.at };
    case 'waiting':
      return { state: 'waiting', retryAt: state.retryAt, browserOffline };
    case 'stopped':
      if (state.why === 'takenOver') return { state: 'replaced', by: tabsKnown ? 'device' : 'unknown' };
      return { state: ({ refused: 'refused', closed: 'idle' } as const)[state.why] };
    default:
      return state satisfies never;
  }
}
