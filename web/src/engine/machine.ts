/**
 * The engine's mind: a pure function from what is and what happens to what is next and what is to be done. No
 * clock, no randomness, no input or output; effects are data that the runtime carries out (`runtime.ts`).
 */

import type { HandshakeId } from './ids.ts';
import * as answering from './machine/answering.ts';
import * as calling from './machine/calling.ts';
import {
  onAccount,
  onLinkDown,
  onLinkUp,
  onNetwork,
  onReconnectTimer,
  retryNow,
} from './machine/connection.ts';
import type { Effect } from './machine/effects.ts';
import { close, end } from './machine/ending.ts';
import type { Event, TimerName } from './machine/events.ts';
import * as handshake from './machine/handshake.ts';
import * as renewal from './machine/renewal.ts';
import { onDelivered } from './machine/routing.ts';
import type { State } from './machine/state.ts';
import * as talk from './machine/talk.ts';
import * as transfer from './machine/transfer.ts';
import * as trust from './machine/trust.ts';
import { assertNever, Turn } from './machine/turn.ts';

export { INITIAL, type State } from './machine/state.ts';

/** `at`: the time, epoch ms. Defined for every event in every state; what makes no sense any more does nothing. */
export function transition(state: State, event: Event, at: number): [State, readonly Effect[]] {
  const turn = new Turn(state, at);
  renewal.checkEnd(turn);
  apply(turn, event);
  renewal.checkRenewal(turn);
  return [turn.state, turn.effects];
}

function apply(turn: Turn, event: Event) {
  // In an open conversation a handshake can only be about its renewal.
  const renews = (id: number) => turn.conversation?.id === id && turn.open !== null;
  switch (event.type) {
    case 'command':
      return command(turn, event);
    case 'account':
      return onAccount(turn, event.account);
    case 'configured':
      return turn.patch(event.app);
    case 'link-up':
      return onLinkUp(turn);
    case 'link-down':
      return onLinkDown(turn, event);
    case 'network':
      return onNetwork(turn, event.online);
    case 'timer':
      return timer(turn, event.name);
    case 'presence':
      return handshake.onPresence(turn, event);
    case 'delivered':
      return onDelivered(turn, event);
    case 'undelivered':
      return handshake.onUndelivered(turn, event);
    case 'prekeys-low':
      return turn.do({ type: 'publish-prekeys', left: event.left });
    case 'prekey-got':
      return calling.onPrekeyGot(turn, event);
    case 'prekey-refused':
      return calling.onPrekeyRefused(turn, event);
    case 'looked-up':
      return calling.onLookedUp(turn, event);
    case 'pinned':
      return trust.onPinned(turn, event);
    case 'offer-made':
      return renews(event.conversation)
        ? renewal.onRenewalOfferMade(turn, event)
        : calling.onOfferMade(turn, event);
    case 'offer-checked':
      return answering.onOfferChecked(turn, event);
    case 'accept-made':
      return renews(event.conversation)
        ? renewal.onRenewalAcceptMade(turn, event)
        : answering.onAcceptMade(turn, event);
    case 'accept-checked':
      return renews(event.conversation)
        ? renewal.onRenewalAcceptChecked(turn, event)
        : calling.onAcceptChecked(turn, event);
    case 'confirm-checked':
      return renews(event.conversation)
        ? renewal.onRenewalConfirmChecked(turn, event)
        : answering.onConfirmChecked(turn, event);
    case 'early-opened':
      return answering.onEarlyOpened(turn, event);
    case 'handshake-failed':
      return handshake.onHandshakeFailed(turn, event);
    case 'end-checked':
      return handshake.onEndChecked(turn, event);
    case 'decrypted':
      return talk.onDecrypted(turn, event);
    case 'worn':
      return renewal.onWorn(turn, event);
    case 'refused':
      return talk.onRefused(turn, event);
    case 'file-prepared':
      return transfer.onFilePrepared(turn, event);
    case 'file-unprepared':
      return transfer.onFileUnprepared(turn, event);
    case 'file-described':
      return transfer.onFileDescribed(turn, event);
    case 'file-sent':
      return transfer.onFileSent(turn, event);
    case 'file-verified':
      return transfer.onFileVerified(turn, event);
    case 'file-whole':
      return transfer.onFileWhole(turn, event);
    case 'file-failed':
      return transfer.onFileFailed(turn, event);
    default:
      return assertNever(event);
  }
}

function command(turn: Turn, { command, reply }: Extract<Event, { type: 'command' }>) {
  switch (command.name) {
    case 'openChat':
      return calling.openChat(turn, reply, command);
    case 'acceptIncoming':
      return answering.acceptIncoming(turn, reply, command.id);
    case 'declineIncoming':
      return answering.declineIncoming(turn, reply, command.id);
    case 'leaveChat':
      close(turn);
      return turn.accept(reply);
    case 'sendText':
      return talk.sendText(turn, reply, command.text);
    case 'markRead':
      return talk.markRead(turn, reply, command.seq);
    case 'setTyping':
      return talk.setTyping(turn, reply, command.typing);
    case 'sendFile':
      return transfer.sendFile(turn, reply, command);
    case 'cancelTransfer':
      return transfer.cancelTransfer(turn, reply, command.fid);
    case 'markVerified':
      return trust.markVerified(turn, reply, command.by);
    case 'acceptChangedKey':
      return trust.acceptChangedKey(turn, reply);
    case 'retryNow':
      return retryNow(turn, reply);
    default:
      return assertNever(command);
  }
}

function timer(turn: Turn, name: TimerName) {
  const at = turn.conversation?.phase.at;
  switch (name) {
    case 'look-up':
      return calling.onLookUpTimer(turn);
    case 'prekey':
      return calling.onPrekeyTimer(turn);
    case 'ring':
      return at === 'ringing' ? end(turn, 'no-answer') : undefined;
    case 'confirm':
      return at === 'accepted' ? end(turn, 'failed') : undefined;
    case 'ready':
      return turn.talk?.secure === false ? end(turn, 'failed') : undefined;
    case 'receipt':
      return talk.onReceiptTimer(turn);
    case 'read':
      return talk.onReadTimer(turn);
    case 'peer-activity':
      return talk.onActivityTimer(turn);
    case 'resend':
      return talk.onResendTimer(turn);
    case 'renew':
      return renewal.renew(turn);
    case 'renewal':
      return renewal.failRenewal(turn);
    case 'retire':
      return renewal.retire(turn);
    case 'expire':
      return renewal.expire(turn);
    case 'reconnect':
      return onReconnectTimer(turn);
    default:
      return answering.dropIncoming(turn, name.slice('incoming '.length) as HandshakeId);
  }
}
