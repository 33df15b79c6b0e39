/** Two people act on messages, each in a browser of their own: what one does, the other sees. */

import { TEXT_MAX_CHARS } from '@duet-chat/crypto';
import type { Locator } from '@playwright/test';
import { expect, test } from './support/fixtures.js';
import { type Engine, meet, type Person } from './support/person.js';

const heard = ({ page }: Person): Locator => page.locator('[data-testid=message][data-mine=false]');
const own = ({ page }: Person): Locator => page.locator('[data-testid=message][data-mine=true]');

/** By the menu of the mouse. */
async function choose(person: Person, message: Locator, act: string): Promise<void> {
  await message.getByTestId('message-text').click({ button: 'right' });
  await person.at(`act-${act}`).click();
}

async function pair(
  stage: { person: (name: string, options?: object) => Promise<Person> },
  engine: Engine,
  more: { through?: number; host?: string } = {},
): Promise<[Person, Person]> {
  const [alice, bob] = [
    await stage.person('alice', { engine, ...more }),
    await stage.person('bob', { engine, ...more }),
  ];
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  return [alice, bob];
}

/** All that was said, from the first to the last: the list draws what is in view, and says of each row which it is. */
const everything = ({ page }: Person): Promise<string[]> =>
  page.evaluate(async () => {
    const list = document.querySelector('ol:has([data-message])');
    const scroller = list?.parentElement;
    if (!scroller) throw new Error('no list');
    const words = new Map<number, string>();
    const take = () => {
      for (const row of document.querySelectorAll('[data-message]')) {
        const text = row.querySelector('[data-testid=message-text]')?.textContent;
        if (text) words.set(Number(row.getAttribute('aria-posinset')), text);
      }
    };
    const drawn = () => new Promise((wake) => requestAnimationFrame(() => requestAnimationFrame(wake)));
    for (let at = 0; ; at += scroller.clientHeight / 2) {
      scroller.scrollTop = at;
      await drawn();
      take();
      if (at > scroller.scrollHeight) break;
    }
    return [...words].sort(([a], [b]) => a - b).map(([, text]) => text);
  });

