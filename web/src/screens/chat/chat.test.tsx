// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type {
  ConnectionView,
  ConversationState,
  ConversationView,
  FileToSend,
  MessageStatus,
  TransferState,
} from '../../engine/contract.ts';
import { BOB } from '../../engine/fake.ts';
import { conversationWithBob, fileTransfer, textMessage } from '../../testing/conversation.ts';
import { called, type Drawn, draw } from '../../testing/render.tsx';
import { useConversation } from '../duet.tsx';
import { FileMessage, type FileMessageProps } from '../media/FileMessage.tsx';
import { Chat } from './Chat.tsx';
import { ChatUiContext, createChatUi } from './chat-ui.ts';
import { MessageRow } from './MessageRow.tsx';
import { lastMine, type Place, placeOf } from './place.ts';

afterEach(cleanup);

/** The only one there is. */
const alone = { day: false, first: true, receipt: true };

/** Parts of a conversation, without the rest of it. */
function WithBob({ children }: { readonly children: ReactNode }) {
  const [ui] = useState(() => createChatUi(BOB.accountId));
  return <ChatUiContext value={ui}>{children}</ChatUiContext>;
}

const Row = (props: { readonly id: string; readonly place: Place }) => (
  <WithBob>
    <MessageRow peer={BOB} {...props} />
  </WithBob>
);

const OfFile = (props: Omit<FileMessageProps, 'peerName'>) => (
  <WithBob>
    <FileMessage peerName="bob" {...props} />
  </WithBob>
);

function OpenChat() {
  const conversation = useConversation();
  return conversation && <Chat conversation={conversation} onBack={() => undefined} />;
}

async function openChat({ state = 'secure', ...more }: Partial<ConversationView> = {}): Promise<Drawn> {
  const drawn = await draw(<OpenChat />);
  await act(() => drawn.engine.openChat(BOB));
  act(() => drawn.engine.setState(state, more));
  return drawn;
}

const commands = ({ engine }: Drawn) => engine.calls.map(({ name }) => name);
const composer = () => screen.getByTestId<HTMLTextAreaElement>('composer-input');

