import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { expect, test, testBytes } from './support/fixtures.js';
import { meet, type Person } from './support/person.js';
import { pdf, png, text } from './support/pictures.js';

const engines = ['native', 'wasm'] as const;

async function pair(
  stage: { person: (name: string, options?: object) => Promise<Person> },
  options: object = {},
): Promise<readonly [alice: Person, bob: Person]> {
  const [alice, bob] = [await stage.person('alice', options), await stage.person('bob', options)];
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  return [alice, bob];
}

/** What a clock shows: `1:05` is 65. */
async function secondsOf(clock: Locator): Promise<number> {
  const [minutes = 0, seconds = 0] = ((await clock.textContent()) ?? '').split(':').map(Number);
  return minutes * 60 + seconds;
}

/** What the sender of the last message reads below it. */
const statusOf = (person: Person) => person.at('message').last();

async function saved(person: Person): Promise<Buffer> {
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.at('transfer-save').last().click(),
  ]);
  return await readFile(await download.path());
}

for (const engine of engines) {
  test(`a picture is seen where it stands, in the viewer, and can be kept: ${engine}`, async ({ stage }) => {
    const [alice, bob] = await pair(stage, { engine });
    const picture = png('bridge.png');
    await alice.at('attach-input').setInputFiles(picture);
    await expect(alice.at('send-strip')).toBeChecked();
    await alice.at('send-submit').click();
    await expect(bob.at('transfer-picture')).toBeVisible();
    await expect(alice.at('transfer-picture')).toBeVisible();
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'read');
    await bob.at('transfer-open').click();
    await expect(bob.at('viewer')).toHaveAttribute('data-state', 'shown');
    await bob.page.keyboard.press('Escape');
    await expect(bob.at('viewer')).toHaveCount(0);
    const got = await saved(bob);
    expect(got.includes('alice at home'), 'the note in the picture was left out').toBe(false);
    expect(got.length).toBeGreaterThan(100);
  });

  test(`what is only to be looked at is painted, marked and closed: ${engine}`, async ({ stage }) => {
    const [alice, bob] = await pair(stage, { engine });
    await alice.attach(png('only.png'), 'viewOnly');
    await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
    await expect(bob.at('transfer-save')).toHaveCount(0);
    await expect(bob.at('transfer-picture')).toHaveCount(0);
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'delivered');

    await bob.at('transfer-open').click();
    await expect(bob.at('viewer')).toHaveAttribute('data-state', 'shown');
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'read');
    await expect(bob.at('viewer-guarded')).toContainText('No browser can prevent a screenshot');
    const inside = bob.at('viewer-frame').contentFrame();
    await expect(inside.locator('canvas')).toHaveCount(1);
    await expect(inside.locator('img')).toHaveCount(0);

    await test.step('keys and menus that keep or print it do nothing, wherever the focus is', async () => {
      for (const key of ['Control+s', 'Control+p', 'F12', 'Control+Shift+i']) {
        const prevented = await bob.page.evaluate((combination) => {
          const parts = combination.split('+');
          const event = new KeyboardEvent('keydown', {
            key: parts.at(-1) ?? '',
            ctrlKey: parts.includes('Control'),
            shiftKey: parts.includes('Shift'),
            cancelable: true,
            bubbles: true,
          });
          document.activeElement?.dispatchEvent(event);
          return event.defaultPrevented;
        }, key);
        expect(prevented, key).toBe(true);
      }
      await inside.locator('.stage').focus();
      await bob.page.keyboard.press('Control+s');
      await expect(bob.page.getByText('sent this only to be looked at')).toBeVisible();
      const menu = await inside.locator('.stage').evaluate((stage_) => {
        const event = new MouseEvent('contextmenu', { cancelable: true, bubbles: true });
        stage_.dispatchEvent(event);
        return event.defaultPrevented;
      });
      expect(menu).toBe(true);
    });

    await test.step('it is closed when one turns away', async () => {
      await bob.page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await expect(bob.at('viewer')).toHaveCount(0);
    });

    await test.step('its sender keeps full access', async () => {
      await alice.at('transfer-open').click();
      await expect(alice.at('viewer')).toHaveAttribute('data-state', 'shown');
      await expect(alice.at('viewer-guarded')).toHaveCount(0);
      await alice.at('viewer-close').click();
    });
  });

  test(`words that are spoken are heard, and read at half of them: ${engine}`, async ({ stage }) => {
    const [alice, bob] = await pair(stage, { engine });
    await watchTracks(alice);
    await alice.context.grantPermissions(['microphone'], { origin: alice.origin });
    await alice.at('record-voice').press('Enter');
    await expect(alice.at('voice-recorder')).toHaveAttribute('data-stage', 'recording');
    await expect(bob.page.getByText('alice is recording a voice message')).toBeVisible();
    await expect.poll(() => secondsOf(alice.at('voice-clock'))).toBeGreaterThanOrEqual(3);

    await alice.at('voice-stop').click();
    expect(await openTracks(alice), 'the microphone is free').toBe(0);
    // It is short, and at its end it stands at its beginning again.
    const played = alice.page.waitForFunction(() => {
      const time = document.querySelector('[data-testid=voice-time]')?.textContent;
      return time != null && !time.startsWith('0:00 /');
    });
    await alice.at('voice-toggle').click();
    await played;
    await test.step('it is kept while one looks at something else', async () => {
      await alice.at('settings-open').click();
      await expect(alice.at('voice-recorder')).toHaveCount(0);
      await alice.page.keyboard.press('Escape');
      await expect(alice.at('voice-recorder')).toHaveAttribute('data-stage', 'done');
      expect(await openTracks(alice)).toBe(0);
    });
    await alice.at('voice-send').click();
    await expect(alice.at('voice-recorder')).toHaveCount(0);

    await expect(bob.at('voice')).toBeVisible();
    await expect(bob.at('voice-time')).toContainText('0:00 / ');
    await expect(bob.at('voice-time')).not.toContainText('/ 0:00');
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'delivered');
    await test.step('going to the end is not hearing it', async () => {
      await bob.at('voice-position').press('End');
      await expect(bob.at('voice-time')).not.toContainText('0:00 /');
      await bob.at('voice-position').press('Home');
      await expect(bob.at('voice-time')).toContainText('0:00 /');
      await expect(statusOf(alice)).toHaveAttribute('data-status', 'delivered');
    });
    await bob.at('voice-rate').click();
    await expect(bob.at('voice-rate')).toHaveText('1.5×');
    await bob.at('voice-toggle').click();
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'read');
  });

  test(`a video message is recorded, looked at, sent, and played in its circle: ${engine}`, async ({
    stage,
  }) => {
    const [alice, bob] = await pair(stage, { engine });
    await watchTracks(alice);
    await alice.context.grantPermissions(['camera', 'microphone'], { origin: alice.origin });
    await alice.at('record-video').click();
    await expect(alice.at('video-recorder')).toHaveAttribute('data-stage', 'live');
    await alice.at('video-start').click();
    await expect(bob.page.getByText('alice is recording a video message')).toBeVisible();
    await expect.poll(() => secondsOf(alice.at('video-clock'))).toBeGreaterThanOrEqual(2);
    await expect(alice.at('video-room')).toContainText('MB');
    await alice.at('video-stop').click();
    await expect(alice.at('video-review')).toBeVisible();
    expect(await openTracks(alice), 'camera and microphone are free').toBe(0);
    await alice.at('video-send').click();
    await expect(alice.at('video-recorder')).toHaveCount(0);

    await expect(bob.at('circle-picture')).toBeVisible();
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'delivered');
    const plays = bob.page.waitForFunction(
      () => document.querySelector('[data-testid=circle][data-playing=true]') !== null,
    );
    await bob.at('circle-toggle').click();
    await plays;
    await expect(statusOf(alice)).toHaveAttribute('data-status', 'read');
    await expect(bob.at('circle')).toHaveAttribute('data-playing', 'false');
  });
}