for (const engine of ['native', 'wasm'] as const) {
  test(`answer, change, react, take back and remove (${engine})`, async ({ stage }) => {
    const [alice, bob] = await pair(stage, engine);
    await alice.say('They take no bookings');
    await expect(bob.message('They take no bookings')).toBeVisible();

    await test.step('an answer leads to its source', async () => {
      await choose(bob, bob.message('They take no bookings'), 'reply');
      await expect(bob.at('writing-reply')).toContainText('They take no bookings');
      await expect(bob.at('composer-input')).toBeFocused();
      await bob.page.keyboard.type('Six is fine');
      await bob.page.keyboard.press('Enter');
      const quote = heard(alice).getByTestId('quote');
      await expect(quote).toContainText('They take no bookings');
      await quote.click();
      await expect(alice.page.locator('[data-message]:focus')).toContainText('They take no bookings');
    });

    await test.step('a change is seen with what was there before', async () => {
      await choose(alice, own(alice).first(), 'edit');
      await expect(alice.at('composer-input')).toHaveValue('They take no bookings');
      await alice.at('composer-input').fill('They do take bookings');
      await alice.at('composer-send').click();
      const changed = heard(bob).first();
      await expect(changed.getByTestId('message-text')).toHaveText('They do take bookings');
      await expect(own(bob).getByTestId('quote')).toContainText('They do take bookings');
      await changed.getByTestId('message-edited').click();
      await expect(changed.getByTestId('message-former')).toContainText('They take no bookings');
      // ArrowUp in an empty field takes the last of one's own; Escape leaves it as it was.
      await alice.at('composer-input').press('ArrowUp');
      await expect(alice.at('composer-input')).toHaveValue('They do take bookings');
      await alice.at('composer-input').press('Escape');
      await expect(alice.at('composer-input')).toHaveValue('');
      // What is not one's own has no such line.
      await heard(bob).first().getByTestId('message-text').click({ button: 'right' });
      await expect(bob.at('act-reply')).toBeVisible();
      await expect(bob.at('act-edit')).toHaveCount(0);
      await expect(bob.at('act-take-back')).toHaveCount(0);
      // The menu has the keys as soon as one of its lines is chosen.
      await expect(bob.at('act-reply')).toHaveAttribute('data-active-item');
      await bob.page.keyboard.press('Escape');
      await expect(bob.at('action-menu')).toHaveCount(0);
    });

    await test.step('a reaction is both people’s, and goes by a press', async () => {
      await heard(bob).first().hover();
      await bob.at('action-bar').getByRole('button', { name: 'React with 👍' }).click();
      const chip = own(alice).first().getByTestId('reaction');
      await expect(chip).toHaveAccessibleName('👍 from bob');
      await chip.click();
      await expect(heard(bob).first().getByTestId('reaction')).toHaveAccessibleName('👍 from you and alice');
      await heard(bob).first().getByTestId('reaction').click();
      await expect(chip).toHaveAccessibleName('👍 from you');
      // Any other, from the picker, which is part of the site.
      await choose(alice, own(alice).first(), 'react');
      await alice.at('emoji-search').fill('pie');
      await alice.page.getByRole('gridcell', { name: 'pie', exact: true }).click();
      await expect(heard(bob).first().locator('[data-emoji="🥧"]')).toBeVisible();
    });

    await test.step('what is taken back is gone from both screens, what is removed from one', async () => {
      await own(alice).first().getByTestId('message-text').hover();
      await alice.page.locator('[data-message]').first().focus();
      await alice.page.keyboard.press('Delete');
      await alice.at('act-confirm').click();
      await expect(heard(bob).first()).toHaveText(/alice took a message back/);
      await expect(own(alice).first()).toHaveText(/You took a message back/);
      for (const { page } of [alice, bob]) await expect(page.getByText('bookings')).toHaveCount(0);
      await choose(alice, heard(alice), 'hide');
      await alice.at('act-confirm').click();
      await expect(heard(alice)).toHaveCount(0);
      await expect(bob.message('Six is fine')).toBeVisible();
    });
  });
}

test('what is done while the line is down waits, is seen to wait, and goes by itself', async ({ stage }) => {
  const [alice, bob] = await pair(stage, 'auto', { through: stage.hostile.port });
  await alice.say('one');
  await expect(bob.message('one')).toBeVisible();
  await alice.context.setOffline(true);
  stage.hostile.cut();
  await alice.expectState('reconnecting');
  await alice.at('composer-input').press('ArrowUp');
  await alice.at('composer-input').fill('two');
  await alice.at('composer-input').press('Enter');
  await expect(own(alice).getByTestId('act-fate')).toHaveText('The change waits, and goes by itself');
  await alice.context.setOffline(false);
  await expect(bob.message('two')).toBeVisible();
  await expect(alice.at('act-fate')).toHaveCount(0);
});

test('three hundred texts in one breath: all arrive, once and in order; those that wait are seen to', async ({
  stage,
}) => {
  // Ten in a second are let through, so that half a minute is the least; a busy machine takes its time on top.
  test.setTimeout(900_000);
  const slowly = { timeout: 300_000 };
  const [alice, bob] = await pair(stage, 'auto');
  const field = alice.at('composer-input');
  await field.click();
  const waiting = alice.page.locator('[data-testid=message][data-mine=true][data-status=waiting]');
  const seen = waiting.first().waitFor();
  // As fast as keys that are held down, and faster: each in a task of its own, as events of a keyboard are.
  await field.evaluate(async (element) => {
    const next = () => new Promise((wake) => setTimeout(wake, 0));
    for (let number = 1; number <= 300; number += 1) {
      (element as HTMLTextAreaElement).value = `burst ${number}`;
      element.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await next();
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      await next();
    }
  });
  await seen;
  await expect(field).toHaveValue('');
  await expect(alice.at('notice')).toHaveCount(0);
  await expect(bob.message('burst 300')).toBeVisible(slowly);
  expect(await everything(bob)).toEqual(Array.from({ length: 300 }, (_, index) => `burst ${index + 1}`));
  await expect(waiting).toHaveCount(0, slowly);
  await expect(alice.message('burst 300')).toHaveAttribute('data-status', 'read', slowly);
});

