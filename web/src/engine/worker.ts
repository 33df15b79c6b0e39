/** The worker's entry: the platform's parts, the engine, and the channel to the page. */
/// <reference types="vite/types/importMeta.d.ts" />
import * as crypto from '@duet-chat/crypto';
import * as relay from '@duet-chat/crypto/relay';
import { createEngine } from './engine.ts';
import { toUserError } from './errors.ts';
import { openKeystore } from './keystore/keystore.ts';
import { Server, type ToPage, type ToWorker } from './rpc.ts';

declare const self: DedicatedWorkerGlobalScope;

const engine = createEngine(
  {
    crypto,
    relay,
    keystore: openKeystore(),
    fetch: (...args) => fetch(...args),
    origin: self.location.origin,
    // Missing on plain http: there tabs may trip over each other's refresh, and the last one to come is in use.
    locks: (self.navigator as { locks?: LockManager }).locks,
    now: () => Date.now(),
    // biome-ignore lint/suspicious/noConsole: for whoever develops; a production build has nothing of it.
    log: import.meta.env.DEV ? (line) => console.debug(line) : undefined,
  },
  (event) => server.emit(event),
);

const server = new Server(
  { postMessage: (message: ToPage) => self.postMessage(message) },
  engine,
  toUserError,
);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void server.receive(data));
// A defect that nothing caught is told, not swallowed.
self.addEventListener('unhandledrejection', ({ reason }) =>
  server.emit({ type: 'notice', error: toUserError(reason) }),
);
self.addEventListener('online', () => engine.network(true));
self.addEventListener('offline', () => engine.network(false));
