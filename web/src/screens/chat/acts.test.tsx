// @vitest-environment happy-dom
/** Acting on messages: what is offered, by which hand, and what is shown of it. */
import { EDIT_WINDOW, TEXT_MAX_CHARS } from '@duet-chat/crypto';
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ActView, MessageStatus, MessageView } from '../../engine/contract.ts';
import { BOB } from '../../engine/fake.ts';
import { messageOrder } from '../../state/index.ts';
import { conversationWithBob, textMessage } from '../../testing/conversation.ts';
import { called, type Drawn, draw } from '../../testing/render.tsx';
import { useConversation, useMessages } from '../duet.tsx';
import { lazily } from '../lazily.tsx';
import { Composer } from './Composer.tsx';
import { canDo } from './can.ts';
import { ChatUiContext, createChatUi, useUi } from './chat-ui.ts';
import { LiveLog } from './LiveLog.tsx';
import { charactersOf } from './length.ts';
import { MessageRow } from './MessageRow.tsx';
import { OpenedActs } from './OpenedActs.tsx';
import { useActKeys } from './use-act-keys.ts';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** The conversation without the list that draws only what is in view: nothing is in view where there is no layout. */
function Talk({ tools }: { readonly tools?: ReactNode }) {
  const [ui] = useState(() => createChatUi(BOB.accountId));
  const conversation = useConversation();
  return (
    conversation && (
      <ChatUiContext value={ui}>
        <Rows />
        <OpenedActs peer={BOB} />
        <Composer peer={BOB} writable={conversation.writable} onFiles={() => undefined} tools={tools} />
      </ChatUiContext>
    )
  );
}

function Rows() {
  const order = useMessages(messageOrder);
  const onKeyDown = useActKeys(BOB);
  const target = useUi((ui) => ui.target);
  const remark = useUi((ui) => ui.remark);
  return (
    <>
      <ol>
        {order.map((id) => (
          <li key={id} data-message={id} tabIndex={-1} onKeyDown={(event) => void onKeyDown(event, id)}>
            <MessageRow id={id} peer={BOB} place={{ day: false, first: true, receipt: false }} />
          </li>
        ))}
      </ol>
      <p data-testid="target">{target?.id}</p>
      <p data-testid="remark">{remark}</p>
    </>
  );
}

const now = () => Date.now();
const mine = (more: Parameters<typeof textMessage>[0] = {}) => textMessage({ at: now(), ...more });
const theirs = (more: Parameters<typeof textMessage>[0] = {}) =>
  textMessage({ id: 'p0', mine: false, at: now(), text: 'from bob', ...more });

const talk = (...messages: readonly MessageView[]) => talkWith(undefined, ...messages);

async function talkWith(tools: ReactNode, ...messages: readonly MessageView[]): Promise<Drawn> {
  const drawn = await draw(<Talk tools={tools} />);
  await act(() => drawn.engine.openChat(BOB));
  act(() => drawn.engine.setState('secure'));
  act(() => drawn.engine.emit({ type: 'messages', upsert: messages }));
  return drawn;
}

const row = async (id: string): Promise<HTMLElement> =>
  waitFor(() => {
    const found = document.querySelector<HTMLElement>(`[data-message="${id}"]`);
    if (found === null) throw new Error(`${id} is not drawn`);
    return found;
  });
const composer = () => screen.getByTestId<HTMLTextAreaElement>('composer-input');

describe('what can be done', () => {
  const talking = conversationWithBob({
    session: { number: 1, since: 0, endsAt: 0, renewing: false },
  });
  const offered = (message: MessageView, conversation = talking, at = now()) => {
    const { edit, ...can } = canDo(message, conversation, at);
    const names = Object.entries(can).flatMap(([name, on]) => (on ? [name] : []));
    return edit > 0 ? [...names, 'edit'] : names;
  };

  test('with one’s own is everything, for a while; with the peer’s nothing that changes it', () => {
    expect(offered(mine())).toEqual(['reply', 'react', 'copy', 'takeBack', 'hide', 'edit']);
    expect(offered(mine(), talking, now() + EDIT_WINDOW)).not.toContain('edit');
    expect(offered(theirs())).toEqual(['reply', 'react', 'copy', 'hide']);
  });

  test('with what waits is to change it, or to take it back before it goes', () => {
    expect(offered(mine({ status: 'waiting', session: 0 }))).toEqual(['copy', 'takeBack', 'edit']);
  });

  test('with what is of another session, or over, or gone is little', () => {
    expect(offered(mine({ session: 2 }))).toEqual(['copy', 'hide']);
    expect(offered(mine(), { ...talking, writable: 'no' })).toEqual(['copy', 'hide']);
    expect(offered({ ...mine(), body: { kind: 'taken-back' } })).toEqual(['hide']);
    expect(offered({ ...mine(), body: { kind: 'note', note: 'renewed' } })).toEqual([]);
  });
});

