/** Erased means erased: what was said is looked for in everything that a browser has, the memory of page and worker included. */
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.js';
import { type Found, Threads } from './support/heap.js';
import { meet, type Person } from './support/person.js';

/** Words that are nowhere by chance. */
const word = (what: string): string => `${what}${randomBytes(8).toString('hex')}`;

/** Everything that a browser keeps for the page, and everything that stands in it. */
async function remains(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const parts = [document.documentElement.outerHTML, document.title, JSON.stringify(history.state)];
    for (const field of document.querySelectorAll<HTMLInputElement>('input, textarea'))
      parts.push(field.value);
    for (const storage of [localStorage, sessionStorage]) parts.push(JSON.stringify({ ...storage }));
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise<unknown>((resolve, reject) => {
          const asked = database.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => reject(asked.error);
        });
        const plain = (_: string, value: unknown) =>
          value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
        parts.push(JSON.stringify(all, plain));
      }
      database.close();
    }
    for (const name of 'caches' in globalThis ? await caches.keys() : []) {
      for (const { url } of await (await caches.open(name)).keys()) parts.push(url);
    }
    return parts.join('\n');
  });
}

/** As a person writes: what a test puts into a field by a script would stay with the script. */
async function write({ page }: Person, text: string): Promise<void> {
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
}

/** Where any of the words is, in any memory of any of these people's pages. */
async function remembered(
  threads: ReadonlyMap<Person, Threads>,
  words: readonly string[],
): Promise<readonly (Found & { readonly of: string })[]> {
  const found: (Found & { readonly of: string })[] = [];
  for (const [{ name }, memory] of threads)
    for (const one of await memory.search(words)) found.push({ of: name, ...one });
  return found;
}

for (const engine of ['native', 'wasm'] as const) {
  test(`what is erased is on no screen, in no live region, in no storage and in no memory (${engine})`, async ({
    stage,
  }) => {
    const alice = await stage.person('alice', { engine });
    const bob = await stage.person('bob', { engine });
    const people = [alice, bob];
    for (const person of people) await person.register();
    await meet(alice, bob);
    const threads = new Map<Person, Threads>();
    for (const person of people) threads.set(person, await Threads.of(person.page));
    for (const memory of threads.values()) expect(memory.names).toEqual(['page', 'worker']);
    const rows = ({ page }: Person) => page.locator('[data-message]');
    const all = async (count: number) => {
      for (const person of people) await expect(rows(person)).toHaveCount(count);
    };
    const words = {
      said: word('heron'),
      answered: word('lantern'),
      before: word('ferry'),
      after: word('harbour'),
      regretted: word('thunder'),
      quoting: word('pebble'),
    };

    await test.step('what is said is found', async () => {
      for (const person of people) await person.at('composer-input').focus();
      await write(alice, words.said);
      await all(1);
      await write(bob, words.answered);
      await all(2);
      await write(alice, words.before);
      await all(3);
      await alice.page.keyboard.press('ArrowUp');
      await alice.page.keyboard.press('ControlOrMeta+A');
      await write(alice, words.after);
      await expect(bob.at('message-edited')).toBeVisible();
      await write(alice, words.regretted);
      await all(4);
      await rows(bob).nth(3).focus();
      await bob.page.keyboard.press('r');
      await expect(bob.at('writing-reply')).toBeVisible();
      await write(bob, words.quoting);
      await all(5);
      await rows(bob).first().hover();
      await bob.at('action-bar').getByRole('button', { name: 'React with 👍' }).click();
      await expect(rows(alice).first().getByTestId('reaction')).toBeVisible();
      for (const person of people) await expect(person.at('live-log')).not.toBeEmpty();
      const found = await remembered(threads, Object.values(words));
      for (const person of people) {
        for (const thread of ['page', 'worker']) {
          const there = found.filter((one) => one.of === person.name && one.thread === thread);
          expect(new Set(there.map((one) => one.words))).toEqual(new Set(Object.values(words)));
        }
        expect(await remains(person.page)).toContain(words.said);
      }
    });

    await test.step('what is taken back is gone, and the conversation goes on', async () => {
      await rows(alice).nth(3).focus();
      await alice.page.keyboard.press('Delete');
      await alice.at('act-confirm').click();
      for (const person of people) await expect(rows(person).nth(3)).toHaveText(/took a message back/);
      for (const { page } of people) expect(await remains(page)).not.toContain(words.regretted);
      await expect.poll(() => remembered(threads, [words.regretted])).toEqual([]);
    });

    await test.step('of a conversation that was left nothing is there', async () => {
      await alice.at('leave-chat').click();
      await bob.expectState('peer-disconnected');
      await expect(alice.at('conversation-state')).toHaveCount(0);
      for (const { page } of people) {
        const after = await remains(page);
        for (const text of Object.values(words)) expect(after).not.toContain(text);
        // The search itself works.
        expect(after).toMatch(/"name":"(alice|bob)"/);
      }
      await expect.poll(() => remembered(threads, Object.values(words))).toEqual([]);
    });
    for (const memory of threads.values()) await memory.close();
  });
}
