/** Two whole engines: what one does to a message is seen by the other, and by nobody else's hand. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineMode, MessageView } from './contract.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

async function pair(a: EngineMode = 'native', b: EngineMode = 'wasm'): Promise<[Person, Person]> {
  const [alice, bob] = [new Person('alice', a, relay), new Person('bob', b, relay)];
  await Promise.all([alice.registered(), bob.registered()]);
  await meet(alice, bob);
  return [alice, bob];
}

/** Says it, and waits until both have it. */
async function said(from: Person, to: Person, text: string): Promise<readonly [string, string]> {
  await from.run('sendText', { text });
  await to.until(`told ${text}`, () => to.text(text) !== undefined);
  await from.until('told', () => from.text(text)?.status === 'delivered');
  return [from.text(text)?.id ?? '', to.text(text)?.id ?? ''];
}

const find = (person: Person, id: string): MessageView | undefined =>
  person.shown.find((message) => message.id === id);

describe.each([
  ['native', 'native'],
  ['wasm', 'wasm'],
] as const)('%s and %s', (a, b) => {
  test('answer, change, react and take back', async () => {
    const [alice, bob] = await pair(a, b);
    const [mine, theirs] = await said(alice, bob, 'They take no bookings');

    await bob.run('sendText', { text: 'Six is fine', reply: theirs });
    await alice.until('answered', () => alice.text('Six is fine') !== undefined);
    expect(alice.text('Six is fine')?.body).toMatchObject({ reply: mine });
    expect(bob.text('Six is fine')?.body).toMatchObject({ reply: theirs });

    await alice.run('editText', { id: mine, text: 'They do take bookings' });
    await bob.until('changed', () => bob.text('They do take bookings') !== undefined);
    expect(find(bob, theirs)?.body).toMatchObject({ versions: [{ text: 'They take no bookings' }] });
    await alice.until('delivered', () => find(alice, mine)?.act?.status === 'delivered');

    await bob.run('react', { id: theirs, emoji: '👍', set: true });
    await alice.run('react', { id: mine, emoji: '👍', set: true });
    const both = (person: Person, id: string) => () =>
      find(person, id)?.reactions.some((one) => one.mine && one.theirs) === true;
    await alice.until('both', both(alice, mine));
    await bob.until('both', both(bob, theirs));
    await alice.until('known', () => find(alice, mine)?.reactions[0]?.status === 'delivered');
    await bob.run('react', { id: theirs, emoji: '👍', set: false });
    await alice.until('one', () => find(alice, mine)?.reactions[0]?.theirs === false);

    await alice.run('takeBack', { id: mine });
    await bob.until('taken back', () => find(bob, theirs)?.body.kind === 'taken-back');
    expect(JSON.stringify(bob.shown)).not.toContain('bookings');
    await alice.until('known', () => find(alice, mine)?.act?.status === 'delivered');

    await bob.run('hideMessage', { id: theirs });
    expect(find(bob, theirs)).toBeUndefined();
    expect(find(alice, mine)).toBeDefined();
    for (const person of [alice, bob]) expect(person.notices).toEqual([]);
  });
});

test('nobody can change what is not theirs, or what is not there', async () => {
  const [alice, bob] = await pair();
  const [, theirs] = await said(alice, bob, 'mine');
  for (const command of [
    bob.run('editText', { id: theirs, text: 'yours' }),
    bob.run('takeBack', { id: theirs }),
    bob.run('react', { id: 'peer-9-9', emoji: '👍', set: true }),
  ]) {
    await expect(command).rejects.toMatchObject({ code: 'message-out-of-reach' });
  }
  expect(find(bob, theirs)?.body).toMatchObject({ text: 'mine', versions: [] });
});

test('without a line, what was done waits and goes by itself', async () => {
  const [alice, bob] = await pair();
  const [mine, theirs] = await said(alice, bob, 'one');
  relay.up = false;
  relay.cut();
  await alice.untilState('reconnecting');
  await alice.run('editText', { id: mine, text: 'two' });
  await alice.run('react', { id: mine, emoji: '🥧', set: true });
  await alice.run('sendText', { text: 'never to be seen' });
  const waiting = alice.text('never to be seen')?.id ?? '';
  await alice.run('takeBack', { id: waiting });
  await alice.until('gone', () => find(alice, waiting) === undefined);
  expect(find(alice, mine)).toMatchObject({ act: { status: 'waiting' }, reactions: [{ status: 'waiting' }] });
  relay.up = true;
  for (const person of [alice, bob]) {
    await person.run('retryNow', undefined);
    await person.untilState('secure');
  }
  await bob.until('changed', () => bob.text('two') !== undefined);
  await bob.until('reacted', () => find(bob, theirs)?.reactions[0]?.theirs === true);
  await alice.until('known', () => find(alice, mine)?.act?.status === 'delivered');
  expect(bob.text('never to be seen')).toBeUndefined();
});

test('what is too late to change is refused before anything is sent', async () => {
  const [alice, bob] = await pair();
  const [mine] = await said(alice, bob, 'one');
  alice.ahead = crypto.EDIT_WINDOW + 60_000;
  await expect(alice.run('editText', { id: mine, text: 'two' })).rejects.toMatchObject({
    code: 'edit-too-late',
  });
  expect(alice.text('one')).toBeDefined();
});
