/** What the screens learn, told as stories: what happens on one side, what is shown on the other. */
import { describe, expect, test } from 'vitest';
import { toText } from '../bytes.ts';
import { PLAIN } from '../media-view.ts';
import {
  BOB,
  bob,
  bytes,
  CAROL,
  carol,
  ended,
  KEY,
  OTHER_KEY,
  Page,
  standing,
  text,
} from '../testing/page.ts';
import type { Heard, HeardOf } from './input.ts';

const incoming = (account = BOB): Heard => ({
  type: 'incoming',
  account,
  key: KEY,
  known: false,
  request: true,
});
const named = { type: 'named', accountId: bob.accountId, name: 'bob' } as const;

describe('a call', () => {
  test('rings once it is known whose it is, with what came with it', () => {
    const page = new Page().hears(incoming(), text('peer-1-0', 'hello?', true));
    expect(page.calls).toEqual([]);
    page.does(named);
    expect(page.calls).toMatchObject([
      {
        id: bob.accountId,
        peer: bob,
        trust: 'unknown',
        request: [{ seq: 0, body: { kind: 'text', text: 'hello?' } }],
      },
    ]);
    page.hears({ type: 'incomingOver', account: BOB });
    expect(page.calls).toEqual([]);
    expect(page.list).toEqual([]);
  });

  test('that is taken has its words in the conversation, which are proved a little later', () => {
    const page = new Page().hears(incoming(), text('peer-1-0', 'hello?', true)).does(named);
    page.does({ type: 'begun', peer: bob, key: toText(KEY) }, { type: 'shown', accountId: bob.accountId });
    page.hears({ type: 'incomingOver', account: BOB }, text('peer-1-1', 'and more', true));
    expect(page.calls).toEqual([]);
    expect(page.messages.map(({ unconfirmed, seq }) => [unconfirmed, seq])).toEqual([
      [true, 0],
      [true, 1],
    ]);
    page.hears({ type: 'earlyConfirmed', account: BOB, dropped: 1 });
    expect(page.messages.some(({ unconfirmed }) => unconfirmed)).toBe(false);
    expect(page.view?.earlyDropped).toBe(1);
  });

  test('under another key than the pinned one rings as such, but never beside the right one', () => {
    const pinned = { type: 'pins', pins: [{ ...bob, key: toText(KEY), trust: 'sas' }] } as const;
    const changed: Heard = { type: 'keyChanged', account: BOB, key: OTHER_KEY };
    const page = new Page().does(pinned).hears(changed).does(named);
    expect(page.calls).toMatchObject([{ trust: 'changed' }]);
    page.does(
      { type: 'blocked', peer: bob, key: toText(OTHER_KEY) },
      { type: 'shown', accountId: bob.accountId },
    );
    expect(page.calls).toEqual([]);
    expect(page.view).toMatchObject({ state: 'blocked-key-changed', trust: 'changed', writable: 'no' });

    const talking = new Page().does(pinned).talking().hears(changed).does(named);
    expect(talking.calls).toEqual([]);
    expect(talking.view).toMatchObject({ state: 'secure', trust: 'sas' });
  });

  test('of ours that meets another key is blocked for that key', () => {
    const page = new Page().does({ type: 'pins', pins: [{ ...bob, key: toText(KEY), trust: 'qr' }] });
    page.talking({ stage: 'seeking', session: 0 });
    expect(page.view).toMatchObject({ state: 'ringing-out', writable: 'early' });
    page.hears({ type: 'keyChanged', account: BOB, key: OTHER_KEY }, ended('keyChanged'));
    expect(page.view).toMatchObject({ state: 'blocked-key-changed', trust: 'changed' });
  });
});

test('who of the people known is here holds as long as our own line does', () => {
  const here = (online: boolean): Heard => ({ type: 'presence', account: BOB, online });
  const page = new Page().hears({ type: 'line', state: 'online' }, here(true));
  expect(page.here).toEqual(new Map([[bob.accountId, true]]));
  page.hears(here(false));
  expect(page.here).toEqual(new Map([[bob.accountId, false]]));
  page.hears({ type: 'line', state: 'down' });
  expect(page.here.size).toBe(0);
  page.hears({ type: 'line', state: 'online' }, here(true));
  page.does({ type: 'watched', accountIds: new Set([bob.accountId]) });
  expect(page.here.size).toBe(1);
  // Whoever is not watched any more may have gone.
  page.does({ type: 'watched', accountIds: new Set() });
  expect(page.here.size).toBe(0);
});

