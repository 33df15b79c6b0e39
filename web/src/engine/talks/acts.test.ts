/** What is done to messages, told as stories: by oneself, by the peer, and what becomes of it. */
import { describe, expect, test } from 'vitest';
import type { MessageView } from '../contract.ts';
import { BOB, bob, ended, Page, text } from '../testing/page.ts';
import type { Heard } from './input.ts';

const { accountId } = bob;
const status = (id: `own-${number}`, now: 'sent' | 'delivered' | 'unconfirmed' | 'notDelivered'): Heard => ({
  type: 'status',
  account: BOB,
  id,
  status: now,
});
const edited = (id: `peer-${number}-${number}`, said: string): Heard => ({
  type: 'edited',
  account: BOB,
  id,
  text: said,
});
const reaction = (id: 'own-1' | 'peer-1-0', emoji: string, set = true): Heard => ({
  type: 'reaction',
  account: BOB,
  id,
  set,
  emoji,
});

/** One's own text, said and delivered. */
const said = () =>
  new Page().talking().says('own-1', 'one').hears(status('own-1', 'sent'), status('own-1', 'delivered'));
const only = (page: Page): MessageView => {
  const [message, ...others] = page.messages;
  if (message === undefined || others.length > 0) throw new Error(`${page.messages.length} messages`);
  return message;
};
const textOf = ({ body }: MessageView) => (body.kind === 'text' ? body.text : body.kind);
const versionsOf = ({ body }: MessageView) =>
  body.kind === 'text' ? body.versions.map((version) => version.text) : [];

describe('an answer', () => {
  test('names what it answers', () => {
    const page = said().hears({
      type: 'message',
      account: BOB,
      id: 'peer-1-0',
      body: { type: 'text', text: 'two', reply: 'own-1' },
      early: false,
    });
    expect(page.messages[1]?.body).toMatchObject({ text: 'two', reply: 'own-1' });
  });
});

describe('a session', () => {
  test('is in every message that was said in it, and in none that waits', () => {
    const page = new Page().talking({ session: 3 }).says('own-1', 'one');
    expect(only(page).session).toBe(0);
    page.hears(status('own-1', 'sent'), text('peer-3-7', 'two'));
    expect(page.messages.map(({ session }) => session)).toEqual([3, 3]);
    page.hears({ type: 'conversation', account: BOB, state: { ...page.standing, session: 4 } });
    page.hears(status('own-1', 'delivered'));
    expect(page.messages.map(({ session }) => session)).toEqual([3, 3]);
  });
});

describe('a change', () => {
  test('shows the new text at once, keeps the former ones, and has a fate of its own', () => {
    const page = said().does({ type: 'edited', accountId, id: 'own-1', act: 'own-2', text: 'two' });
    expect(only(page)).toMatchObject({
      status: 'delivered',
      act: { what: 'edit', status: 'waiting' },
      body: { text: 'two' },
    });
    page.hears(status('own-2', 'delivered'));
    page.does({ type: 'edited', accountId, id: 'own-1', act: 'own-3', text: 'three' });
    // What became of the first change says nothing about the second one.
    page.hears(status('own-2', 'unconfirmed'), status('own-3', 'sent'));
    expect(only(page).act).toEqual({ what: 'edit', status: 'sending' });
    expect(versionsOf(only(page))).toEqual(['one', 'two']);
  });

  test('of what still waits leaves no trace: nobody saw the former text', () => {
    const page = new Page().talking().says('own-1', 'one');
    page.does({ type: 'edited', accountId, id: 'own-1', act: 'own-1', text: 'two' });
    expect(only(page)).toMatchObject({ act: null, body: { text: 'two', versions: [] } });
  });

  test('of the peer touches what is the peer’s, and nothing else', () => {
    const page = said().hears(text('peer-1-0', 'theirs'), edited('peer-1-0', 'changed'));
    page.hears(edited('peer-1-9', 'unknown'), { ...edited('peer-1-0', 'mine?'), id: 'own-1' } as Heard);
    expect(page.messages.map(textOf)).toEqual(['one', 'changed']);
    expect(page.messages.map(versionsOf)).toEqual([[], ['theirs']]);
  });

  test('has so many former texts and no more, the first among them', () => {
    const page = new Page().talking().hears(text('peer-1-0', 'first'));
    for (let i = 0; i < 60; i += 1) page.hears(edited('peer-1-0', `${i}`));
    const versions = versionsOf(only(page));
    expect([versions.length, versions[0], versions.at(-1)]).toEqual([50, 'first', '58']);
  });
});

