import { expect, test } from './support/fixtures.js';
import { meet, type Person } from './support/person.js';

async function openScanner(person: Person): Promise<void> {
  await person.at('fingerprint-open').click();
  await person.at('scan-open').click();
}

/** What the other side's camera would see. */
async function pictureOfCode(person: Person): Promise<Buffer> {
  await person.at('fingerprint-open').click();
  return await person.page.getByRole('img', { name: 'Code with both of your keys' }).screenshot();
}

test('a QR code shown by one side and scanned by the other proves the keys', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { host: 'duet.test' });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await expect(alice.at('trust-badge')).toHaveAttribute('data-trust', 'first-use');

  const buffer = await pictureOfCode(bob);
  await openScanner(alice);
  await alice.at('scan-picture').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer });
  await expect(alice.at('scan-outcome')).toHaveAttribute('data-code', 'verified');
  await expect(alice.at('trust-badge')).toHaveAttribute('data-trust', 'qr');
  // What alice proved is hers: bob has scanned nothing.
  await expect(bob.at('trust-badge')).toHaveAttribute('data-trust', 'first-use');

  await test.step('a code that was made for somebody else proves nothing', async () => {
    await bob.at('scan-open').click();
    await bob.at('scan-picture').setInputFiles({ name: 'own.png', mimeType: 'image/png', buffer });
    await expect(bob.at('scan-outcome')).toHaveAttribute('data-code', 'other-person');
    await expect(bob.at('trust-badge')).toHaveAttribute('data-trust', 'first-use');
  });

  await test.step('a picture without a code, and a text that is none', async () => {
    const empty = await bob.at('scan-check').screenshot();
    await bob.at('scan-picture').setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: empty });
    await expect(bob.at('scan-outcome')).toHaveAttribute('data-code', 'not-a-code');
    await bob.at('scan-text').fill('https://example.org/');
    await bob.at('scan-check').click();
    await expect(bob.at('scan-outcome')).toHaveAttribute('data-code', 'not-a-code');
  });
});

test('the camera runs while it is looked through, and not a moment longer', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { host: 'duet.test' });
  await alice.context.grantPermissions(['camera']);
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await openScanner(alice);
  await alice.at('scan-camera').click();
  const camera = alice.at('qr-camera');
  await expect(camera).toHaveAttribute('data-running', 'true');
  const track = await camera.evaluateHandle((video: HTMLVideoElement) => {
    const [first] = (video.srcObject as MediaStream).getVideoTracks();
    if (first === undefined) throw new Error('no picture');
    return first;
  });
  expect(await track.evaluate(({ readyState }) => readyState)).toBe('live');
  await alice.at('scan-camera').click();
  await expect(camera).toHaveCount(0);
  await expect.poll(() => track.evaluate(({ readyState }) => readyState)).toBe('ended');

  // Browsers give no camera to plain http: the other ways are there, and no dead button.
  await openScanner(bob);
  await expect(bob.at('scan-text')).toBeVisible();
  await expect(bob.at('scan-camera')).toHaveCount(0);
});

test('the safety code and the emoji of the session are the same on both sides', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { engine: 'wasm' });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  const shown: (string | null)[] = [];
  for (const person of [alice, bob]) {
    await person.at('fingerprint-open').click();
    await person.at('compare-more').click();
    shown.push(await person.at('safety-code').textContent());
    shown.push(await person.at('sas-emoji').textContent());
  }
  expect(shown[0]?.replace(/\D/g, '')).toHaveLength(60);
  expect(shown[0]).toBe(shown[2]);
  expect(shown[1]).toBe(shown[3]);
  await alice.at('sas-confirm').click();
  await expect(alice.at('trust-badge')).toHaveAttribute('data-trust', 'sas');
});
