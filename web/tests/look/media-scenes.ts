import type { Page } from '@playwright/test';
import type { TransferView } from '../../src/engine/contract.ts';
import type { Scene } from './scene.js';

/** What a scene says of a file; its content is drawn in the page. */
type File = Partial<Omit<TransferView, 'blob' | 'arriving' | 'peaks' | 'preview'>> & {
  readonly content?: 'picture' | 'text' | 'voice';
};

/** A conversation in which bob sent these files, and alice one. */
async function files(page: Page, theirs: readonly File[], mine: readonly File[] = []): Promise<void> {
  await page.evaluate(
    async ([ofBob, ofAlice]) => {
      const picture = async () => {
        const canvas = new OffscreenCanvas(960, 600);
        const context = canvas.getContext('2d');
        if (context === null) throw new Error('nothing to draw on');
        for (const [colour, top] of [
          ['#e98f75', 0],
          ['#8c5b64', 330],
          ['#40506a', 400],
        ] as const) {
          context.fillStyle = colour;
          context.fillRect(0, top, 960, 600);
        }
        context.fillStyle = '#ffdf9e';
        context.beginPath();
        context.arc(680, 260, 90, 0, Math.PI * 2);
        context.fill();
        return await canvas.convertToBlob({ type: 'image/png' });
      };
      const contents = {
        picture,
        text: async () => new Blob(['export const tables = 6;\n'.repeat(40)]),
        // The beginning of a recording, which is all that says what it is.
        voice: async () => new Blob(['\x1aE\u07e3', 'webm']),
      };
      await fake.openChat({ accountId: 'Ym9i', name: 'bob' });
      fake.setState('secure', { trust: 'compared' });
      const whole = async ({ content, ...said }: File) => {
        if (content === undefined) return said;
        const peaks = Uint8Array.from({ length: 64 }, (_, at) => 30 + Math.abs(Math.sin(at * 0.7)) * 200);
        return {
          ...said,
          peaks,
          state: 'done' as const,
          done: said.size ?? 0,
          blob: await contents[content](),
        };
      };
      for (const file of ofBob) fake.offerFile(await whole(file));
      for (const [at, { content, ...said }] of ofAlice.entries()) {
        fake.emit({
          type: 'messages',
          upsert: [
            {
              ...{
                id: `m${at}`,
                mine: true,
                seq: 0,
                at: Date.UTC(2026, 10, 29, 16, 13 + at),
                status: 'delivered',
              },
              ...{ unconfirmed: false, session: 1, act: null, reactions: [] },
              body: {
                kind: 'file',
                transfer: {
                  ...{ fid: `own-${at}`, name: 'file', mediaType: '', size: 1, done: 0, state: 'offered' },
                  ...{ kind: 'file', mode: 'both', durationMs: 0, pausedBy: [], seen: false },
                  ...{ peaks: new Uint8Array(0), preview: new Uint8Array(0) },
                  ...said,
                },
              },
            },
          ],
        });
      }
    },
    [theirs, mine] as const,
  );
}

const picture: File = {
  name: 'tables.png',
  mediaType: 'image/png',
  size: 2_202_009,
  kind: 'image',
  content: 'picture',
};

async function opened(page: Page): Promise<void> {
  await page.getByTestId('transfer-open').click();
  await page.locator('[data-testid=viewer][data-state=shown]').waitFor();
}

async function recording(page: Page, what: 'voice' | 'video'): Promise<void> {
  await page.context().grantPermissions(['camera', 'microphone']);
  await files(page, []);
  await page.getByTestId(`record-${what}`).press('Enter');
}

export const mediaScenes: readonly Scene[] = [
  {
    name: '03-conversation-media',
    stage: 'in',
    prepare: async (page) => {
      const voice = { name: 'voice.webm', mediaType: 'audio/webm', kind: 'voice', content: 'voice' } as const;
      await files(
        page,
        [picture, { ...voice, durationMs: 42_000, size: 90_000 }],
        [
          { name: 'harbour-walk.mp4', size: 50_331_648, done: 19_084_083, state: 'transferring' },
          { name: 'map-of-the-old-town.pdf', mediaType: 'application/pdf', size: 6_710_886 },
        ],
      );
      await page.getByTestId('transfer-picture').waitFor();
      await page.getByTestId('voice').waitFor();
    },
  },
  {
    name: '03-file-paused',
    stage: 'in',
    prepare: (page) =>
      files(page, [
        { name: 'harbour-walk.mp4', size: 50_331_648, done: 19_084_083, state: 'paused', pausedBy: ['peer'] },
        {
          name: 'contract.pdf',
          mediaType: 'application/pdf',
          mode: 'downloadOnly',
          content: 'text',
          size: 4_096,
        },
      ]),
  },
  {
    name: '06-send-file',
    stage: 'in',
    prepare: async (page) => {
      await files(page, []);
      await page.getByTestId('attach-input').setInputFiles([
        { name: 'tables.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(2_202_009) },
        { name: 'map-of-the-old-town.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(6_710_886) },
      ]);
      await page.getByTestId('send-mode-viewOnly').check();
    },
  },
  {
    name: '06-viewer',
    stage: 'in',
    prepare: async (page) => {
      await files(page, [{ ...picture, mode: 'viewOnly' }]);
      await opened(page);
    },
  },
  {
    name: '06-viewer-text',
    stage: 'in',
    prepare: async (page) => {
      await files(page, [{ name: 'tables.ts', mediaType: 'text/plain', size: 1_000, content: 'text' }]);
      await opened(page);
    },
  },
  {
    name: '07-record-voice',
    stage: 'in',
    prepare: async (page) => {
      await recording(page, 'voice');
      await page.locator('[data-testid=voice-recorder][data-stage=recording]').waitFor();
    },
  },
  {
    name: '07-record-voice-refused',
    stage: 'in',
    prepare: async (page) => {
      await files(page, []);
      await page.getByTestId('record-voice').press('Enter');
      await page.locator('[data-testid=voice-recorder][data-stage=refused]').waitFor();
    },
  },
  {
    name: '07-record-video',
    stage: 'in',
    prepare: async (page) => {
      await recording(page, 'video');
      await page.getByTestId('video-start').click();
      await page.locator('[data-testid=video-recorder][data-stage=recording]').waitFor();
    },
  },
];
