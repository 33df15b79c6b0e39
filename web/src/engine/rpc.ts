/**
 * The page and the worker talk by these messages: requests and their answers, cancelling by id, and events on a
 * channel of their own. Nothing here knows what a command does.
 */
import type { EngineCommands, EngineEvent, UserError } from './contract.ts';

export type CommandName = keyof EngineCommands;

/** The argument of a command; `undefined` for those that take none. */
export type CommandInput<N extends CommandName> = Parameters<EngineCommands[N]>[0];
export type CommandResult<N extends CommandName> = Awaited<ReturnType<EngineCommands[N]>>;

/** Page to worker. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly name: CommandName; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number };

/** Worker to page. A call that was cancelled gets no answer. */
export type ToPage =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: UserError }
  | { readonly kind: 'event'; readonly event: EngineEvent };

/** The part of `Worker`, `MessagePort` and a worker's own scope that this file needs. */
export interface Endpoint<Out> {
  postMessage(message: Out): void;
}

/** Every command, once. The two `satisfies` below make a missing or an unknown name a compile error. */
const commandTable = {
  start: true,
  register: true,
  login: true,
  secondStep: true,
  leaveSecondStep: true,
  secondFactor: true,
  startTotp: true,
  finishTotp: true,
  removeTotp: true,
  startPasskey: true,
  finishPasskey: true,
  renamePasskey: true,
  removePasskey: true,
  newRecoveryCodes: true,
  unlock: true,
  replaceKey: true,
  rewrap: true,
  forgoEarlier: true,
  logout: true,
  logins: true,
  endLogin: true,
  endLogins: true,
  changePassword: true,
  deleteAccount: true,
  reach: true,
  setReach: true,
  setListed: true,
  block: true,
  invite: true,
  readInvitation: true,
  acceptInvitation: true,
  search: true,
  openChat: true,
  showChat: true,
  acceptIncoming: true,
  declineIncoming: true,
  leaveChat: true,
  leaveAll: true,
  sendText: true,
  editText: true,
  takeBack: true,
  hideMessage: true,
  react: true,
  markRead: true,
  setTyping: true,
  setRecording: true,
  sendFile: true,
  cancelTransfer: true,
  pauseTransfer: true,
  markSeen: true,
  verification: true,
  keyHistory: true,
  markVerified: true,
  checkQr: true,
  people: true,
  makeBackup: true,
  openBackup: true,
  restoreBackup: true,
  closeBackup: true,
  acceptChangedKey: true,
  retryNow: true,
  setEngineMode: true,
  setEraseOnDrop: true,
  setWhoIsHere: true,
  awaitPerson: true,
} as const satisfies Record<CommandName, true>;

export const COMMANDS = Object.keys(commandTable) as readonly CommandName[];

/** What serves commands: like {@link EngineCommands}, each with a signal that fires when the call is cancelled. */
export type CommandHandlers = {
  readonly [N in CommandName]: (input: CommandInput<N>, signal: AbortSignal) => Promise<CommandResult<N>>;
};

/** Page side: numbers the calls, matches the answers, hands out the events. */
export class Caller {
  private nextId = 1;
  private readonly waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: UserError) => void }
  >();
  private readonly listeners = new Set<(event: EngineEvent) => void>();
  private broken: UserError | null = null;

  constructor(private readonly endpoint: Endpoint<ToWorker>) {}

  /** Rejects with a {@link UserError}; with the signal's reason when the signal fires first. */
  call<N extends CommandName>(
    name: N,
    input: CommandInput<N>,
    signal?: AbortSignal,
  ): Promise<CommandResult<N>> {
    if (this.broken !== null) return Promise.reject(this.broken);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.waiting.delete(id);
        this.endpoint.postMessage({ kind: 'cancel', id });
        reject(signal?.reason);
      };
      const settled = () => signal?.removeEventListener('abort', cancel);
      this.waiting.set(id, {
        // The worker's handlers are typed by the same table, so the value is this command's result.
        resolve: (value) => {
          settled();
          resolve(value as CommandResult<N>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.endpoint.postMessage({ kind: 'call', id, name, input });
    });
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Feed with every message of the worker. */
  receive(message: ToPage): void {
    if (message.kind === 'event') {
      for (const listener of this.listeners) listener(message.event);
      return;
    }
    const call = this.waiting.get(message.id);
    if (call === undefined) return;
    this.waiting.delete(message.id);
    if (message.kind === 'result') call.resolve(message.value);
    else call.reject(message.error);
  }

  /** The worker is gone: every open and every later call fails, and the person is told once. */
  fail(error: UserError): void {
    if (this.broken !== null) return;
    this.broken = error;
    for (const call of this.waiting.values()) call.reject(error);
    this.waiting.clear();
    for (const listener of this.listeners) listener({ type: 'notice', error });
  }
}

/** Worker side: runs the handlers. `toUserError` turns whatever a handler throws into what the page may know. */
export class Server {
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly endpoint: Endpoint<ToPage>,
    private readonly handlers: CommandHandlers,
    private readonly toUserError: (thrown: unknown) => UserError,
  ) {}

  emit(event: EngineEvent): void {
    this.endpoint.postMessage({ kind: 'event', event });
  }

  /** Feed with every message of the page. */
  async receive(message: ToWorker): Promise<void> {
    if (message.kind === 'cancel') {
      this.running.get(message.id)?.abort();
      this.running.delete(message.id);
      return;
    }
    const { id, name, input } = message;
    const controller = new AbortController();
    this.running.set(id, controller);
    // The table pairs each name with its input; across the channel that pairing is ours to keep.
    const handler = this.handlers[name] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
    const answer: ToPage = await handler(input, controller.signal).then(
      (value) => ({ kind: 'result', id, value }),
      (thrown: unknown) => ({ kind: 'error', id, error: this.toUserError(thrown) }),
    );
    if (this.running.delete(id)) this.endpoint.postMessage(answer);
  }
}
