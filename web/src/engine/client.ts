/** The page's handle on the engine. The only file of the engine that the page imports, besides the contract. */
import { scriptAddress } from '../app/trusted-types.ts';
import { clientOver } from './client-over.ts';
import type { EngineClient } from './contract.ts';
import { Caller, type ToPage, type ToWorker } from './rpc.ts';
import workerAddress from './worker.ts?worker&url';

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
  // A tab that closes says BYE, if its worker still gets to it: else the peers wait for it.
  addEventListener('pagehide', () => void caller.call('leaveAll', undefined).catch(() => undefined));
  return clientOver(caller);
}