/** Tracks of microphones and cameras that this page was given. */
async function watchTracks(person: Person): Promise<void> {
  await person.page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const ask = devices.getUserMedia.bind(devices);
    const given: MediaStreamTrack[] = [];
    Object.assign(globalThis, { given });
    devices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      given.push(...stream.getTracks());
      return stream;
    };
  });
}

const openTracks = (person: Person): Promise<number> =>
  person.page.evaluate(() => {
    const { given } = globalThis as unknown as { given: MediaStreamTrack[] };
    if (given.length === 0) throw new Error('no device was ever opened');
    return given.filter(({ readyState }) => readyState === 'live').length;
  });

test('what is only to be saved shows nothing, and is read once it is saved', async ({ stage }) => {
  const [alice, bob] = await pair(stage);
  await alice.attach(png('keep.png'), 'downloadOnly');
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
  await expect(bob.at('transfer-open')).toHaveCount(0);
  await expect(bob.at('transfer-picture')).toHaveCount(0);
  await alice.say('Did it come?');
  await expect(alice.message('Did it come?')).toHaveAttribute('data-status', 'read');
  await expect(alice.at('message').first()).toHaveAttribute('data-status', 'delivered');
  await saved(bob);
  await expect(alice.at('message').first()).toHaveAttribute('data-status', 'read');
});