describe('answering', () => {
  test('shows what is answered, sends it along, and Escape lets go of it', async () => {
    const drawn = await talk(theirs());
    fireEvent.keyDown(await row('p0'), { code: 'KeyR', key: 'к' });
    expect((await screen.findByTestId('writing-reply')).textContent).toContain('from bob');
    await waitFor(() => expect(document.activeElement).toBe(composer()));
    await drawn.user.keyboard('{Escape}');
    expect(screen.queryByTestId('writing-reply')).toBeNull();
    fireEvent.keyDown(await row('p0'), { code: 'KeyR', key: 'r' });
    await screen.findByTestId('writing-reply');
    await drawn.user.type(composer(), 'yes{Enter}');
    await called(drawn.engine, 'sendText', { text: 'yes', reply: 'p0' });
    expect(screen.queryByTestId('writing-reply')).toBeNull();
  });

  test('is shown with a quote that follows its source', async () => {
    const body = { ...textMessage({ text: 'yes' }).body, reply: 'p0' } as MessageView['body'];
    const drawn = await talk(theirs(), mine({ body }));
    const quote = await screen.findByRole('button', { name: 'In answer to bob from bob' });
    act(() => drawn.engine.peer.edit('p0', 'changed'));
    expect(quote.textContent).toContain('changed');
    act(() => drawn.engine.peer.takeBack('p0'));
    expect(screen.getByTestId('quote').textContent).toContain('bob took a message back');
    act(() => drawn.engine.emit({ type: 'messages-removed', ids: ['p0'] }));
    expect(screen.getByText('A message that is not here any more')).toBeTruthy();
  });

  test('leads to what was answered', async () => {
    const body = { ...textMessage({ text: 'yes' }).body, reply: 'p0' } as MessageView['body'];
    const drawn = await talk(theirs(), mine({ body }));
    await drawn.user.click(await screen.findByTestId('quote'));
    expect(screen.getByTestId('target').textContent).toBe('p0');
  });
});

describe('changing', () => {
  test('by ArrowUp takes the last of one’s own; the draft comes back', async () => {
    const drawn = await talk(mine({ text: 'one' }), theirs());
    await drawn.user.click(composer());
    await drawn.user.keyboard('{ArrowUp}');
    await screen.findByTestId('writing-edit');
    expect(composer().value).toBe('one');
    await drawn.user.keyboard(' and two{Enter}');
    await called(drawn.engine, 'editText', { id: 'm0', text: 'one and two' });
    expect(composer().value).toBe('');
  });

  test('what is typed already stays, and ArrowUp moves the cursor in it', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    await drawn.user.type(composer(), 'draft{ArrowUp}');
    expect(screen.queryByTestId('writing-edit')).toBeNull();
    fireEvent.keyDown(await row('m0'), { code: 'KeyE', key: 'e' });
    await waitFor(() => expect(composer().value).toBe('one'));
    await drawn.user.keyboard('{Escape}');
    expect(composer().value).toBe('draft');
  });

  test('nothing sends nothing', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    await drawn.user.click(composer());
    await drawn.user.keyboard('{ArrowUp}{Enter}');
    await waitFor(() => expect(screen.queryByTestId('writing-edit')).toBeNull());
    expect(drawn.engine.calls.map(({ name }) => name)).not.toContain('editText');
  });

  test('what is being changed already keeps what was written of it, and the field has the focus', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    fireEvent.keyDown(await row('m0'), { code: 'KeyE', key: 'e' });
    await waitFor(() => expect(composer().value).toBe('one'));
    await drawn.user.type(composer(), ' and two');
    act(() => document.querySelector<HTMLElement>('[data-message=m0]')?.focus());
    expect(document.activeElement).not.toBe(composer());
    fireEvent.keyDown(await row('m0'), { code: 'KeyE', key: 'e' });
    await waitFor(() => expect(document.activeElement).toBe(composer()));
    expect(composer().value).toBe('one and two');
  });

  test.each([
    ['the button', async ({ user }: Drawn) => user.click(screen.getByTestId('composer-send'))],
    ['Enter', async ({ user }: Drawn) => user.type(composer(), '{Enter}')],
  ])('to nothing, by %s, asks whether to take it back', async (_, save) => {
    const drawn = await talk(mine({ text: 'one' }));
    fireEvent.keyDown(await row('m0'), { code: 'KeyE', key: 'e' });
    await waitFor(() => expect(composer().value).toBe('one'));
    await drawn.user.clear(composer());
    await save(drawn);
    await drawn.user.click(await screen.findByTestId('act-confirm'));
    await called(drawn.engine, 'takeBack', { id: 'm0' });
    expect(screen.queryByTestId('writing-edit')).toBeNull();
  });

  test('that is refused comes back into the field', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    drawn.engine.failNext('editText', { code: 'edit-too-late' });
    await drawn.user.click(composer());
    await drawn.user.keyboard('{ArrowUp}!{Enter}');
    await waitFor(() =>
      expect(drawn.duet.stores.notices.getState().list[0]?.error.code).toBe('edit-too-late'),
    );
    await waitFor(() => expect(composer().value).toBe('one!'));
  });

  test('is said, with what it said before', async () => {
    const drawn = await talk(theirs());
    act(() => drawn.engine.peer.edit('p0', 'two'));
    expect((await screen.findByTestId('message-text')).textContent).toBe('two');
    expect(screen.queryByTestId('message-former')).toBeNull();
    await drawn.user.click(screen.getByTestId('message-edited'));
    expect(screen.getByTestId('message-former').textContent).toContain('from bob');
  });
});

