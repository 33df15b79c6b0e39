import { expect, test } from 'vitest';
import { isBlank } from './blank.ts';

test('a text that nobody sees is blank', () => {
  for (const text of ['', ' \n\t', '\u200b', '\u2060\ufeff ', '\u00ad', '\ufe0f'])
    expect(isBlank(text)).toBe(true);
  for (const text of ['.', '\u200b.', '\u2764\ufe0f', '\u{1F469}\u200d\u{1F4BB}', '\u0301'])
    expect(isBlank(text)).toBe(false);
});
