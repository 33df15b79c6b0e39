/** What life does to a page: Back, translators, input methods, looking elsewhere. Over the scripted engine, in a real browser. */
import { expect, type Page, test } from '@playwright/test';
import { scenes } from './scenes.js';
import { enter } from './stage.js';

const alone = { name: 'life', stage: 'in' } as const;
const scene = (name: string) => {
  const found = scenes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scene ${name}`);
  return found;
};
const looks = { language: 'en', theme: 'light' } as const;

test.use({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });

const back = (page: Page) => page.evaluate(() => history.back());
/** How many steps of ours are behind the one that the browser is at. */
const depth = (page: Page): Promise<number | undefined> =>
  page.evaluate(() => (history.state as { duetDepth?: number } | null)?.duetDepth);

test('Back closes dialogs, pages and panels one by one, and asks before it ends a conversation', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  await enter(page, scene('05-compare'), looks);
  await at('scan-open').click();
  await expect(at('scan-text')).toBeVisible();
  await expect.poll(() => depth(page)).toBe(3);
  await back(page);
  await expect(at('scan-open')).toBeVisible();
  await at('block-open').click();
  await expect.poll(() => depth(page)).toBe(3);
  await back(page);
  await expect(at('block-dialog')).toHaveCount(0);
  await back(page);
  await expect(at('compare-panel')).toHaveCount(0);
  await expect(at('conversation-state')).toHaveAttribute('data-state', 'secure');
  for (const _ of [1, 2]) {
    await expect.poll(() => depth(page)).toBe(1);
    await back(page);
    await expect(at('leave-page')).toContainText('bob');
    await at('leave-page-stay').click();
  }
  await expect(at('conversation-state')).toHaveAttribute('data-state', 'secure');
  await expect.poll(() => depth(page)).toBe(1);
  await back(page);
  await at('leave-page-leave').click();
  await page.waitForFunction(() => fake.calls.some(({ name }) => name === 'leaveAll'));
});

test('on a phone Back leads from the conversation to the people, and nothing ends', async ({ page }) => {
  const at = (testId: string) => page.getByTestId(testId);
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, scene('03-conversation'), looks);
  await expect(at('composer-input')).toBeVisible();
  await expect.poll(() => depth(page)).toBe(2);
  await back(page);
  await expect(at('search-input')).toBeVisible();
  await at('conversation-row').click();
  await expect(at('composer-input')).toBeVisible();
  // What was closed by its own button leaves no step behind.
  await at('fingerprint-open').click();
  await expect.poll(() => depth(page)).toBe(3);
  await page.keyboard.press('Escape');
  await expect.poll(() => depth(page)).toBe(2);
  await page.evaluate(() => history.forward());
  await expect.poll(() => depth(page)).toBe(2);
  expect(await page.evaluate(() => fake.calls.map(({ name }) => name))).not.toContain('leaveAll');
});

test('on a phone Back leads to the people also from a conversation that began anew in front', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, scene('03-conversation'), looks);
  await page.evaluate(() => fake.setState('peer-silent'));
  await expect.poll(() => depth(page)).toBe(1);
  await page.evaluate(() => fake.setState('secure'));
  await expect.poll(() => depth(page)).toBe(2);
  await back(page);
  await expect(at('search-input')).toBeVisible();
  await expect(at('leave-page')).toHaveCount(0);
  await back(page);
  await expect(at('leave-page')).toBeVisible();
});

test('Back from the second factor leads to the settings, and takes no recovery code away unread', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  await enter(page, scene('08-second-factor-off'), looks);
  await expect.poll(() => depth(page)).toBe(2);
  await back(page);
  await expect(at('settings')).toBeVisible();
  await expect(at('second-factor-page')).toHaveCount(0);
  await at('open-second-factor').click();
  await at('totp-set-up').click();
  await at('second-factor-password').fill('correct horse');
  await at('second-factor-submit').click();
  await at('totp-code').fill('123456');
  await at('totp-submit').click();
  for (const _ of [1, 2]) {
    await expect(at('recovery-codes')).toBeVisible();
    await expect.poll(() => depth(page)).toBe(1);
    await back(page);
  }
  await expect(at('recovery-codes')).toBeVisible();
  await at('codes-kept').check();
  await at('codes-done').click();
  await expect(at('codes-row')).toBeVisible();
  await expect.poll(() => depth(page)).toBe(2);
});

/** What a page translator does to a document (`font` in the place of each text), now and to all that is added. */
async function translate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const one = (text: Text) => {
      const { parentElement, data } = text;
      if (!text.isConnected || !data.trim()) return;
      if (parentElement?.closest('font,script,style,textarea,[translate=no]')) return;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = data;
      outer.append(inner);
      text.replaceWith(outer);
    };
    const walk = (node: Node) => {
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      const texts: Text[] = node instanceof Text ? [node] : [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      texts.forEach(one);
    };
    walk(document.body);
    new MutationObserver((records) => {
      for (const { addedNodes } of records) addedNodes.forEach(walk);
    }).observe(document.body, { childList: true, subtree: true });
  });
}

test('a page that is translated goes on, says nothing old, and what people write is left alone', async ({
  page,
}) => {
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(String(error)));
  const at = (testId: string) => page.getByTestId(testId);
  await enter(page, alone, looks);
  await translate(page);
  await at('search-input').fill('bo');
  await at('search-result').waitFor();
  await at('search-input').fill('zzz');
  await expect(page.getByText('Nobody’s name starts with “zzz”.')).toBeVisible();
  await at('search-input').fill('');
  await page.evaluate(async () => {
    await fake.openChat({ accountId: 'Ym9i', name: 'bob' });
  });
  const state = at('conversation-state');
  await expect(state).toHaveText('Waiting for bob');
  await page.evaluate(() => fake.setState('secure'));
  await expect(state).toHaveText('Just the two of you');
  await page.evaluate(() => {
    fake.say('привет');
    fake.offerFile({ state: 'transferring', done: 1_000_000, size: 30_000_000 });
  });
  await expect(at('message-text')).toHaveText('привет');
  await expect(at('live-log')).toContainText('привет');
  await at('fingerprint-open').click();
  await at('sas-emoji').waitFor();
  await at('twelve-open').click();
  await at('fingerprint-theirs-emoji').waitFor();
  // Nor what is read to whoever listens, or what two people compare in the same words.
  for (const ours of ['message-text', 'live-log', 'fingerprint-theirs-emoji', 'fingerprint-mine-emoji'])
    expect(await at(ours).locator('font').count(), ours).toBe(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(at('compare-panel')).toHaveCount(0);
  for (const done of [2_000_000, 9_000_000]) {
    await page.evaluate((bytes) => fake.offerFile({ done: bytes, size: 30_000_000 }), done);
  }
  await page.evaluate(() => fake.setState('secure', { peerActivity: 'typing', refusedFrames: 1 }));
  await expect(page.getByText('bob is writing').first()).toBeVisible();
  await page.evaluate(() => fake.setState('secure', { peerActivity: 'none', refusedFrames: 0 }));
  await expect(at('refused-warning')).toHaveCount(0);
  await page.evaluate(() => fake.setState('reconnecting'));
  await expect(state).toHaveText('Waiting until bob is back');
  await at('settings-open').click();
  await page.getByRole('radio', { name: 'Русский' }).click();
  await expect(page.getByRole('heading', { name: 'Настройки' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.evaluate(() => fake.setState('peer-disconnected'));
  await expect(state).toHaveText('Беседа окончена');
  expect(broken).toEqual([]);
});

test('one can write at once: after coming in, after a call, and after answering one', async ({ page }) => {
  const at = (testId: string) => page.getByTestId(testId);
  await enter(page, alone, looks);
  await expect(at('search-input')).toBeFocused();
  await page.keyboard.type('bob');
  await at('search-result').waitFor();
  await page.keyboard.press('ArrowDown');
  await expect(at('search-result').first()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(at('search-input')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(at('composer-input')).toBeFocused();
  await page.keyboard.type('a first word');
  await expect(at('composer-input')).toHaveValue('a first word');
  await page.evaluate(() => fake.setState('declined'));
  await page.evaluate(() => fake.ring());
  await at('incoming-accept').click();
  await page.evaluate(() => fake.setState('secure'));
  await expect(at('composer-input')).toBeFocused();
  // Also for whoever was looking for somebody else, or had other things open.
  for (const elsewhere of ['search-input', 'settings-open', 'invite-open']) {
    await page.evaluate(() => fake.setState('declined'));
    await at(elsewhere).click();
    await page.evaluate(() => fake.ring());
    await at('incoming-accept').click();
    await page.evaluate(() => fake.setState('secure'));
    await expect(at('composer-input')).toBeFocused();
  }
  // Who only closes them is where they were; who turns to a conversation instead is there.
  await at('settings-open').click();
  await page.keyboard.press('Escape');
  await expect(at('settings-open')).toBeFocused();
  await at('settings-open').click();
  await at('conversation-row').click();
  await expect(at('composer-input')).toBeFocused();
});

test('Enter that ends a composition sends nothing, in whatever order the browser tells of it', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  await enter(page, scene('03-secure-now'), looks);
  await at('composer-input').fill('にほんご');
  await at('composer-input').evaluate((field) => {
    field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    const init = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
    field.dispatchEvent(new KeyboardEvent('keydown', init));
  });
  await expect(at('composer-input')).toHaveValue('にほんご');
  await page.keyboard.press('Enter');
  await expect(at('composer-input')).toHaveValue('');
  const sent = await page.evaluate(() => fake.calls.filter(({ name }) => name === 'sendText').length);
  expect(sent).toBe(1);
});

declare global {
  /** What was heard and shown while somebody looked elsewhere. */
  var signs: { tones: number; notifications: string[]; badge: number; hidden: boolean };
}

/** Counts sounds, notifications and the badge, and lets a test look away. */
async function watchSigns(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.signs = { tones: 0, notifications: [], badge: 0, hidden: false };
    Object.defineProperty(document, 'visibilityState', {
      get: () => (signs.hidden ? 'hidden' : 'visible'),
    });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when) {
      signs.tones += 1;
      start.call(this, when);
    };
    let permission: NotificationPermission = 'default';
    class Told {
      static get permission() {
        return permission;
      }
      static async requestPermission() {
        permission = 'granted';
        return permission;
      }
      onclick: (() => void) | null = null;
      constructor(title: string, { body }: { body: string }) {
        signs.notifications.push(`${title}: ${body}`);
      }
      close() {
        signs.notifications.push('closed');
      }
    }
    Object.assign(globalThis, { Notification: Told });
    Object.assign(navigator, {
      setAppBadge: async (count: number) => {
        signs.badge = count;
      },
      clearAppBadge: async () => {
        signs.badge = 0;
      },
    });
  });
}

const look = (page: Page, away: boolean) =>
  page.evaluate((hidden) => {
    signs.hidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  }, away);

/** So many messages of bob's that nobody has seen. */
const unread = (page: Page, count: number) =>
  page.evaluate((number) => {
    const bob = { accountId: 'Ym9i', name: 'bob', state: 'secure', trust: 'compared' } as const;
    fake.emit({ type: 'conversations', conversations: [{ ...bob, unread: number }] });
  }, count);

test('what is missed is counted, heard, and told once the person wants that: without a word of it', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  await watchSigns(page);
  await enter(page, scene('03-conversation'), looks);
  await expect(page).toHaveTitle('Duet · bob');
  // Looked at, it is no news.
  await unread(page, 1);
  await expect(page).toHaveTitle('Duet · bob');
  expect(await page.evaluate(() => signs.tones)).toBe(0);
  await unread(page, 0);

  await look(page, true);
  await unread(page, 2);
  await expect(page).toHaveTitle('(2) Duet · bob');
  expect(await page.evaluate(() => signs)).toMatchObject({ badge: 2, notifications: [] });
  expect(await page.evaluate(() => signs.tones)).toBeGreaterThan(0);
  await expect(at('missed')).toHaveCount(0);

  // Asked for after the first thing that was missed, and not before.
  await look(page, false);
  await at('missed-yes').click();
  await expect(at('missed')).toHaveCount(0);
  await unread(page, 0);
  await expect(page).toHaveTitle('Duet · bob');
  expect(await page.evaluate(() => signs.badge)).toBe(0);

  await look(page, true);
  await unread(page, 1);
  await page.evaluate(() => fake.ring());
  await expect(page).toHaveTitle('(2) Duet · bob');
  await page.waitForFunction(() => signs.notifications.includes('Duet: Somebody would like to talk'));
  const { notifications } = await page.evaluate(() => signs);
  expect(notifications).toContain('Duet: A new message');
  expect(notifications.join()).not.toContain('bob');
  await look(page, false);
  await page.waitForFunction(() => signs.notifications.at(-1) === 'closed');
  await page.evaluate(() => fake.declineIncoming({ id: 'ring-0' }));

  // Whoever is muted makes no sound, and is counted all the same.
  await at('fingerprint-open').click();
  await at('mute').click();
  await look(page, true);
  const before = await page.evaluate(() => ({ ...signs, notifications: signs.notifications.length }));
  await unread(page, 3);
  await expect(page).toHaveTitle('(3) Duet · bob');
  await page.evaluate(() => fake.ring());
  await expect(page).toHaveTitle('(4) Duet · bob');
  const after = await page.evaluate(() => ({ ...signs, notifications: signs.notifications.length }));
  expect(after).toMatchObject({ tones: before.tones, notifications: before.notifications });
});

test('the start waits for the server as long as it takes, and says so', async ({ page }) => {
  await page.clock.install();
  await page.goto('/?still&fake=starting');
  const trouble = page.getByTestId('start-trouble');
  await expect(trouble).toHaveAttribute('data-code', 'relay-unreachable');
  // Longer than any notice stands there, and it is tried again and again.
  await page.clock.runFor(30_000);
  await expect(trouble).toBeVisible();
  const tries = await page.evaluate(() => fake.calls.filter(({ name }) => name === 'start').length);
  expect(tries).toBeGreaterThan(3);
  await page.evaluate(() => fake.logout());
  await expect(page.getByTestId('sign-in-name')).toBeVisible();
});

test('a key after 200 kB were pasted is laid out as often as in a bare field, and the counter is right', async ({
  page,
}) => {
  const text = 'So that was the third cat, and we walked on. '.repeat(4_444);
  await enter(page, scene('03-conversation'), looks);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const layouts = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? Number.NaN;
  };
  const keys = 10;
  const perKeys = async (): Promise<number> => {
    const before = await layouts();
    for (let key = 0; key < keys; key += 1) {
      await page.keyboard.press('a');
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
    }
    return (await layouts()) - before;
  };
  const field = page.getByTestId('composer-input');
  await field.fill(text);
  await expect(page.getByTestId('composer-send')).toBeDisabled();
  await expect(page.getByText(/195980 characters too many/)).toBeVisible();
  const ours = await perKeys();
  await expect(page.getByText(/195990 characters too many/)).toBeVisible();
  await page.evaluate(() => {
    const bare = document.createElement('textarea');
    bare.style.cssText = 'position: fixed; inset: 0; width: 700px; height: 160px';
    document.body.append(bare);
    bare.focus();
  });
  await page.locator('body > textarea').fill(text);
  // The counter's own line is the one thing more.
  expect(ours).toBeLessThanOrEqual((await perKeys()) + 2 * keys);
});