describe('a message', () => {
  test.each<[MessageStatus, string]>([
    ['waiting', 'Waits, and goes by itself'],
    ['early', 'Went along with the call'],
    ['sending', 'Sent'],
    ['delivered', 'Arrived'],
    ['read', 'Read'],
    ['unconfirmed', 'May not have arrived'],
    ['not-delivered', 'Did not arrive'],
  ])('of mine that is %s says so in words', async (status, words) => {
    const { engine, duet } = await draw(<Row id="m0" place={alone} />);
    const app = duet.stores.app.getState();
    act(() => engine.emit({ type: 'app', app: { ...app, connection: { state: 'online' } } }));
    act(() => engine.emit({ type: 'messages', upsert: [textMessage({ status })] }));
    expect(screen.getByTestId('receipt').textContent).toBe(words);
    expect(screen.getByTestId('message').dataset).toMatchObject({ mine: 'true', status });
  });

  test('of mine that was given to a line that is gone is not said to be sent', async () => {
    const { engine, duet } = await draw(<Row id="m0" place={alone} />);
    const app = duet.stores.app.getState();
    const line = (connection: ConnectionView) =>
      act(() => engine.emit({ type: 'app', app: { ...app, connection } }));
    line({ state: 'online' });
    act(() => engine.emit({ type: 'messages', upsert: [textMessage({ status: 'sending' })] }));
    line({ state: 'waiting', retryAt: 0, browserOffline: true });
    expect(screen.getByTestId('receipt').textContent).toBe('Waits, and goes by itself');
    line({ state: 'online' });
    expect(screen.getByTestId('receipt').textContent).toBe('Sent');
  });

  test.each<[MessageStatus, boolean]>([
    ['read', false],
    ['unconfirmed', true],
    ['not-delivered', true],
  ])('of mine that others follow and that is %s tells how far it has come: %s', async (status, told) => {
    const { engine } = await draw(<Row id="m0" place={{ ...alone, receipt: false }} />);
    act(() => engine.emit({ type: 'messages', upsert: [textMessage({ status })] }));
    expect(screen.queryByTestId('receipt') !== null).toBe(told);
  });

  test('of the peer has their name and no status', async () => {
    const { engine } = await draw(<Row id="p0" place={alone} />);
    act(() => engine.emit({ type: 'messages', upsert: [textMessage({ id: 'p0', mine: false })] }));
    expect(screen.getByText('bob')).toBeTruthy();
    expect(screen.queryByTestId('receipt')).toBeNull();
  });

  test('that goes on from the one above has no name to be seen, and one to be heard', async () => {
    const { engine } = await draw(<Row id="p0" place={{ ...alone, first: false }} />);
    act(() => engine.emit({ type: 'messages', upsert: [textMessage({ id: 'p0', mine: false })] }));
    expect(screen.getByText('bob:').className).toBe('sr-only');
    expect(screen.queryByText('bob')).toBeNull();
  });

  test('that came before the session was proved says so', async () => {
    const { engine } = await draw(<Row id="p0" place={alone} />);
    const early = textMessage({ id: 'p0', mine: false, unconfirmed: true });
    act(() => engine.emit({ type: 'messages', upsert: [early] }));
    expect(screen.getByTestId('message-unconfirmed')).toBeTruthy();
    act(() => engine.emit({ type: 'messages', upsert: [{ ...early, unconfirmed: false }] }));
    expect(screen.queryByTestId('message-unconfirmed')).toBeNull();
  });

  test('of the app itself stands between the others', async () => {
    const { engine } = await draw(<Row id="n0" place={alone} />);
    const note = { ...textMessage({ id: 'n0' }), body: { kind: 'note', note: 'renewed' } } as const;
    act(() => engine.emit({ type: 'messages', upsert: [note] }));
    expect(screen.getByTestId('conversation-note').textContent).toContain('Fresh keys');
    expect(screen.queryByTestId('message')).toBeNull();
  });

  test('is text and never markup', async () => {
    const { engine } = await draw(<Row id="m0" place={alone} />);
    act(() =>
      engine.emit({ type: 'messages', upsert: [textMessage({ text: '<img src=x> & <b>bold</b>' })] }),
    );
    expect(screen.getByTestId('message-text').textContent).toBe('<img src=x> & <b>bold</b>');
    expect(screen.getByTestId('message-text').children).toHaveLength(0);
  });
});

