// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { makeRoomForKeyboard } from './keyboard.ts';

class View extends EventTarget {
  height = window.innerHeight;
  scale = 1;

  becomes(height: number, scale = 1): string {
    Object.assign(this, { height, scale });
    this.dispatchEvent(new Event('resize'));
    return document.documentElement.style.getPropertyValue('--view-height');
  }
}

test('the page is as high as a keyboard leaves it, and pinching is no keyboard', () => {
  const view = new View();
  makeRoomForKeyboard(view as unknown as VisualViewport);
  expect(view.becomes(window.innerHeight)).toBe('');
  expect(view.becomes(400)).toBe('400px');
  expect(view.becomes(200, 2)).toBe('400px');
  expect(view.becomes(window.innerHeight - 50)).toBe('');
});
