// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { VERSION } from '../../../../viewer/version.ts';
import { type FromFrame, ViewerFrame } from './frame.ts';

const frames: ViewerFrame[] = [];
afterEach(() => {
  for (const frame of frames.splice(0)) frame.close();
});

/** A frame whose document says this when it listens; what it is handed, and what the page hears of it. */
function greeted(said: unknown) {
  const handed = vi.fn();
  const element = document.createElement('iframe');
  const inside = { postMessage: handed } as unknown as Window;
  Object.defineProperty(element, 'contentWindow', { value: inside });
  const frame = new ViewerFrame(element);
  frames.push(frame);
  const heard: FromFrame[] = [];
  frame.hear((message) => heard.push(message));
  const hello = new MessageEvent('message', { data: said });
  Object.defineProperty(hello, 'source', { value: inside });
  window.dispatchEvent(hello);
  return { frame, handed, heard };
}

test('a frame of the same version is handed the port', () => {
  const { handed, heard } = greeted(VERSION);
  expect(handed).toHaveBeenCalledOnce();
  expect(heard).toEqual([]);
});

test.each([
  ['an earlier one, which said none', null],
  ['another one', `${VERSION}0`],
])('%s gets nothing of a file, and whoever asks it learns why', async (_, said) => {
  const { frame, handed, heard } = greeted(said);
  expect(handed).not.toHaveBeenCalled();
  expect(heard).toEqual([{ type: 'outdated' }]);
  frame.say({ type: 'play' });
  await Promise.resolve();
  expect(heard).toEqual([{ type: 'outdated' }, { type: 'outdated' }]);
});
