// @vitest-environment happy-dom
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { BOB, summaryOf } from '../../engine/fake.ts';
import { conversationWithBob } from '../../testing/conversation.ts';
import { called, draw } from '../../testing/render.tsx';
import { Notices } from '../Notices.tsx';
import { Shell } from '../Shell.tsx';

afterEach(cleanup);

const preferences = {
  theme: 'system',
  contrast: 'system',
  engine: 'auto',
  setTheme: () => undefined,
  setContrast: () => undefined,
  eraseOnDrop: false,
  whoIsHere: true,
  setWhoIsHere: () => undefined,
  notify: 'ask',
  sounds: true,
  setNotify: () => undefined,
  setSounds: () => undefined,
  setEngine: () => undefined,
  setEraseOnDrop: () => undefined,
} as const;
const CAROL = { accountId: 'Y2Fyb2w', name: 'carol' };

async function drawShell() {
  return await draw(
    <>
      <Shell preferences={preferences} />
      <Notices />
    </>,
  );
}

/** The shell, when the test is ready for it. */
function Opened() {
  const [open, setOpen] = useState(false);
  if (open) return <Shell preferences={preferences} />;
  return (
    <button type="button" onClick={() => setOpen(true)}>
      open
    </button>
  );
}

describe('finding a person', () => {
  test('shows live results; who has no key cannot be called', async () => {
    const { user, engine } = await drawShell();
    await user.type(screen.getByTestId('search-input'), 'c');
    const found = (name: string) =>
      waitFor(() => {
        const result = screen.getByTestId<HTMLButtonElement>('search-result');
        expect(result.textContent).toContain(name);
        return result;
      });
    const carol = await found('carol');
    expect(carol.disabled).toBe(true);
    expect(carol.textContent).toContain('they have never been here');
    await user.clear(screen.getByTestId('search-input'));
    await user.type(screen.getByTestId('search-input'), 'Bo');
    await user.click(await found('bob'));
    await called(engine, 'openChat', BOB);
    // He is the one that one talks to, and the search is over.
    expect(await screen.findByRole('button', { name: /^Back to bob/ })).toBeTruthy();
  });

  test('a failed search says why', async () => {
    const { user, engine } = await drawShell();
    engine.failNext('search', { code: 'relay-unreachable' });
    await user.type(screen.getByTestId('search-input'), 'b');
    expect((await screen.findByTestId('notice')).dataset['code']).toBe('relay-unreachable');
  });
});

describe('people one knows', () => {
  test('are there from the start, with one press to call, and how well they are known', async () => {
    const { user, engine } = await drawShell();
    const [row] = await screen.findAllByRole('button', { name: /^Call bob/ });
    expect(row?.textContent).toContain('You know it’s bob');
    if (row === undefined) throw new Error('nobody is known');
    await user.click(row);
    await called(engine, 'openChat', BOB);
    expect(screen.queryByRole('button', { name: /^Call bob/ })).toBeNull();
  });

  test('are nobody where the keys cannot be read; whoever is looked for is found all the same', async () => {
    const { user, engine } = await draw(<Opened />);
    engine.failNext('people', { code: 'storage-unavailable' });
    await user.click(screen.getByRole('button', { name: 'open' }));
    // On the stage, and in the list for phones, which have no stage beside it.
    expect(await screen.findAllByText('It takes two')).toHaveLength(2);
    expect(screen.queryByRole('button', { name: /^Call / })).toBeNull();
    await user.type(screen.getByTestId('search-input'), 'bob');
    await user.click(await screen.findByTestId('search-result'));
    await called(engine, 'openChat', BOB);
  });
});

