import { describe, expect, test } from 'vitest';
import type { MessageView } from '../engine/contract.ts';
import { BOB, createFakeEngine } from '../engine/fake.ts';
import { textMessage } from '../testing/conversation.ts';
import {
  addNotice,
  applyEvent,
  connectStores,
  createStores,
  dismissNotice,
  messageById,
  readUpTo,
} from './index.ts';

const text = (id: string, mine: boolean, seq: number): MessageView =>
  textMessage({ id, mine, seq, text: id });

describe('messages', () => {
  test('a changed message keeps its place and its neighbours keep their identity', () => {
    const stores = createStores();
    applyEvent(stores, { type: 'messages', upsert: [text('m0', true, 0), text('p0', false, 0)] });
    const before = stores.messages.getState();
    applyEvent(stores, { type: 'messages', upsert: [{ ...text('m0', true, 0), status: 'read' }] });
    const after = stores.messages.getState();
    expect(after.order).toBe(before.order);
    expect(messageById('m0')(after)?.status).toBe('read');
    expect(messageById('p0')(after)).toBe(messageById('p0')(before));
  });

  test('one that is removed is gone, and the others stay where they are', () => {
    const stores = createStores();
    const upsert = [text('m0', true, 0), text('p0', false, 0), text('m1', true, 1)];
    applyEvent(stores, { type: 'messages', upsert });
    applyEvent(stores, { type: 'messages-removed', ids: ['p0'] });
    const { order, byId } = stores.messages.getState();
    expect(order).toEqual(['m0', 'm1']);
    expect([...byId.keys()]).toEqual(['m0', 'm1']);
  });

  test('clearing leaves nothing behind', () => {
    const stores = createStores();
    applyEvent(stores, { type: 'messages', upsert: [text('m0', true, 0)] });
    const before = stores.messages.getState();
    applyEvent(stores, { type: 'messages-cleared' });
    expect(stores.messages.getState()).toEqual({ order: [], byId: new Map() });
    expect([...before.byId]).toEqual([]);
  });

  test('one more among ten thousand copies none of them, and is told', () => {
    const stores = createStores();
    const upsert = Array.from({ length: 10_000 }, (_, number) => text(`m${number}`, true, number));
    applyEvent(stores, { type: 'messages', upsert });
    const states = [stores.messages.getState()];
    stores.messages.subscribe((state) => states.push(state));
    applyEvent(stores, { type: 'messages', upsert: [{ ...text('m5', true, 5), status: 'read' }] });
    applyEvent(stores, { type: 'messages', upsert: [text('last', false, 0)] });
    expect(new Set(states).size).toBe(3);
    expect(new Set(states.map(({ byId }) => byId)).size).toBe(1);
    // Nothing of one conversation is in another one's.
    expect(createStores().messages.getState().byId.size).toBe(0);
  });

  test("reading counts the peer's messages only", () => {
    const stores = createStores();
    const upsert = [text('m0', true, 0), text('p4', false, 4), text('m1', true, 1)];
    applyEvent(stores, { type: 'messages', upsert });
    const state = stores.messages.getState();
    expect(readUpTo(state, 'm1')).toBe(4);
    expect(readUpTo(state, 'm0')).toBeNull();
    expect(readUpTo(state, 'nothing')).toBeNull();
  });
});

test('how far a backup is stays until it is over', () => {
  const stores = createStores();
  for (const done of [0, 0.5, null]) {
    applyEvent(stores, { type: 'backup-progress', done });
    expect(stores.backup.getState().done).toBe(done);
  }
});

test('notices are bounded and dismissed by id', () => {
  const stores = createStores();
  const codes = ['internal', 'rate-limited', 'relay-error', 'text-empty', 'text-too-long'] as const;
  for (const code of codes) addNotice(stores, { code });
  const { list } = stores.notices.getState();
  expect(list.map(({ error }) => error.code)).toEqual(codes.slice(1));
  dismissNotice(stores, list[0]?.id ?? -1);
  expect(stores.notices.getState().list).toHaveLength(3);
});

test('the same trouble again is one notice, and the newest', () => {
  const stores = createStores();
  const codes = () => stores.notices.getState().list.map(({ error }) => error.code);
  addNotice(stores, { code: 'rate-limited', retryAfterMs: 9 });
  addNotice(stores, { code: 'internal' });
  addNotice(stores, { code: 'rate-limited', retryAfterMs: 5 });
  expect(codes()).toEqual(['internal', 'rate-limited']);
  expect(stores.notices.getState().list[1]?.error.retryAfterMs).toBe(5);
});

test('the fake engine plays a conversation into the stores', async () => {
  const stores = createStores();
  const engine = createFakeEngine();
  const stop = connectStores(stores, engine);
  await engine.start({ mode: 'auto' });
  await engine.login({ name: 'alice', password: 'correct horse' });
  const secure = new Promise<void>((resolve) => {
    stores.messages.subscribe(({ order }) => order.length === 1 && resolve());
  });
  await engine.openChat(BOB);
  await secure;
  expect(stores.conversation.getState().current?.state).toBe('secure');
  engine.setState('peer-disconnected');
  expect(stores.messages.getState().order).toEqual([]);
  engine.failNext('sendText', { code: 'not-secure-yet' });
  await expect(engine.sendText({ accountId: '', text: 'x' })).rejects.toEqual({ code: 'not-secure-yet' });
  stop();
  engine.say('nobody listens');
  expect(stores.messages.getState().order).toEqual([]);
});
