import { expect, test } from 'vitest';
import { readText, textPages, wrapped } from './text.ts';

test('long lines go on in the next one, empty ones stay, and no character is cut', () => {
  expect(wrapped('ab\r\n\nabcdef', 4)).toEqual(['ab', '', 'abcd', 'ef']);
  expect(wrapped('👋👋👋', 2)).toEqual(['👋👋', '👋']);
});

test('every line is on one page', () => {
  const text = Array.from({ length: 150 }, (_, line) => `line ${line}`).join('\n');
  const drawn: string[] = [];
  const context = new Proxy(
    {},
    {
      get: (_, name) => (name === 'fillText' ? (line: string) => drawn.push(line) : () => undefined),
      set: () => true,
    },
  );
  for (const page of textPages(text)) page.draw(context as CanvasRenderingContext2D, 0, 0, 10, 10);
  expect(drawn).toEqual(text.split('\n'));
});

test('what is too long to be read here ends with a sign', async () => {
  const text = await readText(new Blob(['x'.repeat(1_000_100)]));
  expect(text).toHaveLength(1_000_002);
  expect(text.endsWith('\n…')).toBe(true);
});
