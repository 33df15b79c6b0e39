import { describe, expect, test } from 'vitest';
import { en } from './en.ts';
import { createFormat, localeFor, pluralOf } from './format.ts';
import { chooseLanguage } from './index.tsx';
import { ru } from './ru.ts';

type Leaf = readonly [path: string, value: unknown];

function* leaves(value: unknown, path: string): Generator<Leaf> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else for (const [key, inner] of Object.entries(value)) yield* leaves(inner, `${path}.${key}`);
}

const say = (value: unknown): string =>
  typeof value === 'function'
    ? String(value(...Array.from({ length: value.length }, () => 7)))
    : String(value);

/** Names of things that are the same in every language. */
const SAME = new Set(['.app.name', '.chat.says', '.settings.wasm', '.settings.engines.wasm.label']);

describe('the two catalogues', () => {
  const russian = new Map(leaves(ru, ''));

  test('have the same texts', () => {
    expect([...russian.keys()].sort()).toEqual([...leaves(en, '')].map(([path]) => path).sort());
  });

  test.each([...leaves(en, '')])('%s is said in both, with the same parameters', (path, value) => {
    const other = russian.get(path);
    expect(typeof other).toBe(typeof value);
    expect(say(value).trim()).not.toBe('');
    expect(say(other).trim()).not.toBe('');
    if (!SAME.has(path)) expect(say(other)).not.toBe(say(value));
    if (typeof value === 'function' && typeof other === 'function') {
      expect(other.length).toBe(value.length);
      // A parameter that one language uses is used by the other too.
      expect(say(other).includes('7')).toBe(say(value).includes('7'));
    }
  });

  test('Russian is written in Russian', () => {
    for (const [path, value] of russian) if (!SAME.has(path)) expect(say(value), path).toMatch(/[а-яё]/i);
  });
});

test('plurals follow the rules of each language', () => {
  const forms = { one: 'one', few: 'few', many: 'many' };
  expect([1, 2, 5, 11, 21, 22, 111].map((count) => pluralOf('ru')(count, forms))).toEqual([
    'one',
    'few',
    'many',
    'many',
    'one',
    'few',
    'many',
  ]);
  expect([0, 1, 2, 21].map((count) => pluralOf('en')(count, forms))).toEqual(['many', 'one', 'many', 'many']);
  expect(ru.chat.counter(-21)).toBe('21 лишний символ');
  expect(en.chat.counter(1)).toBe('1 character left');
});

test('sizes, waits and locales', () => {
  const format = createFormat('en-GB');
  expect(format.bytes(50 * 1024 * 1024)).toBe('50 MB');
  expect(format.bytes(1023)).toBe('1,023 bytes');
  expect(format.bytes(1)).toBe('1 byte');
  expect(createFormat('ru').bytes(5)).toBe('5 байт');
  expect(format.percent(1.7)).toBe('100%');
  expect(format.wait(1)).toBe('1 second');
  expect(format.wait(61_000)).toBe('2 minutes');
  expect(localeFor('en', ['de-DE', 'en-AU', 'en-US'])).toBe('en-AU');
  expect(localeFor('ru', ['de-DE'])).toBe('ru');
});

test('the kept language wins, then the browser’s, then English', () => {
  expect(chooseLanguage('ru', ['en-US'])).toBe('ru');
  expect(chooseLanguage(null, ['de-DE', 'ru-RU', 'en'])).toBe('ru');
  expect(chooseLanguage('xx', ['de-DE'])).toBe('en');
});