describe('taking back', () => {
  test('asks first, and can be left', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    fireEvent.keyDown(await row('m0'), { key: 'Delete' });
    await drawn.user.click(await screen.findByRole('button', { name: 'Keep it' }));
    expect(screen.queryByTestId('act-question')).toBeNull();
    fireEvent.keyDown(await row('m0'), { key: 'Delete' });
    await drawn.user.click(await screen.findByTestId('act-confirm'));
    await called(drawn.engine, 'takeBack', { id: 'm0' });
    expect(await screen.findByText('You took a message back')).toBeTruthy();
  });

  test('what is the peer’s goes from this screen alone', async () => {
    const drawn = await talk(theirs());
    fireEvent.keyDown(await row('p0'), { key: 'Delete' });
    await drawn.user.click(await screen.findByTestId('act-confirm'));
    await called(drawn.engine, 'hideMessage', { id: 'p0' });
    await waitFor(() => expect(screen.queryByTestId('message')).toBeNull());
  });

  const focused = () => document.activeElement;

  test.each([
    ['taken back', 'take-back', mine({ text: 'one' })],
    ['removed', 'hide', theirs({ id: 'm0' })],
  ])('by the mouse goes on where one writes, or at a message: %s', async (_, name, message) => {
    const drawn = await talk(theirs({ id: 'before' }), message);
    act(() => (focused() as HTMLElement).blur());
    fireEvent.contextMenu(within(await row('m0')).getByTestId('message-text'));
    await drawn.user.click(await screen.findByTestId(`act-${name}`));
    await drawn.user.click(await screen.findByTestId('act-confirm'));
    await waitFor(() => expect(screen.getAllByTestId('message-text')).toHaveLength(1));
    const there = focused();
    expect(there?.closest('[data-message]') ?? there?.closest('textarea') ?? null).not.toBeNull();
  });

  test('by keys goes on at the message, or beside the one that was removed', async () => {
    const drawn = await talk(theirs(), mine(), theirs({ id: 'p1' }));
    const remove = async (id: string) => {
      const message = await row(id);
      act(() => message.focus());
      fireEvent.keyDown(message, { key: 'Delete' });
      await drawn.user.click(await screen.findByTestId('act-confirm'));
    };
    await remove('m0');
    await screen.findByText('You took a message back');
    expect(focused()).toBe(await row('m0'));
    await remove('p1');
    await waitFor(() => expect(document.querySelector('[data-message=p1]')).toBeNull());
    expect(focused()).toBe(await row('m0'));
    await remove('p0');
    await waitFor(() => expect(document.querySelector('[data-message=p0]')).toBeNull());
    expect(focused()).toBe(await row('m0'));
  });

  test.each<[ActView['what'], MessageStatus, string | null]>([
    ['edit', 'waiting', 'The change waits'],
    ['edit', 'unconfirmed', 'bob may still see what it said before'],
    ['edit', 'not-delivered', 'bob sees what it said before'],
    ['edit', 'delivered', null],
    ['take-back', 'unconfirmed', 'bob may still see the message'],
    ['take-back', 'not-delivered', 'bob still sees the message'],
    ['take-back', 'read', null],
  ])('or changing (%s, %s) says what the other screen may show', async (what, status, words) => {
    await talk(mine({ act: { what, status } }));
    await row('m0');
    const fate = screen.queryByTestId('act-fate');
    if (words === null) expect(fate).toBeNull();
    else expect(fate?.textContent).toContain(words);
  });
});