test('the field: a long paste is kept and counted, an input method’s Enter sends nothing', async ({
  stage,
}) => {
  const [alice, bob] = await pair(stage, 'auto');
  const field = alice.at('composer-input');
  const send = alice.at('composer-send');
  // One character, two UTF-16 units, four bytes.
  await field.fill('😀'.repeat(TEXT_MAX_CHARS));
  await expect(send).toBeEnabled();
  await field.fill('😀'.repeat(TEXT_MAX_CHARS + 1));
  await expect(send).toBeDisabled();
  await field.press('Enter');
  await expect(alice.page.getByRole('status').filter({ hasText: '1 character too many' })).toBeVisible();
  await expect(field).toHaveValue('😀'.repeat(TEXT_MAX_CHARS + 1));
  await field.press('Backspace');
  await field.press('Enter');
  await expect(heard(bob).getByTestId('message-fold')).toBeVisible();
  await heard(bob).getByTestId('message-fold').click();
  await expect(heard(bob).getByTestId('message-text')).toHaveText('😀'.repeat(TEXT_MAX_CHARS));

  // The order of Safari and of some input methods: first the composition ends, then the key comes.
  await field.fill('にほんご');
  await field.evaluate((element) => {
    element.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    element.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: 'にほんご' }));
    const key = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
    Object.defineProperty(key, 'keyCode', { value: 229 });
    element.dispatchEvent(key);
  });
  await expect(field).toHaveValue('にほんご');
  await field.press('Shift+Enter');
  await alice.page.keyboard.type('b');
  await field.press('Enter');
  await expect(heard(bob).getByTestId('message-text').last()).toHaveText('にほんご\nb');
  await expect(own(alice)).toHaveCount(2);

  await alice.at('emoji-open').click();
  await alice.page.getByRole('button', { name: 'Insert 👍' }).click();
  await alice.at('emoji-search').press('Escape');
  await expect(alice.at('emoji-panel')).toHaveCount(0);
  await field.press('Enter');
  await expect(bob.message('👍')).toBeVisible();
});

test('links open elsewhere, fetch nothing, and say where they go', async ({ stage }) => {
  const [alice, bob] = await pair(stage, 'auto');
  const asked: string[] = [];
  bob.page.on('request', (request) => asked.push(request.url()));
  await alice.say(`see example.com/saturday and https://\u0440\u0430ypal.com`);
  const links = heard(bob).getByRole('link');
  await expect(links).toHaveCount(2);
  await expect(links.first()).toHaveAttribute('href', 'https://example.com/saturday');
  for (const link of await links.all()) {
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
    await expect(link).toHaveAttribute('target', '_blank');
  }
  await expect(heard(bob).getByTestId('link-host')).toContainText('xn--');
  await links.first().hover();
  expect(asked.filter((address) => !address.startsWith(bob.origin))).toEqual([]);
});

test('a part that a newer server does not have any more is said, and the talk goes on', async ({ stage }) => {
  // Without a secure context there is no service worker, which has all parts of its version.
  const [alice, bob] = await pair(stage, 'auto', { host: 'duet.test' });
  await alice.page.route(/\/assets\/(EmojiPicker|ActionMenu|SendDialog)-/, (route) =>
    route.fulfill({ status: 404 }),
  );
  await alice.say('one');
  await alice.at('emoji-open').click();
  await expect(alice.at('part-gone')).toContainText('There may be a newer version');
  await alice.page.keyboard.press('Escape');
  await alice
    .at('attach-input')
    .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
  await expect(alice.at('part-gone')).toContainText('There may be a newer version');
  // The menu has a stand-in that is here already.
  await own(alice).first().getByTestId('message-text').click({ button: 'right' });
  await expect(alice.at('action-sheet')).toBeVisible();
  await alice.at('act-reply').click();
  await expect(alice.at('composer-input')).toBeFocused();
  await alice.page.keyboard.type('two');
  await alice.page.keyboard.press('Enter');
  await expect(heard(bob).getByTestId('quote')).toContainText('one');
});
