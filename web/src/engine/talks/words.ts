/** What the person says and reads in the conversation on the screen. */
import { TEXT_MAX_CHARS } from '@duet-chat/crypto';
import { EngineError } from '../errors.ts';
import type { Conversation } from '../port.ts';
import type { Current } from './current.ts';
import type { Files } from './files.ts';
import { isSecure } from './state.ts';

export interface WordsDeps {
  readonly current: Current;
  readonly files: Files;
  readonly maxFileBytes: () => number;
}

export class Words {
  constructor(private readonly deps: WordsDeps) {}

  text(text: string): void {
    const { current } = this.deps;
    const { talk, handle } = current.writable('early');
    if (text.trim() === '') throw new EngineError('text-empty');
    if ([...text].length > TEXT_MAX_CHARS) throw new EngineError('text-too-long');
    const id = handle.text(text);
    current.apply({ type: 'said', accountId: talk.peer.accountId, id, body: { kind: 'text', text } });
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

  file(file: File): void {
    const { current, files, maxFileBytes } = this.deps;
    const { talk, handle } = current.writable('yes');
    if (!(file.size <= maxFileBytes())) throw new EngineError('file-too-large');
    const { accountId } = talk.peer;
    const { message, transfer } = files.send(handle, accountId, file);
    current.apply({ type: 'said', accountId, id: message, body: { kind: 'file', transfer } });
  }

  cancelFile(fid: string): void {
    const { current, files } = this.deps;
    const talk = current.visible;
    if (talk !== null) files.cancel(talk.peer.accountId, fid);
  }
}
