/** What the package's client tells: it is projected, and what has to be done because of it is done. */
import { ACCEPT_TIMEOUT } from '@duet-chat/crypto';
import { fromText, toText } from '../bytes.ts';
import type { EngineEvent } from '../contract.ts';
import type { Directory } from '../directory.ts';
import type { ClientEvent, Conversation } from '../port.ts';
import type { Run } from '../run.ts';
import type { Current } from './current.ts';
import type { Files } from './files.ts';
import type { Heard } from './input.ts';
import type { Trust } from './trust.ts';

export interface HearingDeps {
  readonly current: Current;
  readonly directory: Pick<Directory, 'nameOf'>;
  readonly files: Files;
  readonly trust: Trust;
  readonly emit: (event: EngineEvent) => void;
  /** Whose calls are not shown. */
  readonly isBlocked: (accountId: string) => boolean;
  /** A conversation is over. */
  readonly onEnded: (accountId: string) => void;
}

/** Every event of the package's client. A missing or an unknown name is a compile error. */
const eventTypes = {
  line: true,
  incoming: true,
  incomingOver: true,
  turnedAway: true,
  keyChanged: true,
  conversation: true,
  pinned: true,
  message: true,
  earlyConfirmed: true,
  edited: true,
  deleted: true,
  reaction: true,
  status: true,
  viewed: true,
  activity: true,
  presence: true,
  renewed: true,
  restarted: true,
  draining: true,
  fileSent: true,
  fileControl: true,
  chunksWanted: true,
  suspicious: true,
  ended: true,
} as const satisfies Record<ClientEvent['type'], true>;

export class Hearing {
  constructor(private readonly deps: HearingDeps) {}

  /** From now on, until that person is not here any more. */
  begin(run: Run): void {
    for (const type of Object.keys(eventTypes) as ClientEvent['type'][]) {
      run.client.addEventListener(type, ({ detail }) => this.hear(run, detail));
    }
    void this.watch(run);
  }

  private hear(
    run: Run,
    { conversation: _, ...event }: ClientEvent & { readonly conversation?: Conversation },
  ): void {
    const { current } = this.deps;
    if (current.run !== run) return;
    // The relay keeps them out; should it not, they are answered as by somebody who does not want to talk.
    if (event.type === 'incoming' && this.deps.isBlocked(toText(event.account))) {
      run.client.decline(event.account);
      return;
    }
    if (event.type === 'deleted') this.giveUpFile(toText(event.account), event.id);
    current.apply({ type: 'heard', event: event as Heard });
    this.follow(run, event as Heard);
  }

  /** What is to be done because of it. */
  private follow({ client, owner }: Run, event: Heard): void {
    const { current, emit, files, trust } = this.deps;
    switch (event.type) {
      case 'incoming':
      case 'keyChanged':
        current.later(this.name(owner, toText(event.account), event.type === 'keyChanged'));
        break;
      case 'turnedAway': {
        const { wait } = event;
        // Nobody has to wait where there is no room.
        const error =
          wait > 0
            ? ({ code: 'call-turned-away', retryAfterMs: wait } as const)
            : ({ code: 'too-many-conversations' } as const);
        emit({ type: 'notice', error });
        break;
      }
      case 'pinned':
        current.later(trust.pinned(toText(event.account)));
        break;
      case 'message': {
        if (event.body.type !== 'file') break;
        const accountId = toText(event.account);
        if (event.early) files.announce(accountId, event.body);
        else files.receive(client.conversation(event.account), accountId, event.body);
        break;
      }
      case 'earlyConfirmed':
        files.settleAnnounced(client.conversation(event.account), toText(event.account), true);
        break;
      case 'fileControl': {
        const { file, op } = event.control;
        if (op === 'cancel' || op === 'pause') files.stopped(toText(event.account), toText(file));
        break;
      }
      case 'ended':
        this.forgetAnnounced(toText(event.account));
        this.deps.onEnded(toText(event.account));
        break;
      case 'incomingOver':
        // Accepted, its files are still to come.
        if (!current.state.talks.has(toText(event.account))) this.forgetAnnounced(toText(event.account));
        break;
      default:
    }
  }

  /** The peer took a file back: nothing more of it is fetched. */
  private giveUpFile(accountId: string, id: string): void {
    const { current, files } = this.deps;
    const body = current.state.talks.get(accountId)?.messages.get(id)?.body;
    if (body?.kind === 'file') files.cancel(accountId, body.transfer.fid);
  }

  /** Whose account calls. A call under a changed key is not answered, so nothing ends it but the time. */
  private async name(owner: string, accountId: string, changed: boolean): Promise<void> {
    const { current, directory } = this.deps;
    const call = current.state.calls.get(accountId);
    if (call === undefined) return;
    if (changed) {
      setTimeout(() => {
        if (current.state.calls.get(accountId)?.changed) current.apply({ type: 'call-over', accountId });
      }, ACCEPT_TIMEOUT);
    }
    if (call.name !== null) return;
    const name = await directory.nameOf(owner, accountId);
    current.apply({ type: 'named', accountId, name });
  }

  private forgetAnnounced(accountId: string): void {
    const client = this.deps.current.run?.client;
    if (client === undefined) return;
    this.deps.files.settleAnnounced(client.conversation(fromText(accountId, 32)), accountId, false);
  }

  /** Whatever ends the client by itself is a defect, and is told. */
  private async watch({ client }: Run): Promise<void> {
    try {
      for await (const _ of client);
    } catch (error) {
      this.deps.current.report(error);
    }
  }
}