describe('a file', () => {
  test('under way shows its progress and can be cancelled', async () => {
    const drawn = await draw(<OfFile transfer={fileTransfer({ done: 256 * 1024 })} mine={false} />);
    const bar = screen.getByRole('progressbar', { name: 'Progress of report.pdf' });
    expect(bar.getAttribute('aria-valuenow')).toBe('25');
    await drawn.user.click(screen.getByRole('button', { name: 'Stop sending report.pdf' }));
    await called(drawn.engine, 'cancelTransfer', { fid: 'f0' });
  });

  test.each([
    ['own', true],
    ['of a peer', false],
  ])('%s, can be stopped for now and gone on with; the words say who can', async (_, mine) => {
    const drawn = await draw(<OfFile transfer={fileTransfer()} mine={mine} />);
    await drawn.user.click(screen.getByRole('button', { name: 'Pause report.pdf' }));
    await called(drawn.engine, 'pauseTransfer', { fid: 'f0', paused: true });
    cleanup();
    const paused = await draw(
      <OfFile transfer={fileTransfer({ state: 'paused', pausedBy: ['me'] })} mine={mine} />,
    );
    await paused.user.click(screen.getByRole('button', { name: 'Resume report.pdf' }));
    await called(paused.engine, 'pauseTransfer', { fid: 'f0', paused: false });
    cleanup();
    const byPeer = fileTransfer({ state: 'paused', pausedBy: ['peer'] });
    await draw(<OfFile transfer={byPeer} mine={mine} />);
    expect(screen.getByTestId('transfer').textContent).toContain('Paused by bob, who can resume it');
    expect(screen.queryByTestId('transfer-pause')).toBeNull();
  });

  test.each([
    ['both', false, ['open', 'save']],
    ['viewOnly', false, ['open']],
    ['downloadOnly', false, ['save']],
    ['both', true, ['open']],
    ['viewOnly', true, ['open']],
    ['downloadOnly', true, ['open']],
  ] as const)('that may be used as %s offers to its owner (%s): %s', async (mode, mine, offered) => {
    const blob = new Blob(['some words']);
    const transfer = fileTransfer({ mediaType: 'text/plain', state: 'done', mode, blob });
    await draw(<OfFile transfer={transfer} mine={mine} />);
    await screen.findByTestId(`transfer-${offered[0]}`);
    const there = (['open', 'save'] as const).filter(
      (one) => screen.queryByTestId(`transfer-${one}`) !== null,
    );
    expect(there).toEqual(offered);
  });

  test('that was saved was seen, and the sender hears of it', async () => {
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:here');
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    const transfer = fileTransfer({ state: 'done', mode: 'downloadOnly', blob: new Blob(['some words']) });
    const drawn = await draw(<OfFile transfer={transfer} mine={false} />);
    expect(commands(drawn)).not.toContain('markSeen');
    await drawn.user.click(screen.getByTestId('transfer-save'));
    await called(drawn.engine, 'markSeen', { fid: 'f0' });
  });

  test('that is complete can be saved by its receiver, under its own name', async () => {
    const blob = new Blob(['x']);
    const address = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:here');
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
      this: HTMLAnchorElement,
    ) {
      expect(this.download).toBe('report.pdf');
    });
    const { user } = await draw(<OfFile transfer={fileTransfer({ state: 'done', blob })} mine={false} />);
    await user.click(screen.getByTestId('transfer-save'));
    await waitFor(() => expect(address).toHaveBeenCalledWith(blob));
    expect(clicked).toHaveBeenCalledOnce();
  });

  test.each<TransferState>([
    'rejected',
    'cancelled-by-me',
    'cancelled-by-peer',
    'interrupted',
    'source-changed',
  ])('that ended as %s offers nothing to save or cancel, whatever else it carries', async (state) => {
    await draw(<OfFile transfer={fileTransfer({ state, blob: new Blob(['x']) })} mine={false} />);
    expect(screen.getByTestId('transfer').dataset['state']).toBe(state);
    expect(screen.queryByTestId('transfer-save')).toBeNull();
    expect(screen.queryByTestId('transfer-cancel')).toBeNull();
  });
});

describe('the state of the conversation', () => {
  test.each<[ConversationState, string]>([
    ['peer-offline', 'bob is not here'],
    ['ringing-out', 'Waiting for bob'],
    ['secure', 'Just the two of you'],
    ['reconnecting', 'Waiting until bob is back'],
    ['peer-disconnected', 'The conversation is over'],
    ['expired', 'A day has passed'],
  ])('%s reads “%s” and one can write only in what is open', async (state, label) => {
    await openChat({ state });
    const chip = screen.getByTestId('conversation-state');
    expect(chip.getAttribute('role')).toBe('status');
    expect(chip.dataset['state']).toBe(state);
    expect(chip.textContent).toBe(label);
    // What is over has no field that looks as if one could write; what rings takes words and no files.
    const open = state === 'secure' || state === 'reconnecting' || state === 'ringing-out';
    expect(screen.queryByTestId('composer-input') !== null).toBe(open);
    const attach = screen.queryByRole<HTMLButtonElement>('button', { name: 'Add a file' });
    expect(attach?.disabled).toBe(open ? state === 'ringing-out' : undefined);
  });

  test('an end without goodbye and refused frames are said', async () => {
    await openChat({ state: 'peer-silent', endedAbruptly: true, refusedFrames: 2 });
    expect(screen.getByText(/without a goodbye from bob/)).toBeTruthy();
    expect(screen.getByTestId('refused-warning').textContent).toContain('2 things');
  });

  test('after the end one can call again, or close', async () => {
    const drawn = await openChat({ state: 'no-answer' });
    await drawn.user.click(screen.getByRole('button', { name: 'Call bob again' }));
    await waitFor(() => expect(commands(drawn).filter((name) => name === 'openChat')).toHaveLength(2));
    expect(drawn.engine.calls.at(-1)).toEqual({ name: 'openChat', input: BOB });
  });
});

