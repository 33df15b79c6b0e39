import { expect, test } from 'vitest';
import { fittingName, fittingType } from './file-name.ts';

test.each([
  ['holiday.jpg', 'holiday.jpg'],
  [' spaces around ', 'spaces around'],
  [`${'a'.repeat(300)}.tar.gz`, `${'a'.repeat(252)}.gz`],
  ['ф'.repeat(200), 'ф'.repeat(127)],
  [`${'🦊'.repeat(100)}.png`, `${'🦊'.repeat(62)}.png`],
])('%s fits as %s', (name, expected) => {
  expect(fittingName(name)).toBe(expected);
  expect(new TextEncoder().encode(fittingName(name)).length).toBeLessThanOrEqual(255);
});

test('a name of nothing is none', () => {
  expect(() => fittingName(' \t')).toThrow(expect.objectContaining({ code: 'file-empty-name' }));
});

test('a type that is none is left out', () => {
  expect([fittingType('image/png'), fittingType('тип'), fittingType('x'.repeat(256))]).toEqual([
    'image/png',
    '',
    '',
  ]);
});