describe('a conversation', () => {
  test('that is being left takes no more words, keeps what was said until its end is told, and ends once', () => {
    const page = new Page().talking().does({ type: 'leaving', accountId: bob.accountId });
    expect(page.view).toMatchObject({ state: 'leaving', writable: 'no' });
    page.hears(ended('us'));
    expect(page.view).toBeNull();
    // A call that nobody answered yet is given up at once.
    const calling = new Page().talking({ stage: 'seeking', session: 0 });
    calling.does({ type: 'leaving', accountId: bob.accountId });
    expect(calling.view?.state).toBe('ringing-out');
  });

  test('is interrupted by a line, a peer or a silence, and goes on: one can write all the time', () => {
    const page = new Page().talking();
    for (const interruption of [
      { type: 'line', state: 'down' },
      { type: 'conversation', account: BOB, state: { ...standing, peerOnline: false } },
      { type: 'conversation', account: BOB, state: { ...standing, silentSince: 1 } },
    ] as const) {
      page.hears(interruption);
      expect(page.view).toMatchObject({ state: 'reconnecting', writable: 'yes', session: { number: 1 } });
      page.hears({ type: 'line', state: 'online' }, { type: 'conversation', account: BOB, state: standing });
      expect(page.view?.state).toBe('secure');
    }
  });

  test('says of every own message how far it has come', () => {
    const page = new Page().talking().says('own-1', 'one');
    const statuses = [
      'waiting',
      'early',
      'sent',
      'delivered',
      'read',
      'unconfirmed',
      'notDelivered',
    ] as const;
    const told = statuses.map((status) => {
      page.hears({ type: 'status', account: BOB, id: 'own-1', status });
      return page.words[0]?.[1];
    });
    expect(told).toEqual([
      'waiting',
      'early',
      'sending',
      'delivered',
      'read',
      'unconfirmed',
      'not-delivered',
    ]);
  });

  test('that the peer ends takes the history along, but not what may not have arrived', () => {
    const page = new Page()
      .talking()
      .says('own-1', 'arrived')
      .says('own-2', 'perhaps')
      .says('own-3', 'never');
    page.hears(text('peer-1-0', 'from bob'), {
      type: 'status',
      account: BOB,
      id: 'own-1',
      status: 'delivered',
    });
    const unsettled = [
      { id: 'own-2', status: 'unconfirmed', text: 'perhaps' },
      { id: 'own-3', status: 'notDelivered', text: 'never' },
    ] as const;
    page.hears(ended('peer', { unsettled: [...unsettled], tailMissing: true }));
    expect(page.view).toMatchObject({ state: 'peer-disconnected', endedAbruptly: true, writable: 'no' });
    expect(page.words).toEqual([
      ['perhaps', 'unconfirmed'],
      ['never', 'not-delivered'],
    ]);
  });

  test('that we leave is gone, unless something may not have arrived', () => {
    expect(new Page().talking().says('own-1', 'one').hears(ended('us')).view).toBeNull();
    const page = new Page().talking().says('own-1', 'one');
    page.hears(ended('us', { unsettled: [{ id: 'own-1', status: 'unconfirmed', text: 'one' }] }));
    expect(page.view?.state).toBe('left');
    expect(page.words).toEqual([['one', 'unconfirmed']]);
    page.does({ type: 'closed', accountId: bob.accountId });
    expect([page.view, page.words, page.list]).toEqual([null, [], []]);
  });

  test('that is left because a line dropped says so, and names first what may not have arrived', () => {
    const page = new Page().talking().says('own-1', 'arrived').says('own-2', 'perhaps');
    page.hears(
      { type: 'status', account: BOB, id: 'own-1', status: 'delivered' },
      text('peer-1-0', 'from bob'),
      { type: 'line', state: 'down' },
    );
    page.does({ type: 'line-dropped', accountId: bob.accountId });
    const unsettled = [{ id: 'own-2', status: 'unconfirmed', text: 'perhaps' }] as const;
    page.hears(ended('us', { unsettled: unsettled as unknown as HeardOf<'ended'>['unsettled'] }));
    expect(page.view?.state).toBe('line-dropped');
    expect(page.words).toEqual([['perhaps', 'unconfirmed']]);
    // Nothing of it in doubt: it is said all the same why the screen is empty.
    const empty = new Page().talking().does({ type: 'line-dropped', accountId: bob.accountId });
    expect(empty.hears(ended('us')).view?.state).toBe('line-dropped');
    expect(empty.list).toMatchObject([{ state: 'line-dropped', unread: 0 }]);
  });

  test('that ends by itself stays on the screen with its reason', () => {
    const page = new Page()
      .talking()
      .hears(text('peer-1-0', 'from bob'), ended('silence', { tailMissing: true }));
    expect(page.view).toMatchObject({ state: 'peer-silent', endedAbruptly: true });
    expect(page.words).toEqual([['from bob', 'delivered']]);
    // Nothing that comes later is about it.
    page.hears(text('peer-1-1', 'late'), { type: 'suspicious', account: BOB, what: 'notAuthentic' });
    expect(page.words).toHaveLength(1);
    expect(page.view?.refusedFrames).toBe(0);
  });

  describe('of which something may not have arrived, when the same person is talked to again,', () => {
    const over = () => {
      const page = new Page().talking().says('own-1', 'arrived').says('own-2', 'perhaps');
      page.hears({ type: 'status', account: BOB, id: 'own-1', status: 'delivered' });
      const unsettled = [{ id: 'own-2', status: 'unconfirmed', text: 'perhaps' }] as const;
      const how = { unsettled: unsettled as unknown as HeardOf<'ended'>['unsettled'] };
      return page.hears(text('peer-1-0', 'from bob'), ended('silence', how));
    };
    const begun = { type: 'begun', peer: bob, key: toText(KEY) } as const;

    test('keeps that, and only that, beside what is said anew', () => {
      for (const again of [[{ type: 'calling', peer: bob }, begun], [begun]] as const) {
        const page = over().does(...again);
        expect(page.words).toEqual([['perhaps', 'unconfirmed']]);
        // The names of the new conversation begin anew.
        page.hears({ type: 'conversation', account: BOB, state: standing }).says('own-2', 'again');
        page.hears({ type: 'status', account: BOB, id: 'own-2', status: 'delivered' });
        expect(page.words).toEqual([
          ['perhaps', 'unconfirmed'],
          ['again', 'delivered'],
        ]);
        expect(page.messages.map(({ session }) => session)).toEqual([0, 1]);
        expect(page.list).toMatchObject([{ unread: 0 }]);
      }
    });

    test('stays as it was if it could not be tried', () => {
      const page = over();
      const before = page.state.talks.get(bob.accountId) ?? null;
      page.does({ type: 'calling', peer: bob }, { type: 'not-called', accountId: bob.accountId, before });
      expect(page.view?.state).toBe('peer-silent');
      expect(page.words.map(([said]) => said)).toEqual(['arrived', 'perhaps', 'from bob']);
      const nobody = new Page().does({ type: 'calling', peer: bob });
      expect(nobody.does({ type: 'not-called', accountId: bob.accountId, before: null }).list).toEqual([]);
    });
  });

  test('is renewed: a line says so, and the session is another one', () => {
    const page = new Page().talking();
    page.hears(
      { type: 'renewed', account: BOB },
      { type: 'conversation', account: BOB, state: { ...standing, session: 2 } },
    );
    expect(page.messages).toMatchObject([{ body: { kind: 'note', note: 'renewed' } }]);
    expect(page.view?.session?.number).toBe(2);
    page.hears(
      { type: 'renewed', account: BOB },
      { type: 'conversation', account: BOB, state: { ...standing, session: 3 } },
    );
    expect(page.messages).toHaveLength(2);
  });
});

