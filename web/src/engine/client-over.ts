/** The engine's handle over any channel: a worker on the page, a pair of functions in tests. */
import type { EngineClient } from './contract.ts';
import { type Caller, COMMANDS, type CommandName } from './rpc.ts';

export function clientOver(caller: Caller): EngineClient {
  const command = <N extends CommandName>(name: N) => [
    name,
    (input: Parameters<EngineClient[N]>[0], signal?: AbortSignal) => caller.call(name, input, signal),
  ];
  return {
    // `COMMANDS` holds every key of `EngineCommands`, which a compile-time check in rpc.ts makes sure of.
    ...(Object.fromEntries(COMMANDS.map(command)) as unknown as Omit<EngineClient, 'subscribe'>),
    subscribe: (listener) => caller.subscribe(listener),
  };
}
