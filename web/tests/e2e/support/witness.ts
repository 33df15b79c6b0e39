import { expect, type Page } from '@playwright/test';

/** What has stood on a screen since somebody began to look. */
export interface Seen {
  readonly states: readonly string[];
  readonly statuses: readonly string[];
  readonly warnings: readonly string[];
}

declare global {
  /** Of {@link beginToLook}. */
  var duetSeen: (() => Seen) | undefined;
}

/** From now on every state, status and warning is kept, however short it stood there. */
export async function beginToLook(page: Page): Promise<void> {
  await page.evaluate(() => {
    const [states, statuses, warnings] = [new Set<string>(), new Set<string>(), new Set<string>()];
    const keep = (testId: string, into: Set<string>, what: (element: HTMLElement) => string | undefined) => {
      for (const element of document.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`)) {
        const value = what(element);
        if (value !== undefined) into.add(value);
      }
    };
    const look = () => {
      keep('conversation-state', states, ({ dataset }) => dataset['state']);
      keep('message', statuses, ({ dataset }) => dataset['status']);
      keep('notice', warnings, ({ dataset }) => `notice ${dataset['code']}`);
      for (const warning of ['refused-warning', 'early-dropped']) keep(warning, warnings, () => warning);
    };
    look();
    new MutationObserver(look).observe(document.body, {
      attributes: true,
      characterData: true,
      childList: true,
      subtree: true,
    });
    globalThis.duetSeen = () => ({
      states: [...states],
      statuses: [...statuses],
      warnings: [...warnings],
    });
  });
}

/** What was seen. */
export async function seen(page: Page): Promise<Seen> {
  const all = await page.evaluate(() => globalThis.duetSeen?.());
  if (all === undefined) throw new Error('nobody looked');
  return all;
}

/** Whatever happened to the line, it was said truly: nothing ended, nobody was warned, nothing was called lost. */
export async function expectNoFalseWord(page: Page): Promise<void> {
  const { states, statuses, warnings } = await seen(page);
  expect(warnings).toEqual([]);
  expect(states.filter((state) => state !== 'secure' && state !== 'reconnecting')).toEqual([]);
  expect(statuses).not.toContain('unconfirmed');
  expect(statuses).not.toContain('not-delivered');
}
