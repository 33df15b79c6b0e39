/** The connection to the relay: when to try again, and what its loss means for a conversation. */
import type { AccountView } from '../contract.ts';
import { dropIncoming } from './answering.ts';
import { close, endAbruptly, isActive } from './ending.ts';
import type { EventOf } from './events.ts';
import { RETRY_FIRST_MS, RETRY_LONGEST_MS, STABLE_MS } from './limits.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';

/** Whether somebody is being called, answered or talked to: the connection has to live. */
export function isTalking({ conversation }: State): boolean {
  return conversation !== null && isActive(conversation.phase);
}

/** Being ready is what opens the connection, and the only thing that does. */
export function onAccount(turn: Turn, account: AccountView): void {
  const before = turn.state.account;
  const same =
    before.stage === 'ready' && account.stage === 'ready' && before.accountId === account.accountId;
  if (!same && before.stage === 'ready') leave(turn);
  turn.patch({ account });
  if (!same && account.stage === 'ready') connect(turn, 0);
}

function leave(turn: Turn): void {
  close(turn);
  for (const { hid } of turn.state.incoming) dropIncoming(turn, hid);
  turn.stop('reconnect');
  turn.do({ type: 'link', open: false });
  turn.patch({ connection: { at: 'idle' } });
}

function connect(turn: Turn, failures: number): void {
  turn.stop('reconnect');
  turn.patch({ connection: { at: 'connecting', failures } });
  turn.do({ type: 'link', open: true });
}

export function onLinkUp(turn: Turn): void {
  const { connection } = turn.state;
  if (connection.at !== 'connecting') return;
  turn.patch({ connection: { at: 'online', failures: connection.failures, since: turn.at } });
  // The relay forgot those of an earlier connection (protocol.md section 9).
  turn.do({ type: 'publish-prekeys', left: 0 });
}

export function onLinkDown(turn: Turn, { loss, jitter }: EventOf<'link-down'>): void {
  const { connection, conversation } = turn.state;
  if (connection.at !== 'connecting' && connection.at !== 'online') return;
  if (conversation !== null && isActive(conversation.phase)) endAbruptly(turn, 'connection-lost');
  for (const { hid } of turn.state.incoming) dropIncoming(turn, hid);
  if (loss.why === 'replaced' || loss.why === 'refused') {
    turn.patch({ connection: { at: loss.why } });
    return;
  }
  const stable = connection.at === 'online' && turn.at - connection.since >= STABLE_MS;
  const failures = stable ? 0 : connection.failures;
  const longest = Math.min(RETRY_FIRST_MS * 2 ** Math.min(failures, 16), RETRY_LONGEST_MS);
  const asked = loss.why === 'restart' ? loss.after : 0;
  // At least half of the delay, so that a relay that comes back is not met by everybody at once.
  const delay = Math.round(Math.max(asked, longest / 2) + (jitter * longest) / 2);
  const retryAt = turn.at + delay;
  turn.patch({ connection: { at: 'waiting', failures: failures + 1, retryAt, browserOffline: false } });
  turn.start('reconnect', delay);
}

export function onNetwork(turn: Turn, online: boolean): void {
  const { connection } = turn.state;
  if (connection.at !== 'waiting') return;
  if (online) connect(turn, connection.failures);
  else turn.patch({ connection: { ...connection, browserOffline: true } });
}

export function onReconnectTimer(turn: Turn): void {
  const { connection } = turn.state;
  if (connection.at === 'waiting') connect(turn, connection.failures);
}

export function retryNow(turn: Turn, reply: number): void {
  const { connection } = turn.state;
  if (connection.at === 'waiting') connect(turn, connection.failures);
  else if (connection.at === 'replaced' || connection.at === 'refused') connect(turn, 0);
  turn.accept(reply);
}
