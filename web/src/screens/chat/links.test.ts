import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldAt, partsOf, upTo } from './links.ts';

const links = (text: string) =>
  partsOf(text).flatMap((part) => (part.kind === 'link' ? [[part.text, part.href, part.host]] : []));

describe('links', () => {
  test('are found as people write them', () => {
    expect(links('Look: tables.com/saturday, or (https://example.org/a_(b)). And bob@example.org!')).toEqual([
      ['tables.com/saturday', 'https://tables.com/saturday', null],
      ['https://example.org/a_(b)', 'https://example.org/a_(b)', null],
      ['bob@example.org', 'mailto:bob@example.org', null],
    ]);
    expect(links('http://plain.example/x')[0]?.[1]).toBe('http://plain.example/x');
  });

  test('are nothing that could do anything but open', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,<b>x</b>',
      'file:///etc/passwd',
      'ftp://example.org/x',
      'a.b',
      '3.14',
      'e.g. this',
    ])
      expect(links(text), text).toEqual([]);
  });

  test('say where they go when what is written does not', () => {
    // Cyrillic letters among Latin ones, and all Cyrillic with an end that is not.
    expect(links('https://раypal.com/in')[0]?.[2]).toBe('xn--ypal-43d9g.com');
    expect(links('https://аррӏе.com')[0]?.[2]).toMatch(/^xn--/);
    expect(links('https://example.org@evil.example/x')[0]?.[2]).toBe('evil.example');
    expect(links('https://EXAMPLE.org/')[0]?.[2]).toBeNull();
    // A name that is of one language to its end is plain to those who read it.
    expect(links('https://президент.рф/новости')[0]?.[2]).toBeNull();
    expect(links('bob@аррӏе.com')[0]?.[2] ?? '').toMatch(/^xn--/);
  });

  test('and the text around them are the whole text, whatever it is', () => {
    const unit = fc.constantFrom(...'ab.:/@ \n(нё😀', 'https://', 'example.org', 'www.');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        expect(
          partsOf(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('a long text', () => {
  test('is folded by its length or its lines, at the end of a word', () => {
    expect(foldAt('short')).toBeNull();
    expect(foldAt('line\n'.repeat(10))).toBeNull();
    expect(foldAt('line\n'.repeat(500))).toBe(12 * 5 - 1);
    const words = 'word '.repeat(400);
    expect(words.slice(0, foldAt(words) ?? 0)).toMatch(/^(word )+word$/);
    const emoji = foldAt(`x${'😀'.repeat(2000)}`) ?? 0;
    expect(emoji % 2).toBe(1);
  });

  test('shows no half of a link', () => {
    const text = 'see https://example.org/long and more';
    expect(upTo(partsOf(text), 20).map((part) => part.text)).toEqual(['see ']);
    expect(upTo(partsOf(text), 30).map((part) => part.text)).toEqual(
      ['see ', 'https://example.org/long', ' a'].map((part, index) =>
        index === 2 ? text.slice(28, 30) : part,
      ),
    );
  });
});