describe('a peer that began anew', () => {
  test('is told, with what may not have arrived and the files that go no further', () => {
    const page = new Page().talking().says('own-1', 'did this arrive?');
    page.hears(
      { type: 'status', account: BOB, id: 'own-1', status: 'unconfirmed' },
      { type: 'restarted', account: BOB, unfinished: [] },
      { type: 'conversation', account: BOB, state: { ...standing, session: 2 } },
    );
    expect(page.messages).toMatchObject([
      { status: 'unconfirmed' },
      { body: { kind: 'note', note: 'restarted' } },
    ]);
    expect(page.view?.session?.number).toBe(2);
  });
});

describe('two conversations', () => {
  const both = () => {
    const page = new Page().talking().says('own-1', 'to bob');
    page.does({ type: 'begun', peer: carol, key: toText(OTHER_KEY) });
    return page.hears({ type: 'conversation', account: CAROL, state: standing });
  };

  test('have a list with what is unread, and only one of them is on the screen', () => {
    const page = both().hears(text('peer-1-0', 'from carol', false, CAROL), text('peer-1-0', 'from bob'));
    expect(page.list).toMatchObject([
      { ...bob, state: 'secure', unread: 1 },
      { ...carol, state: 'secure', unread: 1 },
    ]);
    expect(page.words.map(([said]) => said)).toEqual(['to bob', 'from bob']);
    page.does({ type: 'shown', accountId: carol.accountId });
    expect(page.words.map(([said]) => said)).toEqual(['from carol']);
    page.does({ type: 'read', accountId: carol.accountId, seq: 0 });
    expect(page.list.map(({ unread }) => unread)).toEqual([1, 0]);
    page.does({ type: 'shown', accountId: bob.accountId });
    expect(page.words.map(([said]) => said)).toEqual(['to bob', 'from bob']);
  });

  test('end apart', () => {
    const page = both().hears({ ...ended('peer'), account: CAROL } as Heard);
    expect(page.view?.state).toBe('secure');
    expect(page.list.map(({ state }) => state)).toEqual(['secure', 'peer-disconnected']);
  });
});

