import type { EngineName, Session } from '@duet-chat/crypto';
import { subtle } from '@duet-chat/crypto/subtle';
import { type Contender, measure, type Result } from '../../wasm-bindings/bench/measure.ts';
import type { Call, Calls, Here, ToWorker } from './messages.ts';
import { open, seal } from './samples/file.ts';
import { whatIsHere } from './samples/here.ts';
import { type Make, operations } from './samples/operations.ts';
import { meet, say } from './samples/talk.ts';

type Handlers = {
  readonly [C in Call]: (
    takes: Calls[C]['takes'],
    tell: (news: Calls[C]['tells']) => void,
    signal: AbortSignal,
  ) => Promise<Calls[C]['gives']>;
};

let sessions: { readonly alice: Session; readonly bob: Session } | undefined;

const handlers: Handlers = {
  async here(): Promise<Here> {
    return { ...(await whatIsHere()), platformMlKem: await hasMlKem() };
  },

  async meet() {
    sessions?.alice.free();
    sessions?.bob.free();
    sessions = await meet();
    const [atAlice, atBob] = [sessions.alice, sessions.bob].map(({ sas }) =>
      sas.map(({ emoji, en }) => `${emoji} ${en}`),
    );
    if (atAlice === undefined || String(atAlice) !== String(atBob)) throw new Error('their emoji differ');
    return atAlice;
  },

  async say({ from, text }) {
    if (sessions === undefined) throw new Error('they have not met');
    const { alice, bob } = sessions;
    return from === 'alice' ? say(alice, bob, text) : say(bob, alice, text);
  },

  async measure(_, tell) {
    await whatIsHere();
    const all: Result[] = [];
    for (const [name, make] of Object.entries(operations)) {
      const contenders: Contender[] = [];
      const native = await contender('native', make).catch(() => undefined);
      if (native !== undefined) contenders.push(native);
      contenders.push(await contender('wasm', make));
      const group = { name, reference: 'wasm', contenders };
      const onRound = (results: readonly Result[]) => tell([...all, ...results]);
      all.push(...(await measure(group, { budget: 250, onRound })));
      tell(all);
    }
    return all;
  },

  async roundTrip({ file, engine }, tell, signal) {
    const during = (step: 'sealing' | 'opening') => {
      const began = performance.now();
      tell({ step, done: 0, total: file.size, elapsed: 0 });
      return {
        engine,
        signal,
        onProgress: ({ done, total }: { done: number; total: number }) =>
          tell({ step, done, total, elapsed: performance.now() - began }),
      };
    };
    const begin = performance.now();
    const { key, sealed } = await seal(file, during('sealing'));
    const between = performance.now();
    const opened = await open(sealed, key, during('opening'));
    const end = performance.now();
    tell({ step: 'comparing', done: 0, total: file.size, elapsed: 0 });
    const before = await hash(file);
    signal.throwIfAborted();
    const after = await hash(opened);
    signal.throwIfAborted();
    return { sealed, opened, key, sealing: between - begin, opening: end - between, before, after };
  },
};

/** An operation that has worked once; the platform may lack it. */
async function contender(engine: EngineName, make: Make): Promise<Contender> {
  const run = await make(engine);
  await run();
  return { name: engine, run };
}

async function hash(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await subtle.digest('SHA-256', await blob.arrayBuffer()));
}

/** The package leaves ML-KEM to its own core; whether the platform has one is asked of the platform. */
async function hasMlKem(): Promise<boolean> {
  const algorithm = { name: 'ML-KEM-768' };
  const usages = ['encapsulateBits', 'decapsulateBits'] as unknown as KeyUsage[];
  const made = globalThis.crypto.subtle?.generateKey(algorithm, false, usages);
  return (await made?.then(() => true).catch(() => false)) ?? false;
}

const running = new Map<number, AbortController>();

async function answer<C extends Call>(id: number, call: C, takes: Calls[C]['takes']): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const tell = (tells: Calls[C]['tells']) => postMessage({ id, tells });
    postMessage({ id, gives: await handlers[call](takes, tell, controller.signal) });
  } catch (error) {
    postMessage({ id, failed: controller.signal.aborted ? 'Cancelled.' : String(error) });
  } finally {
    running.delete(id);
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if ('cancel' in data) running.get(data.id)?.abort();
  else void answer(data.id, data.call, data.takes);
});
