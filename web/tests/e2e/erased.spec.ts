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
          value instanceof Uint8Array
            ? new TextDecoder().decode(value)
            : value instanceof Blob
              ? `a file of ${value.size}`
              : value;
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

/** Addresses of files that were made and not given back; each keeps its file. */
const heldAddresses = ({ page }: Person) => page.evaluate(() => [...globalThis.addresses]);

declare global {
  var addresses: Set<string>;
}

async function keepAddresses({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const [make, give] = [URL.createObjectURL, URL.revokeObjectURL];
    globalThis.addresses = new Set();
    URL.createObjectURL = (what) => {
      const address = make.call(URL, what);
      globalThis.addresses.add(address);
      return address;
    };
    URL.revokeObjectURL = (address) => {
      globalThis.addresses.delete(address);
      give.call(URL, address);
    };
  });
}

/** A text of so many lines, all alike. */
const textFile = (name: string, line: string, lines: number) => ({
  name: `${name}.txt`,
  mimeType: 'text/plain',
  buffer: Buffer.from(`${line}\n`.repeat(lines)),
});

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
    const alice = await stage.person('alice', { engine, through: stage.line.port });
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
    /** Names and contents of files: one that came, and one that is on its way at the end. */
    const files = {
      name: word('inkwell'),
      line: word('quarry'),
      comingName: word('beacon'),
      coming: word('tide'),
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

    await test.step('and what is sent', async () => {
      for (const person of people) await keepAddresses(person);
      await alice.attach(textFile(files.name, files.line, 300));
      await all(6);
      await bob.at('transfer-open').click();
      await expect(bob.at('viewer')).toHaveAttribute('data-state', 'shown');
      const shown = bob.at('viewer-frame').contentFrame().locator('pre');
      await expect(shown).toContainText(files.line);
      await bob.at('viewer-close').click();
      await expect(alice.at('message').last()).toHaveAttribute('data-status', 'read');
      stage.line.uplink = 4_000_000;
      await alice.attach(textFile(files.comingName, files.coming, 250_000));
      await all(7);
      await expect(bob.at('transfer').last()).toHaveAttribute('data-state', 'transferring');
      // Some of it has come.
      await expect
        .poll(async () => Number(await bob.at('transfer-progress').last().getAttribute('aria-valuenow')))
        .toBeGreaterThan(0);
      await bob.at('transfer-pause').click();
      await expect(alice.at('transfer').last()).toHaveAttribute('data-state', 'paused');
      stage.line.uplink = null;
      for (const person of people) {
        const there = await remembered(
          new Map([[person, threads.get(person) as Threads]]),
          Object.values(files),
        );
        // How much is held of what is on its way is the worker's affair.
        const { coming: _, ...sure } = files;
        expect(there.map((one) => one.words)).toEqual(expect.arrayContaining(Object.values(sure)));
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
        for (const text of Object.values({ ...words, ...files })) expect(after).not.toContain(text);
        // The search itself works.
        expect(after).toMatch(/"name":"(alice|bob)"/);
      }
      for (const person of people) {
        expect(await heldAddresses(person)).toEqual([]);
        // The frames in which files were drawn, with all that these had.
        await expect(person.page.locator('iframe')).toHaveCount(0);
      }
      await expect.poll(() => remembered(threads, Object.values({ ...words, ...files }))).toEqual([]);
    });
    for (const memory of threads.values()) await memory.close();
  });
}