describe('a file', () => {
  const [file, fid] = [bytes(50), toText(bytes(50))];
  const described = { fid, name: 'f', mediaType: '', size: 10, ...PLAIN } as const;
  const transfer = { ...described, done: 0, state: 'offered', pausedBy: [], seen: false } as const;
  const offered = () =>
    new Page().talking().does({
      type: 'said',
      accountId: bob.accountId,
      id: 'own-1',
      body: { kind: 'file', transfer },
    });
  const stateOf = (page: Page) =>
    page.messages.map(({ body }) => (body.kind === 'file' ? [body.transfer.state, body.transfer.done] : []));
  const says = (op: 'accept' | 'reject' | 'cancel' | 'done' | 'pause' | 'want'): Heard => ({
    type: 'fileControl',
    account: BOB,
    control: { file, op },
  });

  test('goes as its receiver says, and what is settled stays as it is', () => {
    const page = offered().hears(says('accept'));
    expect(stateOf(page)).toEqual([['transferring', 0]]);
    page.does({ type: 'transfer', accountId: bob.accountId, fid, change: { done: 4 } }).hears(says('pause'));
    expect(stateOf(page)).toEqual([['paused', 4]]);
    page.hears(says('want'));
    expect(stateOf(page)).toEqual([['transferring', 4]]);
    // Two who stopped it are two who have to go on.
    const mine = (paused: boolean) =>
      page.does({ type: 'file-paused', accountId: bob.accountId, fid, by: 'me', paused });
    mine(true).hears(says('pause'));
    mine(false);
    expect(stateOf(page)).toEqual([['paused', 4]]);
    page.hears(says('want'));
    expect(stateOf(page)).toEqual([['transferring', 4]]);
    page.hears(says('done'), says('cancel'));
    expect(stateOf(page)).toEqual([['done', 10]]);
    expect(stateOf(offered().hears(says('reject')))).toEqual([['rejected', 0]]);
    expect(stateOf(offered().hears(says('cancel')))).toEqual([['cancelled-by-peer', 0]]);
  });

  test('is read when it is whole and was seen, and not because its message was in view', () => {
    const status = (name: 'delivered' | 'read'): Heard =>
      ({ type: 'status', account: BOB, id: 'own-1', status: name }) as unknown as Heard;
    const viewed = { type: 'viewed', account: BOB, id: 'own-1' } as unknown as Heard;
    const statusOf = (page: Page) => page.messages.map((message) => message.status);
    const arrived = () => offered().hears(says('accept'), status('delivered'), status('read'));
    expect(statusOf(arrived())).toEqual(['delivered']);
    expect(statusOf(arrived().hears(says('done')))).toEqual(['delivered']);
    expect(statusOf(arrived().hears(says('done'), viewed))).toEqual(['read']);
    // The two words may come in either order, and one of them alone says nothing.
    expect(statusOf(arrived().hears(viewed))).toEqual(['delivered']);
    expect(statusOf(arrived().hears(viewed, status('read')))).toEqual(['delivered']);
    expect(statusOf(arrived().hears(viewed, says('done')))).toEqual(['read']);
  });

  test('that is over is stopped by nobody any more, and no part of it is kept', () => {
    const part = new Blob(['half']);
    const stopped = () =>
      offered()
        .hears(says('accept'))
        .does({ type: 'transfer', accountId: bob.accountId, fid, change: { done: 4, arriving: part } })
        .does({ type: 'file-paused', accountId: bob.accountId, fid, by: 'me', paused: true });
    const transferOf = ({ messages: [message] }: Page) =>
      message?.body.kind === 'file' ? message.body.transfer : undefined;
    expect(transferOf(stopped())).toMatchObject({ state: 'paused', pausedBy: ['me'], arriving: part });
    for (const [over, state] of [
      [ended('silence'), 'interrupted'],
      [says('cancel'), 'cancelled-by-peer'],
      [says('done'), 'done'],
    ] as const) {
      const transfer = transferOf(stopped().hears(over));
      expect(transfer).toMatchObject({ state, pausedBy: [] });
      expect(transfer?.arriving).toBeUndefined();
    }
  });

  test('is interrupted by the end, and by nothing less', () => {
    const page = offered().hears(says('accept'), { type: 'line', state: 'down' });
    expect(stateOf(page)).toEqual([['transferring', 0]]);
    page.hears(ended('silence'));
    expect(stateOf(page)).toEqual([['interrupted', 0]]);
  });
});
