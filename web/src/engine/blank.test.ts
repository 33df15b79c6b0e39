import { expect, test } from 'vitest';
import { isBlank, withoutBlankEnds } from './blank.ts';

/** They are letters, signs or controls by their category, and show nothing all the same. */
const BY_DESIGN = [
  '\u2800',
  '\u115f',
  '\u1160',
  '\u3164',
  '\uffa0',
  '\u{1d159}',
  '\ufff9',
  '\u0007',
  '\u{e0020}',
];

test('a text that nobody sees is blank', () => {
  for (const text of ['', ' \n\t', '\u200b', '\u2060\ufeff ', '\u00ad', '\ufe0f', ...BY_DESIGN])
    expect(isBlank(text)).toBe(true);
  for (const text of ['.', '\u200b.', '\u2764\ufe0f', '\u{1F469}\u200d\u{1F4BB}', '\u0301'])
    expect(isBlank(text)).toBe(false);
});

test('blank lines go from both ends of a text, and nothing else does', () => {
  const cases = [
    ['\n\n\nx\n\n\n', 'x'],
    [' \n\u2800\n\u200b\nx\n \u3164', 'x'],
    ['one\n\n\ntwo\n', 'one\n\n\ntwo'],
    ['\n    if (a)\n      b()\n', '    if (a)\n      b()'],
    ['  x  ', '  x  '],
    ['\n \n', ''],
  ] as const;
  for (const [text, kept] of cases) expect(withoutBlankEnds(text)).toBe(kept);
});