describe('reactions', () => {
  const reaction = (status: MessageStatus | null, who: { mine: boolean; theirs: boolean }) => ({
    emoji: '👍',
    status,
    ...who,
  });

  test('say whose they are, and one’s own goes with a press', async () => {
    const drawn = await talk(
      mine({ reactions: [reaction('delivered', { mine: true, theirs: true })] }),
      theirs({ reactions: [reaction(null, { mine: false, theirs: true })] }),
    );
    await drawn.user.click(await screen.findByRole('button', { name: '👍 from you and bob', pressed: true }));
    await called(drawn.engine, 'react', { id: 'm0', emoji: '👍', set: false });
    const theirOwn = within(await row('p0'));
    await drawn.user.click(theirOwn.getByRole('button', { name: '👍 from bob', pressed: false }));
    await called(drawn.engine, 'react', { id: 'p0', emoji: '👍', set: true });
  });

  test('of which it is not known whether they came say so, set or taken away', async () => {
    await talk(
      mine({ reactions: [reaction('unconfirmed', { mine: true, theirs: false })] }),
      theirs({ reactions: [reaction('not-delivered', { mine: false, theirs: false })] }),
    );
    const labels = (await screen.findAllByTestId('reaction')).map((one) => one.getAttribute('aria-label'));
    expect(labels.every((label) => label?.includes('bob may not see it as you do'))).toBe(true);
    expect(labels).toHaveLength(2);
  });
});

describe('by every hand', () => {
  test('a mouse that is on a message has a bar', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    const bubble = within(await row('m0')).getByTestId('message');
    fireEvent.pointerEnter(bubble.parentElement?.parentElement ?? bubble, { pointerType: 'mouse' });
    const bar = await screen.findByRole('toolbar', { name: 'Act on the message' });
    fireEvent.click(within(bar).getByRole('button', { name: 'React with ❤️' }));
    await called(drawn.engine, 'react', { id: 'm0', emoji: '❤️', set: true });
    fireEvent.click(within(bar).getByRole('button', { name: 'Reply' }));
    await screen.findByTestId('writing-reply');
  });

  test('a finger that rests has a sheet', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    const text = within(await row('m0')).getByTestId('message-text');
    fireEvent.pointerDown(text, { pointerType: 'touch' });
    const sheet = await screen.findByTestId('action-sheet');
    expect(within(sheet).getByTestId('act-edit').textContent).toMatch(/15 minutes left|14 minutes left/);
    await drawn.user.click(within(sheet).getByRole('button', { name: 'React with 👍' }));
    await called(drawn.engine, 'react', { id: 'm0', emoji: '👍', set: true });
    expect(screen.queryByTestId('action-sheet')).toBeNull();
  });

  test('what the finger that opened the sheet lets go of is nothing that lies there', async () => {
    const drawn = await talk(mine({ text: 'one' }));
    const text = within(await row('m0')).getByTestId('message-text');
    fireEvent.pointerDown(text, { pointerType: 'touch', isPrimary: true });
    const sheet = await screen.findByTestId('action-sheet');
    for (const under of [within(sheet).getByTestId('act-reply'), sheet]) {
      fireEvent.pointerDown(under, { pointerType: 'touch', isPrimary: false });
      fireEvent.pointerUp(under, { pointerType: 'touch', isPrimary: true });
      fireEvent.click(under, { detail: 1 });
    }
    expect(screen.getByTestId('action-sheet')).toBe(sheet);
    expect(screen.queryByTestId('writing-reply')).toBeNull();
    await drawn.user.click(within(sheet).getByTestId('act-reply'));
    await screen.findByTestId('writing-reply');
  });

  test('the keyboard has Enter for the menu, and a key for each act', async () => {
    const writeText = vi.fn(async () => undefined);
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(writeText);
    const drawn = await talk(mine({ text: 'one' }));
    const message = await row('m0');
    fireEvent.keyDown(message, { code: 'KeyC', key: 'с' });
    await waitFor(() => expect(writeText).toHaveBeenCalledWith('one'));
    await waitFor(() => expect(screen.getByTestId('remark').textContent).toBe('Copied'));
    fireEvent.keyDown(message, { code: 'KeyE', key: 'e', ctrlKey: true });
    expect(screen.queryByTestId('writing-edit')).toBeNull();
    fireEvent.keyDown(message, { key: 'Enter' });
    await drawn.user.click(await screen.findByTestId('act-edit'));
    await screen.findByTestId('writing-edit');
  });
});