describe('writing', () => {
  test('Enter sends, Shift+Enter starts a line', async () => {
    const drawn = await openChat();
    await drawn.user.type(composer(), 'one{Shift>}{Enter}{/Shift}two{Enter}');
    await called(drawn.engine, 'sendText', { text: 'one\ntwo' });
    expect(composer().value).toBe('');
  });

  test('what could not be sent is back in the field, with the reason', async () => {
    const drawn = await openChat();
    drawn.engine.failNext('sendText', { code: 'too-many-unacknowledged' });
    await drawn.user.type(composer(), 'keep me');
    await drawn.user.click(screen.getByTestId('composer-send'));
    const { notices } = drawn.duet.stores;
    await waitFor(() => expect(notices.getState().list[0]?.error.code).toBe('too-many-unacknowledged'));
    await waitFor(() => expect(composer().value).toBe('keep me'));
  });

  test('begins while it rings: texts go with the call, files wait for the session', async () => {
    const drawn = await openChat({ state: 'ringing-out', writable: 'early' });
    expect(composer().placeholder).toBe('A first word to bob');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Add a file' }).disabled).toBe(true);
    await drawn.user.type(composer(), 'are you there?{Enter}');
    await called(drawn.engine, 'sendText', { text: 'are you there?' });
    expect(commands(drawn)).not.toContain('setTyping');
  });

  test('what was written before the call was accepted, and got lost, is said', async () => {
    await openChat({ earlyDropped: 2 });
    expect(screen.getByTestId('early-dropped').textContent).toContain('2 messages that bob wrote');
  });

  test('the counter appears near the limit, and over it nothing is sent', async () => {
    const drawn = await openChat();
    // It comes with the first letter.
    const send = () => screen.getByTestId<HTMLButtonElement>('composer-send');
    await drawn.user.click(composer());
    // Four bytes and two UTF-16 units each, but one character.
    await drawn.user.paste('😀'.repeat(4000));
    expect(screen.getByText('0 characters left')).toBeTruthy();
    expect(send().disabled).toBe(false);
    await drawn.user.paste('x');
    expect(screen.getByText('1 character too many')).toBeTruthy();
    expect(send().disabled).toBe(true);
    await drawn.user.keyboard('{Enter}');
    expect(commands(drawn)).not.toContain('sendText');
  });

  test('a draft survives the loss of the connection', async () => {
    const drawn = await openChat();
    await drawn.user.type(composer(), 'half a thou');
    act(() => drawn.engine.setState('reconnecting'));
    act(() => drawn.engine.emit({ type: 'conversation', conversation: null }));
    act(() => drawn.engine.emit({ type: 'conversation', conversation: conversationWithBob() }));
    expect(composer().value).toBe('half a thou');
  });

  test('several files are shown once more, one can be left out, and they go in their order', async () => {
    const drawn = await openChat();
    const files = ['first', 'second', 'third'].map((name) => new File([name], `${name}.txt`));
    await drawn.user.upload(screen.getByTestId('attach-input'), files);
    const dialog = await screen.findByTestId('send-dialog');
    expect(commands(drawn)).not.toContain('sendFile');
    await drawn.user.click(within(dialog).getByRole('button', { name: 'Leave out second.txt' }));
    await drawn.user.click(within(dialog).getByTestId('send-mode-viewOnly'));
    await drawn.user.click(within(dialog).getByRole('button', { name: 'Send 2 files' }));
    const sent = () => drawn.engine.calls.filter(({ name }) => name === 'sendFile').map(({ input }) => input);
    await waitFor(() => expect(sent()).toHaveLength(2));
    expect(sent()).toEqual([
      { accountId: BOB.accountId, file: files[0], kind: 'file', mode: 'viewOnly' },
      { accountId: BOB.accountId, file: files[2], kind: 'file', mode: 'viewOnly' },
    ]);
    expect(screen.queryByTestId('send-dialog')).toBeNull();
  });

  test('the keys begin at what may be done with a file, and Enter sends it', async () => {
    const drawn = await openChat();
    const file = new File(['first'], 'first.txt');
    fireEvent.change(screen.getByTestId('attach-input'), { target: { files: [file] } });
    const first = await screen.findByTestId('send-mode-both');
    expect(document.activeElement).toBe(first);
    await drawn.user.keyboard('{Enter}');
    await called(drawn.engine, 'sendFile', { file, kind: 'file', mode: 'both' });
    expect(screen.queryByTestId('send-dialog')).toBeNull();
  });

  test('a file over the limit is refused with words, and the others are not', async () => {
    const drawn = await openChat();
    const large = new File(['x'], 'large.bin');
    Object.defineProperty(large, 'size', { value: 50 * 1024 * 1024 + 1 });
    await drawn.user.upload(screen.getByTestId('attach-input'), [large, new File(['x'], 'small.bin')]);
    expect((await screen.findByTestId('intake-hint')).textContent).toContain('large.bin is too large');
    const dialog = await screen.findByTestId('send-dialog');
    expect(dialog.textContent).toContain('small.bin');
    expect(dialog.textContent).not.toContain('large.bin');
  });

  test('a picture leaves its place and notes here, however fast it is sent', async () => {
    const drawn = await openChat();
    const [place, pixels] = ['Exif\0\0MM where it was', [0xff, 0xda, 0, 3, 1, 9, 0xff, 0xd9]];
    const notes = [0xff, 0xe1, 0, place.length + 2, ...new TextEncoder().encode(place)];
    const bytes = Uint8Array.from([0xff, 0xd8, ...notes, ...pixels]);
    const picture = new File([bytes], 'a.jpg', { type: 'image/jpeg' });
    let read: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      read = resolve;
    });
    vi.spyOn(picture, 'arrayBuffer').mockImplementation(async () => {
      await slow;
      return bytes.buffer;
    });
    await drawn.user.upload(screen.getByTestId('attach-input'), picture);
    await drawn.user.click(await screen.findByTestId('send-mode-viewOnly'));
    await drawn.user.click(screen.getByTestId('send-submit'));
    expect(commands(drawn)).not.toContain('sendFile');
    read();
    await waitFor(() => expect(commands(drawn)).toContain('sendFile'));
    const sent = drawn.engine.calls.at(-1)?.input as FileToSend | undefined;
    expect([...new Uint8Array((await sent?.file.arrayBuffer()) ?? [])]).toEqual([0xff, 0xd8, ...pixels]);
  });

  test('files that are brought while others are looked at join them', async () => {
    const drawn = await openChat();
    const chosen = screen.getByTestId('attach-input');
    await drawn.user.upload(chosen, new File(['1'], 'first.txt'));
    const dialog = await screen.findByTestId('send-dialog');
    await drawn.user.upload(chosen, new File(['2'], 'second.txt'));
    expect(await within(dialog).findByText('second.txt')).toBeTruthy();
    expect(within(dialog).getByText('first.txt')).toBeTruthy();
  });

  test('a pasted picture is asked about; a pasted table is text', async () => {
    await openChat();
    const paste = (types: readonly string[]) => {
      const file = new File(['x'], 'image.png', { type: 'image/png' });
      const item = { kind: 'file', type: 'image/png', getAsFile: () => file, webkitGetAsEntry: () => null };
      const event = new Event('paste', { bubbles: true });
      Object.assign(event, { clipboardData: { types, files: [file], items: [item] } });
      act(() => void document.dispatchEvent(event));
    };
    paste(['text/plain', 'Files']);
    expect(screen.queryByTestId('send-dialog')).toBeNull();
    paste(['Files']);
    const dialog = await screen.findByTestId('send-dialog');
    // Every screenshot would have the same name.
    expect(dialog.textContent).toMatch(/\d{4}-\d{2}-\d{2} \d{2}-\d{2}-\d{2}\.png/);
  });

  test('a folder is refused with words, and what came beside it is not', async () => {
    await openChat();
    const drop = (entries: readonly { name: string; isDirectory: boolean }[]) => {
      const items = entries.map(({ name, isDirectory }) => ({
        kind: 'file',
        getAsFile: () => new File(['x'], name),
        webkitGetAsEntry: () => ({ name, isDirectory }),
      }));
      const event = new Event('drop', { bubbles: true, cancelable: true });
      Object.assign(event, { dataTransfer: { types: ['Files'], files: [], items } });
      act(() => void document.dispatchEvent(event));
      expect(event.defaultPrevented).toBe(true);
    };
    drop([{ name: 'holiday', isDirectory: true }]);
    expect((await screen.findByTestId('intake-hint')).textContent).toContain('“holiday” is a folder');
    expect(screen.queryByTestId('send-dialog')).toBeNull();
    drop([
      { name: 'holiday', isDirectory: true },
      { name: 'map.txt', isDirectory: false },
    ]);
    expect((await screen.findByTestId('send-dialog')).textContent).toContain('map.txt');
  });
});

