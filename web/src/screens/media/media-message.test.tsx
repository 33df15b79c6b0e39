// @vitest-environment happy-dom
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TransferView } from '../../engine/contract.ts';
import { BOB } from '../../engine/fake.ts';
import { fileTransfer } from '../../testing/conversation.ts';
import { draw } from '../../testing/render.tsx';
import { ChatUiContext, createChatUi } from '../chat/chat-ui.ts';
import { MediaMessage } from './MediaMessage.tsx';
import type { Still } from './view/workshop.ts';

/** The frame that makes pictures is a browser's: a test says when one is made. */
let made: (still: Still) => void;
let making: Promise<Still>;
vi.mock('./view/workshop.ts', () => ({
  stillOf: () => making,
  onWorkshopClosed: () => undefined,
}));

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const WEBM = '\x1aE\xdf\xa3....webm..';
const picture = { width: 16, height: 9, close: () => undefined } as ImageBitmap;

const shown = (head: string, more: Partial<TransferView>, mine = true) => {
  const transfer = fileTransfer({ state: 'done', blob: new Blob([bytes(head)]), ...more });
  return draw(
    <ChatUiContext value={createChatUi(BOB.accountId)}>
      <MediaMessage transfer={transfer} mine={mine} peerName="bob" />
    </ChatUiContext>,
  );
};
const film = { name: 'clip.webm', mediaType: 'video/webm', kind: 'video' } as const;
const there = (...ids: readonly string[]) => ids.filter((id) => screen.queryByTestId(id) !== null);

beforeEach(() => {
  making = new Promise((resolve) => {
    made = resolve;
  });
  // What is drawn is not looked at here.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('a film', () => {
  test.each([
    ['own', true],
    ['of a peer', false],
  ] as const)('%s has one picture, which is round', async (_, mine) => {
    await shown(`${WEBM}V_VP8`, film, mine);
    await screen.findByTestId('circle-empty');
    expect(there('circle', 'circle-toggle', 'transfer-picture')).toEqual([]);
    await act(async () => made({ picture, duration: 6 }));
    expect(there('circle-empty', 'circle-picture', 'transfer-picture')).toEqual(['circle-picture']);
    expect(screen.getByTestId('circle-toggle').textContent).toBe('0:06');
    expect(there('transfer', 'transfer-open')).toEqual(['transfer', 'transfer-open']);
  });

  test('of which no picture can be made is a file like others', async () => {
    await shown(`${WEBM}V_VP8`, film);
    await screen.findByTestId('circle-empty');
    await act(async () => made({ picture: null, duration: 0 }));
    expect(there('circle', 'circle-empty', 'transfer-picture')).toEqual([]);
  });

  test('without pictures is a sound, and has no circle at any time', async () => {
    await shown(`${WEBM}A_OPUS`, { ...film, name: 'sound.webm' });
    await screen.findByTestId('transfer-open');
    expect(there('circle', 'circle-empty')).toEqual([]);
  });
});

describe('how far a file has come', () => {
  test('is said by the receipt of one’s own, and by the file of a peer', async () => {
    await shown('words', {});
    await screen.findByTestId('transfer-none');
    expect(screen.getByTestId('transfer').textContent).not.toContain('Arrived');
    cleanup();
    await shown('words', {}, false);
    expect(screen.getByTestId('transfer').textContent).toContain('Arrived');
  });
});

describe('a file that is not what it is said to be', () => {
  test.each([
    ['broken.png', 'image/png', 'image', 'This is not a picture this browser can show.'],
    ['broken.mp4', 'video/mp4', 'video', 'This is not a film this browser can show.'],
  ] as const)('%s says so, and can be saved', async (name, mediaType, kind, words) => {
    await shown('not that', { name, mediaType, kind }, false);
    const said = await screen.findByTestId('transfer-none');
    expect(said.textContent).toBe(`${words} Save it and open it with another program.`);
    expect(there('transfer-open', 'transfer-save', 'circle')).toEqual(['transfer-save']);
  });

  test('that may only be looked at says so, and offers nothing that there is not', async () => {
    await shown('not that', { name: 'broken.png', mediaType: 'image/png', mode: 'viewOnly' }, false);
    const said = await screen.findByTestId('transfer-none');
    expect(said.textContent).toBe(
      'This is not a picture this browser can show. Ask for it in another format, or to be allowed to save it.',
    );
    expect(there('transfer-open', 'transfer-save')).toEqual([]);
  });
});
