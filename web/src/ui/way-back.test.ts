import { expect, test, vi } from 'vitest';
import { type Past, WayBack } from './way-back.ts';

/** A history as browsers have it: it moves later, and tells then. */
class Entries implements Past {
  entries: (number | null)[] = [0];
  index = 0;
  private listener: () => void = () => undefined;
  private travel: ReturnType<typeof setTimeout> | undefined;

  get state(): unknown {
    const depth = this.entries[this.index];
    return depth === null ? null : { duetDepth: depth };
  }
  push(depth: number): void {
    this.entries.splice(this.index + 1, Infinity, depth);
    this.index += 1;
  }
  replace(depth: number): void {
    this.entries[this.index] = depth;
  }
  go(by: number): void {
    this.travel = setTimeout(() => {
      this.index += by;
      this.listener();
    });
  }
  listen(listener: () => void): void {
    this.listener = listener;
  }
  /** An address with another fragment. It calls off what is on its way elsewhere. */
  fragment(): void {
    clearTimeout(this.travel);
    this.entries.splice(this.index + 1, Infinity, null);
    this.index += 1;
    this.listener();
  }
}

const later = () => vi.runAllTimers();

function page() {
  vi.useFakeTimers();
  const past = new Entries();
  const way = new WayBack();
  way.attach(past);
  later();
  const opened: string[] = [];
  /** Something that closes when it is told to. */
  const open = (name: string, { asks = false, under = false } = {}) => {
    opened.push(name);
    const close = way.open({ under, onBack: () => (asks ? opened.push(`asked ${name}`) : shut()) });
    const shut = () => {
      close();
      opened.splice(opened.indexOf(name), 1);
    };
    return shut;
  };
  return { past, way, opened, open };
}

test('Back closes what was opened last, one thing for each press', () => {
  const { past, opened, open } = page();
  open('settings');
  later();
  open('password');
  later();
  expect(past.entries).toEqual([0, 1, 2]);
  past.go(-1);
  later();
  expect(opened).toEqual(['settings']);
  past.go(-1);
  later();
  expect(opened).toEqual([]);
  expect(past.index).toBe(0);
});

test('two presses in a row close two things', () => {
  const { past, opened, open } = page();
  open('chat');
  open('panel');
  later();
  past.go(-2);
  later();
  expect(opened).toEqual([]);
});

test('what is closed by other ways leaves no entry that Back would have to pass', () => {
  const { past, open } = page();
  const close = open('dialog');
  later();
  expect(past.index).toBe(1);
  close();
  later();
  expect(past.index).toBe(0);
  // Forward leads to where nothing is any more, and back from there.
  past.go(1);
  later();
  expect(past.index).toBe(0);
});

test('one thing in the place of another needs no new entry', () => {
  const { past, open } = page();
  const close = open('settings');
  later();
  close();
  open('backup');
  later();
  expect([past.entries, past.index]).toEqual([[0, 1], 1]);
});

test('whoever asks first keeps the page, and is asked again by the next press', () => {
  const { past, opened, open } = page();
  open('talk', { asks: true });
  later();
  for (const _ of [1, 2]) {
    past.go(-1);
    later();
    expect(past.index).toBe(1);
  }
  expect(opened).toEqual(['talk', 'asked talk', 'asked talk']);
});

test('what lies under everything has its turn last, also when it opened last', () => {
  const { past, opened, open } = page();
  open('panel');
  later();
  open('talk', { asks: true, under: true });
  open('dialog');
  later();
  expect(past.entries).toEqual([0, 1, 2, 3]);
  for (const left of [['panel', 'talk'], ['talk'], ['talk', 'asked talk']]) {
    past.go(-1);
    later();
    expect(opened).toEqual(left);
  }
});

test('a link to a part of the page closes nothing', () => {
  const { past, opened, open } = page();
  open('chat');
  later();
  past.fragment();
  later();
  expect(opened).toEqual(['chat']);
  past.go(-2);
  later();
  expect(opened).toEqual([]);
});

test('a link to a part of the page that calls a way back off does not end all ways back', () => {
  const { past, opened, open } = page();
  const close = open('panel');
  later();
  close();
  // It is on its way, and not there.
  vi.runOnlyPendingTimers();
  past.fragment();
  later();
  expect(past.index).toBe(0);
  open('chat');
  later();
  past.go(-1);
  later();
  expect(opened).toEqual([]);
});

test('a page that was loaded again goes back to where it began', () => {
  vi.useFakeTimers();
  const past = new Entries();
  past.push(1);
  past.push(2);
  new WayBack().attach(past);
  later();
  expect(past.index).toBe(0);
});

test('leaving goes to where one came from, once everything is closed', () => {
  const { past, way, open } = page();
  past.entries.unshift(null);
  past.index = 1;
  const close = open('talk');
  later();
  way.leave();
  later();
  expect(past.index).toBe(2);
  close();
  later();
  later();
  expect(past.index).toBe(0);
});
