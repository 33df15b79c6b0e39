import { describe, expect, test } from 'vitest';
import { clientOver } from './client-over.ts';
import type { EngineEvent } from './contract.ts';
import { EngineError, toUserError } from './errors.ts';
import { Caller, COMMANDS, type CommandHandlers, Server, type ToPage, type ToWorker } from './rpc.ts';

/** Page and worker in one, each message cloned as a channel would. */
function channel(handlers: Partial<CommandHandlers>) {
  const missing = async () => {
    throw new TypeError('a defect: not a word of this reaches the page');
  };
  const all = Object.fromEntries(COMMANDS.map((name) => [name, missing])) as unknown as CommandHandlers;
  const server = new Server(
    { postMessage: (message: ToPage) => caller.receive(structuredClone(message)) },
    { ...all, ...handlers },
    toUserError,
  );
  const caller: Caller = new Caller({
    postMessage: (message: ToWorker) => void server.receive(structuredClone(message)),
  });
  return { caller, server, client: clientOver(caller) };
}

describe('commands', () => {
  test('bring results and errors to the call that asked', async () => {
    const { client } = channel({
      search: async ({ query }) => [{ accountId: query, name: query, reachable: true }],
      openChat: async () => {
        throw new EngineError('rate-limited', { retryAfterMs: 5 });
      },
    });
    const [a, b] = await Promise.all([client.search({ query: 'a' }), client.search({ query: 'b' })]);
    expect([a[0]?.name, b[0]?.name]).toEqual(['a', 'b']);
    await expect(client.openChat({ accountId: '', name: '' })).rejects.toEqual({
      code: 'rate-limited',
      retryAfterMs: 5,
    });
  });

  test('a defect is told as such, without its words', async () => {
    await expect(channel({}).client.leaveChat({ accountId: '' })).rejects.toEqual({ code: 'internal' });
  });

  test('cancelling reaches the worker, and a late answer reaches nobody', async () => {
    let cancelled = false;
    let finish: () => void = () => undefined;
    const { caller } = channel({
      search: (_, signal) => {
        signal.addEventListener('abort', () => {
          cancelled = true;
        });
        return new Promise((resolve) => {
          finish = () => resolve([]);
        });
      },
    });
    const stop = new AbortController();
    const search = caller.call('search', { query: 'a' }, stop.signal);
    stop.abort('enough');
    await expect(search).rejects.toBe('enough');
    expect(cancelled).toBe(true);
    finish();
  });
});

test('events reach those who listen, for as long as they do', () => {
  const { client, server } = channel({});
  const heard: EngineEvent[] = [];
  const stop = client.subscribe((event) => heard.push(event));
  server.emit({ type: 'messages-cleared' });
  stop();
  server.emit({ type: 'messages-cleared' });
  expect(heard).toEqual([{ type: 'messages-cleared' }]);
});

test('a worker that died fails every call, and the person is told once', async () => {
  const { caller, client } = channel({ search: () => new Promise(() => undefined) });
  const heard: EngineEvent[] = [];
  client.subscribe((event) => heard.push(event));
  const open = client.search({ query: 'a' });
  caller.fail({ code: 'internal' });
  caller.fail({ code: 'internal' });
  await expect(open).rejects.toEqual({ code: 'internal' });
  await expect(client.leaveChat({ accountId: '' })).rejects.toEqual({ code: 'internal' });
  expect(heard).toHaveLength(1);
});