describe('a text', () => {
  test('of emoji alone is large, and has no bubble while it is short', async () => {
    await talk(mine({ text: '🥧🥧' }), theirs({ text: '🥧🥧🥧🥧' }));
    const bubbles = [await row('m0'), await row('p0')].map((one) => one.querySelector('.bubble') !== null);
    expect(bubbles).toEqual([false, true]);
  });

  test('that is long is folded, and opened by a press', async () => {
    const long = 'word '.repeat(700).trim();
    const drawn = await talk(theirs({ text: long }));
    const text = await screen.findByTestId('message-text');
    expect(text.textContent?.length).toBeLessThan(800);
    await drawn.user.click(screen.getByRole('button', { name: 'Show more', expanded: false }));
    expect(text.textContent).toBe(long);
    await drawn.user.click(screen.getByRole('button', { name: 'Show less', expanded: true }));
    expect(text.textContent?.endsWith('…')).toBe(true);
  });

  test('has links that open elsewhere and learn nothing of this page', async () => {
    await talk(theirs({ text: 'see example.org and https://раypal.com' }));
    const links = await screen.findAllByRole<HTMLAnchorElement>('link');
    expect(links.map(({ href, rel, target }) => [href, rel, target])).toEqual([
      ['https://example.org/', 'noopener noreferrer', '_blank'],
      ['https://xn--ypal-43d9g.com/', 'noopener noreferrer', '_blank'],
    ]);
    expect(screen.getByTestId('link-host').textContent).toContain('xn--ypal-43d9g.com');
  });

  test('is not given to a translating browser', async () => {
    await talk(theirs());
    expect((await screen.findByTestId('message-text')).getAttribute('translate')).toBe('no');
    expect(composer().getAttribute('translate')).toBe('no');
  });
});