/** Both lines and the picture of {@link pdf}: the second line and the picture need files of the site beside pdf.js. */
async function seesAll(canvas: Locator): Promise<void> {
  const drawn = () =>
    canvas.evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const context = (element as HTMLCanvasElement).getContext('2d');
      const rows = Array.from({ length: height }, (_, y) => {
        const { data } = context?.getImageData(0, y, width, 1) ?? { data: [] };
        const row = { ink: false, red: false };
        for (let at = 0; at < width * 4; at += 4) {
          const [r, g, opaque] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 3] === 255];
          row.ink ||= opaque && g < 80 && r < 80;
          row.red ||= opaque && g < 80 && r > 150;
        }
        return row;
      });
      const lines = rows.filter(({ ink }, y) => ink && rows[y - 1]?.ink !== true).length;
      return { lines, picture: rows.filter(({ red }) => red).length > 50 };
    });
  await expect.poll(drawn).toEqual({ lines: 2, picture: true });
}

test('documents and code open in a sandbox without origin, network and storage', async ({ stage }) => {
  const [alice, bob] = await pair(stage);
  const page = '<script>parent.document.title = "broken out"</script>';
  await alice.attach([pdf('menu.pdf'), text('notes.html', page)]);
  await expect(bob.page.locator('[data-testid=transfer][data-state=done]')).toHaveCount(2);

  for (const index of [0, 1]) {
    await bob.at('transfer-open').nth(index).click();
    await expect(bob.at('viewer')).toHaveAttribute('data-state', 'shown');
    const inside = bob.at('viewer-frame').contentFrame().locator('body');
    if (index === 0) await seesAll(bob.at('viewer-frame').contentFrame().locator('canvas'));
    const seen = await inside.evaluate(async () => ({
      origin: globalThis.origin,
      storage: (() => {
        try {
          return typeof localStorage;
        } catch (error) {
          return (error as Error).name;
        }
      })(),
      // The policy is asked first: this is not a question of what the address answers.
      network: await fetch('/api/config').then(
        () => 'open',
        () => 'closed',
      ),
    }));
    // Refused as asked for, and not a fault of the page.
    bob.forgive(/\/api\/config/);
    expect(seen).toEqual({ origin: 'null', storage: 'SecurityError', network: 'closed' });
    await bob.at('viewer-close').click();
  }
  expect(await bob.page.title()).not.toContain('broken out');
});

test('several files come one after the other; both sides can stop one for now', async ({ stage }) => {
  const [alice, bob] = await pair(stage, { through: stage.hostile.port });
  stage.hostile.tamper = (frame, type) => (type === 0x12 ? [] : [frame]);
  const file = (name: string) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: testBytes(600_000, name),
  });
  await alice.attach([file('one.bin'), file('two.bin')]);
  const states = async (person: Person) =>
    await person.at('transfer').evaluateAll((all) => all.map((one) => one.getAttribute('data-state')));
  await expect.poll(() => states(bob)).toEqual(['transferring', 'offered']);
  await bob.at('transfer-pause').click();
  await expect.poll(() => states(bob)).toEqual(['paused', 'transferring']);
  await expect.poll(() => states(alice)).toEqual(['paused', 'transferring']);
  await test.step('what its sender stopped is not for the other side to go on with', async () => {
    await alice.at('transfer-pause').click();
    await expect(bob.page.getByText('Paused by alice')).toBeVisible();
    await expect(bob.at('transfer-pause')).toHaveCount(1);
    stage.hostile.tamper = (frame) => [frame];
    await alice.at('transfer-pause').click();
    await expect.poll(() => states(bob)).toEqual(['paused', 'done']);
  });
  await bob.at('transfer-pause').first().click();
  await expect.poll(() => states(bob)).toEqual(['done', 'done']);
  await expect.poll(() => states(alice)).toEqual(['done', 'done']);
});

test('a microphone that is refused, and one that this address cannot have, are said in words', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { host: 'duet.test' });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.at('record-voice').press('Enter');
  await expect(alice.at('voice-recorder')).toHaveAttribute('data-stage', 'refused');
  await expect(alice.page.getByText('The browser does not let this page use it')).toBeVisible();
  await alice.page.keyboard.press('Escape');
  await expect(alice.at('composer-input')).toBeVisible();
  // Before the click.
  await expect(bob.at('record-voice')).toHaveAccessibleDescription(/Only over https/);
  await bob.at('record-voice').press('Enter');
  await expect(bob.at('voice-recorder')).toHaveCount(0);
});
