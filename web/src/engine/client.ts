/** The page's handle on the engine. The only file of the engine that the page imports, besides the contract. */
import { scriptAddress } from '../app/trusted-types.ts';
import type { EngineClient } from './contract.ts';
import { Caller, COMMANDS, type CommandName, type ToPage, type ToWorker } from './rpc.ts';
import workerAddress from './worker.ts?worker&url';

/** A client over any channel: a worker here, a pair of functions in tests. */
export function clientOver(caller: Caller): EngineClient {
  const command = <N extends CommandName>(name: N) => [
    name,
    (input: Parameters<EngineClient[N]>[0]) => caller.call(name, input),
  ];
  return {
    // `COMMANDS` holds every key of `EngineCommands`, which a compile-time check in rpc.ts makes sure of.
    ...(Object.fromEntries(COMMANDS.map(command)) as unknown as Omit<EngineClient, 'subscribe'>),
    subscribe: (listener) => caller.subscribe(listener),
  };
}

/** Starts the worker. One per page. */
export function createEngineClient(): EngineClient {
  const worker = new Worker(scriptAddress(workerAddress), { type: 'module', name: 'duet-engine' });
  const caller = new Caller({ postMessage: (message: ToWorker) => worker.postMessage(message) });
  worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => caller.receive(data));
  // A worker that cannot be loaded, or an error that nothing in it caught: it may be half dead, so it is ended.
  const die = () => {
    worker.terminate();
    caller.fail({ code: 'internal' });
  };
  worker.addEventListener('error', die);
  worker.addEventListener('messageerror', die);
  return clientOver(caller);
}
