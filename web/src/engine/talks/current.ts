/** Who is here, and what is known of their conversations: the one place that changes either. */
import { fromText } from '../bytes.ts';
import type { EngineEvent } from '../contract.ts';
import { EngineError, toUserError } from '../errors.ts';
import type { Conversation } from '../port.ts';
import type { Run } from '../run.ts';
import type { Input } from './input.ts';
import { project } from './projection.ts';
import { isSecure, NOTHING, type State, type Talk } from './state.ts';
import { viewChanges } from './views.ts';

export interface CurrentDeps {
  readonly emit: (event: EngineEvent) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told of every change, after the page was. */
  readonly onChange: (before: State, after: State, why: Input | null) => void;
}

export class Current {
  private facts: State = NOTHING;
  private here: Run | null = null;

  constructor(private readonly deps: CurrentDeps) {}

  get state(): State {
    return this.facts;
  }

  /** Whoever is here. */
  get run(): Run | null {
    return this.here;
  }

  /** The conversation with somebody. */
  talk(accountId: string): Talk | null {
    return this.facts.talks.get(accountId) ?? null;
  }

  /** The package's handle of it, while it lives. */
  handle(accountId: string): Conversation | null {
    const talk = this.talk(accountId);
    return talk === null || this.here === null || talk.phase.at !== 'live' ? null : this.handleOf(talk);
  }

  begin(run: Run): void {
    this.here = run;
  }

  /** Nobody is here, and nothing is known. Gives whoever was. */
  end(): Run | null {
    const run = this.here;
    this.here = null;
    this.become(NOTHING, null);
    return run;
  }

  apply(input: Input): void {
    this.become(project(this.facts, input, this.deps.now()), input);
  }

  /** @throws EngineError `not-connected` */
  present(): Run {
    if (this.here === null) throw new EngineError('not-connected');
    return this.here;
  }

  handleOf({ peer }: Talk): Conversation {
    return this.present().client.conversation(fromText(peer.accountId, 32));
  }

  /**
   * A conversation, to say something in it.
   * @throws EngineError `not-secure-yet`
   */
  writable(
    accountId: string,
    least: 'early' | 'yes',
  ): { readonly talk: Talk; readonly handle: Conversation } {
    const [talk, handle] = [this.talk(accountId), this.handle(accountId)];
    if (talk === null || handle === null || talk.leaving || (least === 'yes' && !isSecure(talk))) {
      throw new EngineError('not-secure-yet');
    }
    return { talk, handle };
  }

  /** Failures that nobody waits for are told as a notice. */
  later(work: Promise<void>): void {
    work.catch((error: unknown) => this.report(error));
  }

  report(error: unknown): void {
    this.deps.emit({ type: 'notice', error: toUserError(error) });
  }

  private become(after: State, why: Input | null): void {
    const before = this.facts;
    this.facts = after;
    for (const event of viewChanges(before, after)) this.deps.emit(event);
    this.deps.onChange(before, after, why);
  }
}