describe('a changed key', () => {
  const blocked = () => openChat({ state: 'blocked-key-changed', trust: 'changed' });

  test('takes the whole pane, shows both fingerprints, and is looked at before anything can be accepted', async () => {
    const drawn = await blocked();
    expect(screen.getByRole('alert').textContent).toContain('may not be the bob you know');
    const pinned = await screen.findByTestId('fingerprint-pinned-emoji');
    const now = screen.getByTestId('fingerprint-theirs-emoji');
    expect(pinned.textContent).not.toBe(now.textContent);
    expect(within(pinned).getAllByRole('listitem')).toHaveLength(3);
    expect(screen.queryByTestId('composer-input')).toBeNull();
    expect(screen.queryByTestId('fingerprint-open')).toBeNull();
    expect(screen.queryByTestId('blocked-accept')).toBeNull();
    expect(commands(drawn)).not.toContain('acceptChangedKey');
  });

  test('is accepted by somebody who heard every row of the new one', async () => {
    const drawn = await blocked();
    await drawn.user.click(await screen.findByTestId('blocked-compare'));
    const accept = screen.getByTestId<HTMLButtonElement>('blocked-accept');
    for (const row of screen.getAllByTestId('fingerprint-row')) {
      expect(accept.disabled).toBe(true);
      await drawn.user.click(row);
    }
    await drawn.user.click(accept);
    await waitFor(() => expect(commands(drawn)).toContain('acceptChangedKey'));
  });

  test('is accepted unheard only by somebody who says who told them', async () => {
    const drawn = await blocked();
    await drawn.user.click(await screen.findByTestId('blocked-know'));
    const accept = screen.getByTestId<HTMLButtonElement>('blocked-accept');
    expect(accept.disabled).toBe(true);
    await drawn.user.click(accept);
    expect(commands(drawn)).not.toContain('acceptChangedKey');
    await drawn.user.click(screen.getByTestId('blocked-told'));
    await drawn.user.click(accept);
    await waitFor(() => expect(commands(drawn)).toContain('acceptChangedKey'));
  });

  test('can be left alone', async () => {
    const drawn = await blocked();
    await drawn.user.click(await screen.findByTestId('blocked-refuse'));
    await waitFor(() => expect(commands(drawn)).toContain('leaveChat'));
    expect(commands(drawn)).not.toContain('acceptChangedKey');
  });
});

