import { expect, test } from 'vitest';
import { once } from './player.ts';

/** Counts who listens. */
class Target extends EventTarget {
  listeners = 0;

  override addEventListener(...[type, listener, options]: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(type, listener, options);
    this.listeners += 1;
    const { signal } = options as AddEventListenerOptions;
    signal?.addEventListener('abort', () => {
      this.listeners -= 1;
    });
  }
}

test.each([
  ['updateend', 'fulfilled'],
  ['error', 'rejected'],
])('after %s nobody listens any more', async (event, outcome) => {
  const target = new Target();
  const done = once(target, 'updateend');
  expect(target.listeners).toBe(2);
  target.dispatchEvent(new Event(event));
  const [{ status }] = await Promise.allSettled([done]);
  expect([status, target.listeners]).toEqual([outcome, 0]);
});
