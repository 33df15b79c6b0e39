/** Films that play while they arrive: made here by the browser itself, and drawn in the real frame of the viewer. */
import { expect, type Page, test } from '@playwright/test';
import type { TransferView } from '../../src/engine/contract.ts';
import { scenes } from './scenes.js';
import { enter } from './stage.js';

/** Seconds of film that are made. */
const LENGTH = 3;

/** What came of the film so far is held by the page, as the engine would hold it. */
declare global {
  var film: { readonly whole: Blob; show(part: number): void };
}

/** A clip of moving colours in this format, and a message with it of which nothing has come. */
async function offered(
  page: Page,
  mimeType: string,
  kind: TransferView['kind'] = 'videoMessage',
): Promise<void> {
  const scene = scenes.find(({ name }) => name === '03-conversation');
  if (scene === undefined) throw new Error('no such scene');
  await enter(page, scene, { language: 'en', theme: 'light' });
  await page.evaluate(
    async ({ type, seconds, kind }) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 320 });
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('nothing to draw on');
      const stream = canvas.captureStream(25);
      const sound = new AudioContext();
      const out = sound.createMediaStreamDestination();
      const tone = sound.createOscillator();
      tone.connect(out);
      tone.start();
      for (const track of out.stream.getAudioTracks()) stream.addTrack(track);
      const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 2_000_000 });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
      recorder.start(200);
      const began = performance.now();
      while (performance.now() - began < seconds * 1000) {
        for (let at = 0; at < 64; at += 1) {
          context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
          context.fillRect((at % 8) * 40, Math.floor(at / 8) * 40, 40, 40);
        }
        await new Promise((next) => requestAnimationFrame(next));
      }
      recorder.stop();
      await stopped;
      const whole = new Blob(parts, { type: 'application/octet-stream' });
      const said = {
        fid: 'film',
        name: 'film',
        mediaType: type,
        kind,
        mode: 'both',
      } as const;
      const file = { ...said, size: whole.size, durationMs: seconds * 1000 };
      const message = (change: Partial<TransferView>) => fake.offerFile({ ...file, ...change });
      globalThis.film = {
        whole,
        show: (part) => {
          // By the pieces that were recorded each in its time: half of the bytes may be one great picture.
          const pieces = parts.slice(0, Math.ceil(parts.length * part));
          const done = pieces.reduce((sum, { size }) => sum + size, 0);
          if (part === 1) message({ state: 'done', done, blob: whole });
          else message({ state: 'transferring', done, arriving: whole.slice(0, done) });
        },
      };
    },
    { type: mimeType, seconds: LENGTH, kind },
  );
}

for (const type of ['video/webm;codecs=vp8,opus', 'video/mp4;codecs=avc1,opus']) {
  test(`a film plays while it arrives, from its first bytes to its end: ${type}`, async ({ page }) => {
    const at = (testId: string) => page.getByTestId(testId);
    const inside = page.locator('iframe[title^="Video message"]').contentFrame().locator('video');
    const playing = () => inside.evaluate((video: HTMLVideoElement) => video.currentTime);
    await offered(page, type);
    await page.evaluate(() => film.show(0.5));
    await expect(at('circle-picture')).toBeVisible();
    await at('circle-toggle').click();
    await expect.poll(playing).toBeGreaterThan(0.5);
    await test.step('it waits for what is still coming, and says nothing to its sender', async () => {
      await expect
        .poll(() => inside.evaluate((video: HTMLVideoElement) => video.readyState < video.HAVE_FUTURE_DATA))
        .toBe(true);
      await expect(at('circle')).toHaveAttribute('data-playing', 'true');
      expect(await playing()).toBeLessThan(LENGTH - 0.5);
    });
    const marked = page.evaluate(
      () =>
        new Promise((resolve) => {
          fake.markSeen = async ({ fid }) => resolve(fid);
        }),
    );
    await page.evaluate(() => film.show(1));
    await expect(at('circle')).toHaveAttribute('data-playing', 'false');
    expect(await marked).toBe('film');
  });
}

test('a film that was only opened is not read; played for a moment, also before all of it came, it is', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  const marked = () => page.evaluate(() => fake.calls.filter(({ name }) => name === 'markSeen').length);
  const inside = page.getByTestId('viewer-frame').contentFrame().locator('video');
  const seconds = () => inside.evaluate((video: HTMLVideoElement) => video.currentTime);
  await offered(page, 'video/webm;codecs=vp8,opus', 'file');
  await page.evaluate(() => film.show(1));
  await at('transfer-open').click();
  await expect(at('viewer')).toHaveAttribute('data-state', 'shown');
  await expect(at('player-toggle')).toBeVisible();
  // Gone through, to its end, and not looked at.
  await at('viewer').getByRole('slider').press('End');
  await expect.poll(seconds).toBeGreaterThan(1);
  await at('viewer-close').click();
  await expect(at('viewer')).toHaveCount(0);
  expect(await marked()).toBe(0);
  await at('transfer-open').click();
  await at('player-toggle').click();
  await expect.poll(marked).toBe(1);
});

test('a page that is older than the viewer says so, wherever something would be drawn there', async ({
  page,
}) => {
  const at = (testId: string) => page.getByTestId(testId);
  // As a newer server would send it: it speaks in another version, and draws what it is given.
  await page.route('**/viewer/index.html', async (route) => {
    const body = `<script>
      addEventListener('message', () => { document.body.textContent = 'shown wrong'; });
      parent.postMessage('another version', '*');
    </script><body></body>`;
    await route.fulfill({ contentType: 'text/html', body });
  });
  await offered(page, 'video/webm;codecs=vp8,opus', 'file');
  await page.evaluate(() => film.show(1));
  await at('transfer-open').click();
  const said = at('viewer').getByTestId('viewer-outdated');
  await expect(said).toContainText('newer version');
  await expect(said.getByRole('button')).toBeVisible();
  await expect(page.getByTestId('viewer-frame').contentFrame().locator('body')).toBeEmpty();
  await at('viewer-close').click();
  // It can still be saved.
  await expect(at('transfer-save')).toBeVisible();
});