describe('a message that is taken back', () => {
  const taken = { type: 'taken-back', accountId, id: 'own-1', act: 'own-2' } as const;

  test('says nothing any more, and what became of its taking back', () => {
    const page = said().hears(reaction('own-1', '👍')).does(taken);
    expect(only(page)).toMatchObject({
      body: { kind: 'taken-back' },
      act: { what: 'take-back', status: 'waiting' },
      reactions: [],
    });
    page.hears(status('own-2', 'delivered'), reaction('own-1', '👍'), status('own-1', 'delivered'));
    expect(only(page)).toMatchObject({ act: { status: 'delivered' }, reactions: [] });
    expect(JSON.stringify(page.messages)).not.toContain('one');
  });

  test('while it waited never goes, and is gone; if it was on its way, that is said', () => {
    for (const first of ['deed', 'status'] as const) {
      const page = new Page().talking().says('own-1', 'one');
      const deed = { ...taken, act: 'own-1' };
      if (first === 'deed') page.does(deed).hears(status('own-1', 'notDelivered'));
      else page.hears(status('own-1', 'notDelivered')).does(deed);
      expect(page.messages).toEqual([]);
    }
    const page = new Page()
      .talking()
      .says('own-1', 'one')
      .does({ ...taken, act: 'own-1' });
    page.hears(status('own-1', 'unconfirmed'));
    expect(only(page)).toMatchObject({ body: { kind: 'taken-back' }, status: 'unconfirmed' });
  });

  test('by the peer is theirs', () => {
    const deleted = (id: string) => ({ type: 'deleted', account: BOB, id }) as Heard;
    const page = said().hears(text('peer-1-0', 'theirs'), deleted('own-1'), deleted('peer-1-0'));
    expect(page.messages.map(textOf)).toEqual(['one', 'taken-back']);
    // Nothing brings it back.
    page.hears(edited('peer-1-0', 'again'), reaction('peer-1-0', '👍'));
    expect(page.messages.map(textOf)).toEqual(['one', 'taken-back']);
  });

  test('from this screen alone is gone here, and its neighbours stay', () => {
    const page = said().hears(text('peer-1-0', 'two'), text('peer-1-1', 'three'));
    page.does({ type: 'hidden', accountId, id: 'peer-1-0' });
    expect(page.messages.map(textOf)).toEqual(['one', 'three']);
    page.hears(edited('peer-1-0', 'again'), reaction('peer-1-0', '👍'), text('peer-1-2', 'four'));
    expect(page.messages.map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });
});

describe('a reaction', () => {
  const reacted = (act: string, set: boolean, emoji = '👍') =>
    ({ type: 'reacted', accountId, id: 'own-1', act, emoji, set }) as const;

  test('is somebody’s; the same one of both is one', () => {
    const page = said().does(reacted('own-2', true)).hears(reaction('own-1', '👍'), reaction('own-1', '🥧'));
    expect(only(page).reactions).toEqual([
      { emoji: '👍', mine: true, theirs: true, status: 'waiting' },
      { emoji: '🥧', mine: false, theirs: true, status: null },
    ]);
    page.hears(reaction('own-1', '🥧', false), reaction('own-1', '👍', false));
    expect(only(page).reactions).toMatchObject([{ emoji: '👍', mine: true, theirs: false }]);
  });

  test('that is removed stays until its removal came', () => {
    const page = said().does(reacted('own-2', true)).hears(status('own-2', 'delivered'));
    page.does(reacted('own-3', false));
    expect(only(page).reactions).toMatchObject([{ mine: false, status: 'waiting' }]);
    page.hears(status('own-3', 'delivered'));
    expect(only(page).reactions).toEqual([]);
  });

  test('of which nothing was heard may not have arrived', () => {
    const page = said().does(reacted('own-2', true)).hears(status('own-2', 'unconfirmed'));
    expect(only(page).reactions).toMatchObject([{ mine: true, status: 'unconfirmed' }]);
  });

  test('is one emoji: anything else, and more than anybody needs, is not taken', () => {
    const page = said();
    for (const no of ['x', 'hello', '👍👍', '<b>', '1', ' ', '👍 ']) page.hears(reaction('own-1', no));
    expect(only(page).reactions).toEqual([]);
    const flags = Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x1f1e6, 0x1f1e6 + i));
    for (const flag of flags) page.hears(reaction('own-1', flag));
    expect(only(page).reactions).toHaveLength(20);
  });
});

describe('at the end', () => {
  test('what was done and may not have arrived is told, and kept with the messages that it was done to', () => {
    const page = said().does({ type: 'edited', accountId, id: 'own-1', act: 'own-2', text: 'two' });
    page.says('own-3', 'gone').hears(status('own-3', 'delivered'));
    page.hears(ended('peer', { unsettled: [{ id: 'own-2', status: 'unconfirmed', text: 'two' }] }));
    expect(only(page)).toMatchObject({ act: { what: 'edit', status: 'unconfirmed' }, body: { text: 'two' } });
  });
});