describe('somebody who is not here', () => {
  test('can be waited for; that they came is said once, and one press calls them', async () => {
    const { user, engine } = await drawShell();
    await act(() => engine.openChat(BOB));
    act(() => engine.setState('peer-offline'));
    await user.click(await screen.findByRole('button', { name: 'Tell me when bob is here' }));
    await called(engine, 'awaitPerson', { accountId: BOB.accountId, on: true });
    const tell = (here: boolean) =>
      act(() => engine.emit({ type: 'presence', here: new Map([[BOB.accountId, here]]) }));
    tell(false);
    expect(screen.queryByTestId('arrived')).toBeNull();
    expect(screen.getByTestId('awaiting')).toBeTruthy();
    tell(true);
    expect((await screen.findByTestId('arrived')).textContent).toContain('bob is here');
    // As long as he is, and one waits on.
    tell(false);
    expect(screen.queryByTestId('arrived')).toBeNull();
    expect(screen.getByTestId('awaiting').textContent).toContain('You are waiting for bob');
    tell(true);
    await user.click(screen.getByTestId('arrived-call'));
    await called(engine, 'openChat', BOB);
    await called(engine, 'awaitPerson', { accountId: BOB.accountId, on: false });
    expect(screen.queryByTestId('arrived')).toBeNull();
    expect(screen.queryByTestId('awaiting')).toBeNull();
  });
});

describe('an incoming conversation', () => {
  test('names a file that came with it, and shows what its name hides', async () => {
    const { engine } = await drawShell();
    const name = 'a\u202egpj.exe';
    act(() => engine.ring('unknown', [{ kind: 'file', name, mediaType: '', size: 2_097_152 }]));
    const file = screen.getByTestId('incoming-file');
    expect(file.textContent).toContain('a\ufffdgpj.exe · 2');
    expect(file.textContent).toContain('once you have answered');
  });

  test('shows the texts that came with it as a request, and as text', async () => {
    const { engine } = await drawShell();
    act(() => engine.ring('first-use', ['hello?', '<b>it is me</b>']));
    const request = screen.getByTestId('incoming-request');
    expect(request.textContent).toContain('proved once you answer');
    expect(request.textContent).toContain('<b>it is me</b>');
  });

  test('is announced with the trust in its key, and can be declined', async () => {
    const { user, engine } = await drawShell();
    act(() => engine.ring('changed'));
    expect(screen.getByRole('alert').textContent).toContain('bob would like to talk');
    expect(screen.getByTestId('incoming-trust').dataset['trust']).toBe('changed');
    // Nobody is answered under another key: both are looked at first.
    expect(screen.getByTestId('incoming-accept').textContent).toBe('Look at the new key');
    await user.click(screen.getByTestId('incoming-decline'));
    await waitFor(() => expect(screen.queryByTestId('incoming-accept')).toBeNull());
    expect(engine.calls.at(-1)?.name).toBe('declineIncoming');
  });

  test('is taken beside the conversation that there is, which goes on', async () => {
    const { user, engine } = await drawShell();
    await act(() => engine.openChat(CAROL));
    act(() => engine.setState('secure'));
    act(() => engine.ring());
    await user.click(screen.getByTestId('incoming-accept'));
    await called(engine, 'acceptIncoming', { id: 'ring-0' });
    expect(engine.calls.map(({ name }) => name)).not.toContain('leaveChat');
  });
});

test('several conversations stand in the list, with what is new in them, and one press shows another', async () => {
  const { user, engine } = await drawShell();
  const bob = conversationWithBob();
  const carol = { ...CAROL, state: 'reconnecting', trust: 'first-use', unread: 2 } as const;
  act(() => engine.emit({ type: 'conversation', conversation: bob }));
  act(() => engine.emit({ type: 'conversations', conversations: [summaryOf(bob), carol] }));
  const rows = screen.getAllByTestId('conversation-row');
  expect(rows.map((row) => row.getAttribute('aria-current'))).toEqual(['true', null]);
  expect(rows[1]?.textContent).toContain('2 new messages');
  if (rows[1] === undefined) throw new Error('no second conversation');
  await user.click(rows[1]);
  await called(engine, 'showChat', { accountId: CAROL.accountId });
});