describe('the field', () => {
  test('does not send with the Enter that ends a composition, in any order of events', async () => {
    const drawn = await talk();
    await drawn.user.type(composer(), 'にほんご');
    // Safari and some input methods: first the composition ends, then the key comes, as taken.
    fireEvent.compositionStart(composer());
    fireEvent.compositionEnd(composer());
    fireEvent.keyDown(composer(), { key: 'Enter', keyCode: 229, isComposing: false });
    fireEvent.keyDown(composer(), { key: 'Enter', keyCode: 13, isComposing: true });
    expect(drawn.engine.calls.map(({ name }) => name)).not.toContain('sendText');
    fireEvent.keyDown(composer(), { key: 'Enter', keyCode: 13 });
    await called(drawn.engine, 'sendText', { text: 'にほんご' });
  });

  test('keeps what is too long, and says by how much when one tries to send it', async () => {
    const drawn = await talk();
    await drawn.user.click(composer());
    await drawn.user.paste('x'.repeat(TEXT_MAX_CHARS + 2));
    await drawn.user.keyboard('{Enter}');
    await waitFor(() => expect(screen.getByTestId('remark').textContent).toBe('2 characters too many'));
    expect(composer().value).toHaveLength(TEXT_MAX_CHARS + 2);
    expect(drawn.engine.calls.map(({ name }) => name)).not.toContain('sendText');
  });

  test('says so no longer once it is not too long any more', async () => {
    const drawn = await talk();
    await drawn.user.click(composer());
    await drawn.user.paste('x'.repeat(TEXT_MAX_CHARS + 1));
    await drawn.user.keyboard('{Enter}');
    await waitFor(() => expect(screen.getByTestId('remark').textContent).toBe('1 character too many'));
    await drawn.user.clear(composer());
    await waitFor(() => expect(screen.getByTestId('remark').textContent).toBe(''));
  });

  test('sends no blank lines around a text', async () => {
    const drawn = await talk();
    await drawn.user.click(composer());
    await drawn.user.paste('\n\n  one\n\ntwo\n\n\n');
    await drawn.user.keyboard('{Enter}');
    await called(drawn.engine, 'sendText', { text: '  one\n\ntwo' });
  });

  test('has nothing that the second click of a double click on Send could press', async () => {
    const pressed: string[] = [];
    const { user } = await talkWith(
      <button
        type="button"
        data-testid="tool"
        onPointerDown={() => pressed.push('down')}
        onClick={() => pressed.push('click')}
      />,
    );
    const press = (at: number) => {
      for (const event of [
        new PointerEvent('pointerdown', { bubbles: true }),
        new MouseEvent('click', { bubbles: true }),
      ]) {
        Object.defineProperty(event, 'timeStamp', { value: at });
        act(() => void screen.getByTestId('tool').dispatchEvent(event));
      }
    };
    const sent = async () => {
      await user.type(composer(), 'one');
      const submit = new Event('submit', { bubbles: true, cancelable: true });
      Object.defineProperty(submit, 'timeStamp', { value: 1_000_000 });
      act(() => void composer().form?.dispatchEvent(submit));
      await screen.findByTestId('tool');
    };
    await sent();
    press(1_000_200);
    expect(pressed).toEqual([]);
    press(1_000_500);
    expect(pressed).toEqual(['down', 'click']);
    await sent();
    fireEvent.pointerLeave(screen.getByTestId('tool').parentElement ?? document.body, {
      pointerType: 'mouse',
    });
    press(1_000_200);
    expect(pressed).toHaveLength(4);
  });

  test('loses nothing of what is refused while more is typed', async () => {
    const drawn = await talk();
    let refuse: (() => void) | undefined;
    const { client } = drawn.duet;
    vi.spyOn(client, 'sendText').mockImplementation(
      () => new Promise((_, reject) => (refuse = () => reject({ code: 'too-many-unacknowledged' }))),
    );
    await drawn.user.type(composer(), 'first{Enter}second');
    act(() => refuse?.());
    await waitFor(() => expect(composer().value).toBe('first\nsecond'));
  });

  test('takes emoji where the cursor is', async () => {
    const drawn = await talk();
    await drawn.user.type(composer(), 'ab');
    composer().setSelectionRange(1, 1);
    await drawn.user.click(screen.getByTestId('emoji-open'));
    await drawn.user.click(await screen.findByRole('button', { name: 'Insert 👍' }));
    expect(composer().value).toBe('a👍b');
    await drawn.user.keyboard('{Escape}');
    expect(screen.queryByTestId('emoji-panel')).toBeNull();
  });

  test('counts as the core does', () => {
    for (const text of ['', 'abc', '😀', 'a😀b', '\ud83d', '\ude00\ud83d', 'é', 'e\u0301'])
      expect(charactersOf(text), JSON.stringify(text)).toBe([...text].length);
  });
});

test('what is taken back or removed is not said any more, by a live region either', async () => {
  const { engine } = await draw(<LiveLog peerName="bob" />);
  const at = now() + 1_000;
  const upsert = [theirs({ at, text: 'one' }), theirs({ id: 'p1', at, text: 'two' })];
  act(() => engine.emit({ type: 'messages', upsert }));
  const log = screen.getByTestId('live-log');
  await waitFor(() => expect(log.textContent).toBe('bob: onebob: two'));
  act(() => engine.peer.takeBack('p0'));
  expect(log.textContent).toBe('bob: two');
  act(() => engine.emit({ type: 'messages-removed', ids: ['p1'] }));
  expect(log.textContent).toBe('');
});

test('a part that is gone from the server is said, and costs nothing else', async () => {
  let there = false;
  const Part = lazily<object>(async () => {
    if (!there) throw new TypeError('Failed to fetch dynamically imported module');
    return () => <p>here</p>;
  });
  const { user } = await draw(<Part />);
  expect((await screen.findByTestId('part-gone')).textContent).toContain('newer version');
  there = true;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('here')).toBeTruthy();
});