describe('messages among their neighbours', () => {
  const minute = 60_000;
  const at = (index: number, minutes: number, mine: boolean) =>
    textMessage({ id: `${index}`, mine, at: new Date('2026-11-29T23:50').getTime() + minutes * minute });
  const state = (...list: ReturnType<typeof at>[]) => ({
    order: list.map(({ id }) => id),
    byId: new Map(list.map((message) => [message.id, message])),
  });

  test('are grouped by author, until a pause of five minutes or another day', () => {
    const messages = state(
      at(0, 0, true),
      at(1, 4, true),
      at(2, 5, false),
      at(3, 9, false),
      at(4, 11, false),
    );
    const places = messages.order.map((_, index) => placeOf(messages, index, lastMine(messages)));
    expect(places.map(({ first }) => first)).toEqual([true, false, true, false, true]);
    expect(places.map(({ day }) => day)).toEqual([false, false, false, false, true]);
    const later = state(at(0, 0, true), at(1, 6, true));
    expect(placeOf(later, 1, 1)).toMatchObject({ first: true, day: false });
  });

  test('tell how far the last of one’s own has come, and no other', () => {
    const messages = state(at(0, 0, true), at(1, 1, true), at(2, 2, false));
    expect(lastMine(messages)).toBe(1);
    expect(messages.order.map((_, index) => placeOf(messages, index, 1).receipt)).toEqual([
      false,
      true,
      false,
    ]);
    expect(lastMine(state(at(0, 0, false)))).toBe(-1);
  });
});