test('what was typed and not sent stands in the list beside its person, and goes with what is sent', async () => {
  const { user, engine } = await drawShell();
  const bob = conversationWithBob();
  const carol = conversationWithBob({ peer: CAROL });
  act(() => engine.emit({ type: 'conversation', conversation: bob }));
  act(() => engine.emit({ type: 'conversations', conversations: [summaryOf(bob), summaryOf(carol)] }));
  await user.type(await screen.findByTestId('composer-input'), 'see you at ');
  // Beside the field that holds it, it would only stand there twice.
  expect(screen.queryByTestId('draft-note')).toBeNull();
  act(() => engine.emit({ type: 'conversation', conversation: carol }));
  expect((await screen.findByTestId('draft-note')).textContent).toBe('Draft: see you at ');
  expect((await screen.findByTestId<HTMLTextAreaElement>('composer-input')).value).toBe('');
  // What is new says more.
  const unread = { ...summaryOf(bob), unread: 1 };
  act(() => engine.emit({ type: 'conversations', conversations: [unread, summaryOf(carol)] }));
  await waitFor(() => expect(screen.queryByTestId('draft-note')).toBeNull());
  act(() => engine.emit({ type: 'conversation', conversation: bob }));
  await waitFor(() =>
    expect(screen.getByTestId<HTMLTextAreaElement>('composer-input').value).toBe('see you at '),
  );
  await user.click(screen.getByTestId('composer-send'));
  await called(engine, 'sendText', { text: 'see you at ' });
  act(() => engine.emit({ type: 'conversations', conversations: [summaryOf(bob), summaryOf(carol)] }));
  act(() => engine.emit({ type: 'conversation', conversation: carol }));
  await waitFor(() => expect(screen.queryByTestId('draft-note')).toBeNull());
});

test('one’s own connection is said apart from the peer’s, with a way to try now', async () => {
  const { user, engine, duet } = await drawShell();
  const app = duet.stores.app.getState();
  const connection = { state: 'waiting', retryAt: Date.now() + 9_500, browserOffline: false } as const;
  act(() => engine.emit({ type: 'app', app: { ...app, connection } }));
  expect(screen.getByTestId('connection-state').dataset['state']).toBe('waiting');
  expect(screen.getByText(/next in \d+ seconds/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Try now' }));
  await waitFor(() => expect(screen.getByTestId('connection-state').dataset['state']).toBe('online'));
  expect(engine.calls.at(-1)?.name).toBe('retryNow');
});

test('a conversation that waits says for whom: the other side, the line, or oneself who is elsewhere', async () => {
  const { engine, duet } = await drawShell();
  await act(() => engine.openChat(BOB));
  act(() => engine.setState('reconnecting'));
  const state = screen.getByTestId('conversation-state');
  const app = duet.stores.app.getState();
  const line = (connection: typeof app.connection) =>
    act(() => engine.emit({ type: 'app', app: { ...app, connection } }));
  // One's own line is well.
  expect(state.textContent).toBe('Waiting until bob is back');
  expect(document.body.textContent).not.toContain('line is interrupted');
  line({ state: 'waiting', retryAt: Date.now() + 9_500, browserOffline: false });
  expect(state.textContent).toBe('Waiting for the line');
  line({ state: 'replaced', by: 'tab' });
  expect(state.textContent).toBe('Paused here');
  expect(document.body.textContent).not.toContain('line is interrupted');
  expect(screen.getByRole('button', { name: 'Use Duet here' })).toBeTruthy();
});

test('a server that does not take this page is said, and only the person tries again', async () => {
  const { user, engine, duet } = await drawShell();
  const app = duet.stores.app.getState();
  act(() => engine.emit({ type: 'app', app: { ...app, connection: { state: 'refused' } } }));
  expect(screen.getByTestId('connection-state').dataset['state']).toBe('refused');
  expect(screen.getByText(/will not try again by itself/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Try now' }));
  await waitFor(() => expect(engine.calls.at(-1)?.name).toBe('retryNow'));
});

test('a failure that no form waits for is told as a notice, with the limit, until it is dismissed', async () => {
  const { user, engine } = await drawShell();
  act(() => engine.emit({ type: 'notice', error: { code: 'file-too-large' } }));
  const notice = screen.getByTestId('notice');
  expect(notice.dataset['code']).toBe('file-too-large');
  expect(notice.textContent).toContain('up to 50 MB');
  await user.click(screen.getByRole('button', { name: 'Dismiss', hidden: true }));
  await waitFor(() => expect(screen.queryByTestId('notice')).toBeNull());
});
