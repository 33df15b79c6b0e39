/** What the person says and reads in the conversation on the screen. */
import { EDIT_WINDOW, TEXT_MAX_CHARS } from '@duet-chat/crypto';
import type { FileToSend, MessageView } from '../contract.ts';
import { EngineError } from '../errors.ts';
import type { Conversation, MessageId } from '../port.ts';
import type { Current } from './current.ts';
import type { Files } from './files.ts';
import { isSecure, type Talk } from './state.ts';

export interface WordsDeps {
  readonly current: Current;
  readonly files: Files;
  readonly maxFileBytes: () => number;
  /** Epoch ms. */
  readonly now: () => number;
}

/** A message that something is to be done to, and where. */
interface Pointed {
  readonly talk: Talk;
  readonly handle: Conversation;
  readonly message: MessageView;
}

export class Words {
  constructor(private readonly deps: WordsDeps) {}

  /** `reply`: the message that it answers. */
  text(text: string, reply: string | null): void {
    const { current } = this.deps;
    const { talk, handle } = current.writable('early');
    checkText(text);
    const id = handle.text(text, reply === null ? {} : { reply: reply as MessageId });
    const body = { kind: 'text', text, reply, versions: [], changedAt: null } as const;
    current.apply({ type: 'said', accountId: talk.peer.accountId, id, body });
  }

  edit(id: string, text: string): void {
    const { current, now } = this.deps;
    const { talk, handle, message } = this.pointed(id, 'early');
    checkText(text);
    if (message.status !== 'waiting' && now() - message.at > EDIT_WINDOW)
      throw new EngineError('edit-too-late');
    const act = handle.edit(id as MessageId, text);
    current.apply({ type: 'edited', accountId: talk.peer.accountId, id, act, text });
  }

  takeBack(id: string): void {
    const { current, files } = this.deps;
    const { talk, handle, message } = this.pointed(id, 'early');
    const { accountId } = talk.peer;
    const act = handle.remove(id as MessageId);
    if (message.body.kind === 'file') files.cancel(accountId, message.body.transfer.fid);
    current.apply({ type: 'taken-back', accountId, id, act });
  }

  /** It stays where it is for the peer, and for the package. */
  hide(id: string): void {
    const { current } = this.deps;
    const talk = current.visible;
    if (talk !== null) current.apply({ type: 'hidden', accountId: talk.peer.accountId, id });
  }

  react(id: string, emoji: string, set: boolean): void {
    const { current } = this.deps;
    const { talk, handle } = this.pointed(id, 'yes');
    const act = handle.react(id as MessageId, emoji, set);
    current.apply({ type: 'reacted', accountId: talk.peer.accountId, id, act, emoji, set });
  }

  read(seq: number): void {
    const { current } = this.deps;
    const talk = current.visible;
    if (talk === null || talk.phase.at !== 'live') return;
    const last = [...talk.messages.values()].findLast((message) => !message.mine && message.seq <= seq);
    current.apply({ type: 'read', accountId: talk.peer.accountId, seq });
    if (last !== undefined) current.handleOf(talk).read(last.id as Parameters<Conversation['read']>[0]);
  }

  typing(typing: boolean): void {
    const { current } = this.deps;
    const talk = current.visible;
    if (talk !== null && isSecure(talk)) current.handleOf(talk).typing(typing ? 'typing' : 'none');
  }

  recording(what: 'voice' | 'video' | null): void {
    const { current } = this.deps;
    const talk = current.visible;
    if (talk !== null && isSecure(talk)) current.handleOf(talk).typing(what ?? 'none');
  }

  file(toSend: FileToSend): void {
    const { current, files, maxFileBytes } = this.deps;
    const { talk, handle } = current.writable('yes');
    if (!(toSend.file.size <= maxFileBytes())) throw new EngineError('file-too-large');
    const { accountId } = talk.peer;
    const { message, transfer } = files.send(handle, accountId, toSend);
    current.apply({ type: 'said', accountId, id: message, body: { kind: 'file', transfer } });
  }

  cancelFile(fid: string): void {
    const { current, files } = this.deps;
    const talk = current.visible;
    if (talk !== null) files.cancel(talk.peer.accountId, fid);
  }

  pauseFile(fid: string, paused: boolean): void {
    const { current, files } = this.deps;
    const talk = current.visible;
    if (talk !== null) files.pause(talk.peer.accountId, fid, paused);
  }

  /** Told once, and of what is whole. */
  seen(fid: string): void {
    const { current } = this.deps;
    const talk = current.visible;
    if (talk === null || talk.phase.at !== 'live') return;
    const message = [...talk.messages.values()].find(
      ({ body }) => body.kind === 'file' && body.transfer.fid === fid,
    );
    if (message?.body.kind !== 'file' || message.mine) return;
    const { seen, state } = message.body.transfer;
    if (seen || state !== 'done') return;
    current.handleOf(talk).viewed(message.id as Parameters<Conversation['viewed']>[0]);
    current.apply({ type: 'seen', accountId: talk.peer.accountId, id: message.id });
  }

  /** @throws EngineError `not-secure-yet`, `message-out-of-reach` */
  private pointed(id: string, least: 'early' | 'yes'): Pointed {
    const { talk, handle } = this.deps.current.writable(least);
    const message = talk.messages.get(id);
    if (message === undefined) throw new EngineError('message-out-of-reach');
    return { talk, handle, message };
  }
}

/** @throws EngineError `text-empty`, `text-too-long` */
function checkText(text: string): void {
  if (text.trim() === '') throw new EngineError('text-empty');
  if ([...text].length > TEXT_MAX_CHARS) throw new EngineError('text-too-long');
}
