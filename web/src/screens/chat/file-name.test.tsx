// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { FileName } from './FileName.tsx';
import { nameParts, savedName, shownName } from './file-name.ts';

afterEach(cleanup);

describe('names of files from the peer', () => {
  test.each([
    ['U+202E, which turns what follows', 'invoice\u202efdp.exe', 'invoice\ufffdfdp.exe'],
    ['an isolate', 'a\u2067fdp.exe\u2069', 'a\ufffdfdp.exe\ufffd'],
    ['the Arabic letter mark', 'a\u061cb', 'a\ufffdb'],
    ['a space without a width', 'a\u200bb', 'a\ufffdb'],
    ['a word joiner', 'a\u2060b', 'a\ufffdb'],
    ['a joiner that joins nothing', 'a\u200db', 'a\ufffdb'],
    ['a joiner of digits', '1\u200d2\ufe0f', '1\ufffd2\ufffd'],
    ['a soft hyphen', 'a\u00adb', 'a\ufffdb'],
    ['a letter that fills', 'a\u3164b', 'a\ufffdb'],
    ['the end of a line', 'a\u2028b\nc', 'a\ufffdb\ufffdc'],
  ])('%s is seen, and is not saved', (_, name, shown) => {
    expect(shownName(name)).toBe(shown);
    expect(savedName(name)).toBe(shown.replaceAll('\ufffd', ''));
  });

  test.each(['отчёт 2026.pdf', 'שלום.txt', '👨‍👩‍👧 ❤️.jpg', 'می‌خواهم.doc', 'क्‍ष.txt'])(
    '%s stays as it is',
    (name) => {
      expect(shownName(name)).toBe(name);
      expect(savedName(name)).toBe(name);
    },
  );

  test.each([
    ['../../etc/passwd', '__.._etc_passwd'],
    ['a/b\\c:d', 'a_b_c_d'],
    ['.bashrc', '_bashrc'],
    ['\u0000\u202E', 'file'],
    ['', 'file'],
  ])('%j is saved as %j', (name, saved) => expect(savedName(name)).toBe(saved));
});

describe('a name where there is no room', () => {
  test('keeps its endings, whatever was put before them', () => {
    const [start, end] = nameParts('Очень длинное имя файла, которое никуда не помещается.pdf.exe.txt');
    expect(end).toMatch(/\.pdf\.exe\.txt$/);
    expect(start + end).toBe('Очень длинное имя файла, которое никуда не помещается.pdf.exe.txt');
    expect(nameParts(`photo.jpg${' '.repeat(80)}.exe`)[1]).toMatch(/\.exe$/);
  });

  test('is not cut where it is short, nor inside a character', () => {
    expect(nameParts('report.pdf')).toEqual(['', 'report.pdf']);
    expect(nameParts('👨‍👩‍👧'.repeat(30))[1]).toBe('👨‍👩‍👧'.repeat(14));
  });

  test('is cut at its start alone, apart from what is around it', () => {
    const name = `${'long '.repeat(30)}.pdf.exe.txt`;
    const { container } = render(<FileName name={name} />);
    const [start, end] = Array.from(container.querySelectorAll('bdi > span'));
    expect(container.textContent).toBe(name);
    expect(start?.classList).toContain('truncate');
    expect(end?.textContent).toMatch(/\.pdf\.exe\.txt$/);
    expect(end?.className).not.toMatch(/truncate|overflow-hidden|line-clamp/);
  });
});
