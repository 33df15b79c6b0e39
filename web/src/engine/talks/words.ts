/** What the person says and reads in a conversation. */
import { EDIT_WINDOW, TEXT_MAX_CHARS } from '@duet-chat/crypto';
import { isBlank } from '../blank.ts';
import type { FileToSend, MessageView } from '../contract.ts';
import { EngineError } from '../errors.ts';
import type { Conversation, MessageId } from '../port.ts';
import type { Current } from './current.ts';
import type { Files } from './files.ts';
import { isSecure } from './state.ts';

type Activity = Parameters<Conversation['typing']>[0];

export interface WordsDeps {
  readonly current: Current;
  readonly files: Files;
  readonly maxFileBytes: () => number;
  /** Epoch ms. */
  readonly now: () => number;
}

/** A message that something is to be done to, and where. */
interface Pointed {
  readonly handle: Conversation;
  readonly message: MessageView;
}

export class Words {
  constructor(private readonly deps: WordsDeps) {}

  /** `reply`: the message that it answers. */
  text(accountId: string, text: string, reply: string | null): void {
    const { current } = this.deps;
    const { handle } = current.writable(accountId, 'early');
    checkText(text);
    const id = handle.text(text, reply === null ? {} : { reply: reply as MessageId });
    const body = { kind: 'text', text, reply, versions: [], changedAt: null } as const;
    current.apply({ type: 'said', accountId, id, body });
  }

  edit(accountId: string, id: string, text: string): void {
    const { current, now } = this.deps;
    const { handle, message } = this.pointed(accountId, id, 'early');
    checkText(text);
    if (message.status !== 'waiting' && now() - message.at > EDIT_WINDOW)
      throw new EngineError('edit-too-late');
    const act = handle.edit(id as MessageId, text);
    current.apply({ type: 'edited', accountId, id, act, text });
  }

  takeBack(accountId: string, id: string): void {
    const { current, files } = this.deps;
    const { handle, message } = this.pointed(accountId, id, 'early');
    const act = handle.remove(id as MessageId);
    if (message.body.kind === 'file') files.cancel(accountId, message.body.transfer.fid);
    current.apply({ type: 'taken-back', accountId, id, act });
  }

  /** It stays where it is for the peer, and for the package. */
  hide(accountId: string, id: string): void {
    const { current } = this.deps;
    if (current.talk(accountId) !== null) current.apply({ type: 'hidden', accountId, id });
  }

  react(accountId: string, id: string, emoji: string, set: boolean): void {
    const { current } = this.deps;
    const { handle } = this.pointed(accountId, id, 'yes');
    const act = handle.react(id as MessageId, emoji, set);
    current.apply({ type: 'reacted', accountId, id, act, emoji, set });
  }

  read(accountId: string, seq: number): void {
    const { current } = this.deps;
    const talk = current.talk(accountId);
    if (talk === null || talk.phase.at !== 'live') return;
    const last = [...talk.messages.values()].findLast((message) => !message.mine && message.seq <= seq);
    current.apply({ type: 'read', accountId, seq });
    if (last !== undefined) current.handleOf(talk).read(last.id as Parameters<Conversation['read']>[0]);
  }

  /** What the peer is told that one does. */
  doing(accountId: string, what: Activity): void {
    const { current } = this.deps;
    const talk = current.talk(accountId);
    if (talk !== null && isSecure(talk)) current.handleOf(talk).typing(what);
  }

  file(accountId: string, toSend: FileToSend): void {
    const { current, files, maxFileBytes } = this.deps;
    const { handle } = current.writable(accountId, 'yes');
    if (!(toSend.file.size <= maxFileBytes())) throw new EngineError('file-too-large');
    const { message, transfer } = files.send(handle, accountId, toSend);
    current.apply({ type: 'said', accountId, id: message, body: { kind: 'file', transfer } });
  }

  cancelFile(accountId: string, fid: string): void {
    const { current, files } = this.deps;
    if (current.talk(accountId) !== null) files.cancel(accountId, fid);
  }

  pauseFile(accountId: string, fid: string, paused: boolean): void {
    const { current, files } = this.deps;
    if (current.talk(accountId) !== null) files.pause(accountId, fid, paused);
  }

  /** Told once, and of what is whole. */
  seen(accountId: string, fid: string): void {
    const { current } = this.deps;
    const talk = current.talk(accountId);
    if (talk === null || talk.phase.at !== 'live') return;
    const message = [...talk.messages.values()].find(
      ({ body }) => body.kind === 'file' && body.transfer.fid === fid,
    );
    if (message?.body.kind !== 'file' || message.mine) return;
    const { seen, state } = message.body.transfer;
    if (seen || state !== 'done') return;
    current.handleOf(talk).viewed(message.id as Parameters<Conversation['viewed']>[0]);
    current.apply({ type: 'seen', accountId, id: message.id });
  }

  /** @throws EngineError `not-secure-yet`, `message-out-of-reach` */
  private pointed(accountId: string, id: string, least: 'early' | 'yes'): Pointed {
    const { talk, handle } = this.deps.current.writable(accountId, least);
    const message = talk.messages.get(id);
    if (message === undefined) throw new EngineError('message-out-of-reach');
    return { handle, message };
  }
}

/** @throws EngineError `text-empty`, `text-too-long` */
function checkText(text: string): void {
  if (isBlank(text)) throw new EngineError('text-empty');
  if ([...text].length > TEXT_MAX_CHARS) throw new EngineError('text-too-long');
}