describe('what is said to those who hear the page', () => {
  const log = () => screen.getByTestId('live-log').textContent;
  const bobSays = (text: string, at: number) => textMessage({ id: text, mine: false, at, text });

  test('is each message that comes, once', async () => {
    const { engine } = await openChat();
    act(() => engine.say('the key is under the mat'));
    await waitFor(() => expect(log()).toBe('bob: the key is under the mat'));
  });

  test('is what the other person changes, and their reaction, once each', async () => {
    const { engine } = await openChat();
    act(() => engine.say('the key is under the mat'));
    await waitFor(() => expect(log()).toBe('bob: the key is under the mat'));
    act(() => engine.peer.edit('p0', 'the key is in the shed'));
    await waitFor(() => expect(log()).toContain('bob changed a message to: the key is in the shed'));
    act(() => engine.peer.react('p0', '👍'));
    act(() => engine.peer.react('p0', '👍', false));
    act(() => engine.peer.react('p0', '🎉'));
    await waitFor(() => expect(log()).toContain('bob reacted with 🎉 to: the key is in the shed'));
    expect(log()?.match(/shed/g)).toHaveLength(3);
  });

  test('is one utterance for a message that is changed as it comes', async () => {
    const { engine } = await openChat();
    act(() => engine.say('the key is under the mat'));
    act(() => engine.peer.edit('p0', 'the key is in the shed'));
    await waitFor(() => expect(log()).not.toBe(''));
    expect(log()).toBe('bob: the key is in the shed');
  });

  test('is nothing of what was erased, also not what was about to be said', async () => {
    vi.useFakeTimers();
    try {
      const { engine } = await openChat();
      act(() => engine.say('said before'));
      act(() => vi.advanceTimersByTime(1_000));
      expect(log()).toContain('said before');
      act(() => engine.say('said last'));
      act(() => vi.advanceTimersByTime(100));
      act(() => engine.setState('peer-disconnected'));
      expect(log()).toBe('');
      act(() => vi.advanceTimersByTime(60_000));
      expect(log()).toBe('');
    } finally {
      vi.useRealTimers();
    }
  });

  test('is nothing old, when a conversation comes to the screen again', async () => {
    vi.useFakeTimers();
    try {
      const { engine } = await openChat();
      const carol = conversationWithBob({ peer: { accountId: 'Y2Fyb2w', name: 'carol' } });
      act(() => engine.emit({ type: 'conversation', conversation: carol }));
      const earlier = Date.now() - 1_000;
      act(() =>
        engine.emit({ type: 'messages', upsert: [bobSays('one', earlier), bobSays('two', earlier)] }),
      );
      act(() => vi.advanceTimersByTime(1_000));
      expect(log()).toBe('');
      act(() => engine.emit({ type: 'messages', upsert: [bobSays('three', Date.now())] }));
      act(() => vi.advanceTimersByTime(1_000));
      expect(log()).toBe('carol: three');
    } finally {
      vi.useRealTimers();
    }
  });
});
