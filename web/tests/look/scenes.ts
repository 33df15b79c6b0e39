import type { Page } from '@playwright/test';
import type {
  AppView,
  ConnectionView,
  ConversationState,
  MessageStatus,
  MessageView,
} from '../../src/engine/contract.ts';
import type { Language } from '../../src/i18n/format.ts';
import { mediaScenes } from './media-scenes.js';
import type { Scene } from './scene.js';
import { secondFactorScenes } from './second-factor-scenes.js';

type Line = readonly [
  mine: boolean,
  at: string,
  text: Readonly<Record<Language, string>>,
  status?: MessageStatus,
];

const evening: readonly Line[] = [
  [
    false,
    '2026-11-29T19:02',
    {
      en: 'Found it. The place with the long tables is open again',
      ru: 'Нашлось! То место с длинными столами снова открыто',
    },
  ],
  [
    false,
    '2026-11-29T19:02',
    {
      en: 'They take no bookings, so we should be there by six',
      ru: 'Столы не бронируют, так что надо прийти к шести',
    },
  ],
  [
    true,
    '2026-11-29T19:04',
    {
      en: 'Six is fine. I’ll bring the map, in case the bridge is closed',
      ru: 'В шесть — отлично. Возьму карту: вдруг мост перекрыт',
    },
  ],
  [false, '2026-11-29T19:05', { en: '🥧🥧', ru: '🥧🥧' }],
  [
    false,
    '2026-11-29T19:05',
    {
      en: 'The cherry one was the best thing that happened to me in September, and I include the sea',
      ru: 'Вишнёвый был лучшим, что случилось со мной в сентябре, и море я тоже считаю',
    },
  ],
  [
    true,
    '2026-11-29T19:06',
    { en: 'Noted: pie first, then everything else', ru: 'Записала: сначала пирог, потом всё остальное' },
  ],
  [true, '2026-11-29T19:06', { en: 'Who else is coming?', ru: 'Кто ещё придёт?' }, 'read'],
];

const night: readonly Line[] = [
  ...evening,
  [
    false,
    '2026-11-30T00:04',
    { en: 'Still awake? The last tram is gone', ru: 'Не спишь? Последний трамвай ушёл' },
  ],
  [
    true,
    '2026-11-30T00:05',
    { en: 'Then we walk. It is not far', ru: 'Значит, пешком. Это недалеко' },
    'delivered',
  ],
];

function messages(lines: readonly Line[], language: Language): MessageView[] {
  return lines.map(([mine, at, text, status = 'read'], index) => ({
    id: `${mine ? 'm' : 'p'}${index}`,
    mine,
    seq: index,
    at: new Date(at).getTime(),
    status,
    ...{ unconfirmed: false, session: 1, act: null, reactions: [] },
    body: { kind: 'text', text: text[language], reply: null, versions: [], changedAt: null },
  }));
}

/** A line of the app itself. */
const noted = {
  ...({ mine: true, seq: 0, status: 'read', unconfirmed: false, session: 1, act: null } as const),
  reactions: [],
};

/** As text: the types of a Blob differ between Node and the page. */
const say = (page: Page, upsert: readonly MessageView[]) =>
  page.evaluate((list) => fake.emit({ type: 'messages', upsert: JSON.parse(list) }), JSON.stringify(upsert));

/** Bob's conversation in a state, the way every chat begins. */
async function chat(page: Page, state: ConversationState, more: object = {}): Promise<void> {
  await page.evaluate(
    async ([next, extra]) => {
      await fake.openChat({ accountId: 'Ym9i', name: 'bob' });
      fake.setState(next, extra);
    },
    [state, more] as const,
  );
}

/** The page's own connection, all else being as it is. */
async function connection(page: Page, view: ConnectionView): Promise<void> {
  await page.evaluate(async (next) => {
    let app: AppView | undefined;
    const stop = fake.subscribe((event) => {
      if (event.type === 'app') app = event.app;
    });
    await fake.retryNow();
    stop();
    if (app !== undefined) fake.emit({ type: 'app', app: { ...app, connection: next } });
  }, view);
}

const talk =
  (lines: readonly Line[], state: ConversationState = 'secure', more: object = { trust: 'compared' }) =>
  async (page: Page, language: Language): Promise<void> => {
    await chat(page, 'secure', more);
    await say(page, messages(lines, language));
    if (state !== 'secure') await page.evaluate((next) => fake.setState(next), state);
  };

const open = (testId: string) => async (page: Page) => {
  await page.getByTestId(testId).click();
};

const firstTime = { trust: 'first-use' };

/** What both did to the messages of the evening. */
async function deeds(page: Page, language: Language): Promise<void> {
  const words = {
    en: [
      'They take no bookings, so we should be there by six. Look: tables.com/saturday',
      'Six is fine. I’ll bring the map, in case the bridge is closed',
    ],
    ru: [
      'Столы не бронируют, так что надо прийти к шести. Вот: tables.com/saturday',
      'В шесть — отлично. Возьму карту: вдруг мост перекрыт',
    ],
  } as const;
  const [theirs, mine] = words[language];
  const untouched = { seq: 0, unconfirmed: false, session: 1, act: null, reactions: [] } as const;
  const at = (time: string) => new Date(`2026-11-29T${time}`).getTime();
  const version = { text: '…', at: at('19:03') };
  await say(page, [
    {
      ...{ ...untouched, id: 'p1', mine: false, at: at('19:02'), status: 'read' },
      reactions: [{ emoji: '❤️', mine: true, theirs: false, status: 'delivered' }],
      body: { kind: 'text', text: theirs, reply: null, versions: [], changedAt: null },
    },
    {
      ...{ ...untouched, id: 'm2', mine: true, at: at('19:04'), status: 'read' },
      body: { kind: 'text', text: mine, reply: 'p1', versions: [version], changedAt: at('19:05') },
    },
    {
      ...{ ...untouched, id: 'p4', mine: false, at: at('19:05'), status: 'read' },
      reactions: [
        { emoji: '😂', mine: true, theirs: true, status: 'delivered' },
        { emoji: '🥧', mine: true, theirs: false, status: 'delivered' },
      ],
      body: {
        kind: 'text',
        text: evening[4]?.[2][language] ?? '',
        reply: null,
        versions: [],
        changedAt: null,
      },
    },
    {
      ...{ ...untouched, id: 'm5', mine: true, at: at('19:06'), status: 'read' },
      body: { kind: 'taken-back' },
    },
  ]);
}

/** Two lines of just now, so that what can be done only for a while can be. */
async function recent(page: Page, language: Language): Promise<void> {
  const at = await page.evaluate(() => new Date(Date.now() - 60_000).toISOString());
  await talk([
    [false, at, { en: 'Shall we say six?', ru: 'Скажем, в шесть?' }],
    [true, at, { en: 'Who else is coming?', ru: 'Кто ещё придёт?' }, 'read'],
  ])(page, language);
}

/** A finger that rests on a message. */
async function longPress(page: Page, id: string): Promise<void> {
  const text = page.locator(`[data-message=${id}]`).getByTestId('message-text');
  await text.dispatchEvent('pointerdown', { pointerType: 'touch', bubbles: true });
}

/** What was done while the line was down, or may not have arrived. */
function unsettled(text: string): MessageView[] {
  const at = new Date('2026-11-29T19:06').getTime();
  const own = (id: string, more: Pick<MessageView, 'act' | 'body' | 'reactions'>): MessageView => ({
    ...{ id, mine: true, seq: 0, at, status: 'delivered', unconfirmed: false, session: 1 },
    ...more,
  });
  const changed = { kind: 'text', text, reply: null, versions: [{ text: '…', at }], changedAt: at } as const;
  const gone = { kind: 'taken-back' } as const;
  return [
    own('m10', {
      act: { what: 'edit', status: 'waiting' },
      body: changed,
      reactions: [{ emoji: '👍', mine: true, theirs: false, status: 'waiting' }],
    }),
    own('m11', {
      act: { what: 'edit', status: 'unconfirmed' },
      body: changed,
      reactions: [{ emoji: '👍', mine: true, theirs: true, status: 'unconfirmed' }],
    }),
    own('m12', { act: { what: 'take-back', status: 'not-delivered' }, body: gone, reactions: [] }),
  ];
}

export const scenes: readonly Scene[] = [
  { name: '01-welcome', stage: 'signed-out' },
  {
    name: '01-welcome-new',
    stage: 'signed-out',
    prepare: async (page) => {
      await page.getByTestId('tab-register').click();
      await page.getByTestId('sign-in-name').fill('al');
      await page.getByTestId('sign-in-password').fill('correct horse battery');
      await page.getByTestId('sign-in-submit').click();
    },
  },
  {
    name: '01-welcome-refused',
    stage: 'signed-out',
    prepare: async (page) => {
      await page.evaluate(() => fake.failNext('login', { code: 'wrong-credentials' }));
      await page.getByTestId('sign-in-name').fill('alice');
      await page.getByTestId('sign-in-password').fill('not the password');
      await page.getByTestId('sign-in-submit').click();
      await page.getByTestId('notice').waitFor();
    },
  },
  {
    name: '01-no-server',
    stage: 'starting',
    prepare: async (page) => {
      await page.getByTestId('start-trouble').waitFor();
    },
  },
  { name: '01-unlock', stage: 'locked' },
  { name: '01-key-missing', stage: 'key-missing' },
  { name: '01-earlier-password', stage: 'earlier-password' },
  { name: '02-alone', stage: 'in-alone' },
  { name: '02-lobby', stage: 'in' },
  {
    name: '02-who-is-here',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => {
        const here = new Map([
          ['Ym9i', true],
          ['id-carol', false],
          ['id-grace', true],
        ]);
        fake.emit({ type: 'presence', here });
      });
      await page.getByTestId('known-row').filter({ hasText: 'carol' }).first().waitFor({ state: 'attached' });
    },
  },
  {
    name: '02-update',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => duetMemory.setState({ update: () => undefined }));
      await page.getByTestId('update-offer').waitFor();
    },
  },
  {
    name: '02-arrived',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() =>
        duetMemory.setState({
          awaited: new Map([
            ['id-maximilian', { accountId: 'id-maximilian', name: 'maximilian_of_the_hills' }],
            ['id-carol', { accountId: 'id-carol', name: 'carol' }],
          ]),
        }),
      );
      await page.evaluate(() => fake.emit({ type: 'presence', here: new Map([['id-maximilian', true]]) }));
      await page.getByTestId('arrived').waitFor();
      await page.getByTestId('awaiting').waitFor();
    },
  },
  {
    name: '02-missed',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => {
        let hidden = true;
        Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
        Object.defineProperty(Notification, 'permission', { get: () => 'default' });
        document.dispatchEvent(new Event('visibilitychange'));
        fake.ring();
        setTimeout(() => {
          hidden = false;
          document.dispatchEvent(new Event('visibilitychange'));
        }, 100);
      });
      await page.getByTestId('missed').waitFor();
    },
  },
  {
    name: '02-leave-page',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      const depth = () => (history.state as { duetDepth?: number } | null)?.duetDepth;
      await page.waitForFunction(depth);
      await page.evaluate(() => history.back());
      // On a phone one goes back to the people first.
      if ((page.viewportSize()?.width ?? 0) < 768) {
        await page.getByTestId('search-input').waitFor();
        await page.waitForFunction(depth);
        await page.evaluate(() => history.back());
      }
      await page.getByTestId('leave-page').waitFor();
    },
  },
  {
    name: '02-draft',
    stage: 'in',
    prepare: async (page, language) => {
      await chat(page, 'secure');
      const draft = {
        en: 'About Saturday: could we take the earlier tram, so that there is time for',
        ru: 'Насчёт субботы: поедем на трамвае пораньше, чтобы осталось время на',
      };
      await page.getByTestId('composer-input').fill(draft[language]);
      await page.evaluate(() => fake.emit({ type: 'conversation', conversation: null }));
      await page.getByTestId('draft-note').waitFor({ state: 'attached' });
    },
  },
  {
    name: '02-search',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('search-input').fill('c');
      await page.getByTestId('search-result').first().waitFor();
    },
  },
  {
    name: '02-search-nobody',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('search-input').fill('zoe');
      await page.getByText('zoe').first().waitFor();
    },
  },
  {
    name: '02-invite',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => {
        fake.invite = async () => ({
          name: 'alice',
          expiresAt: new Date('2026-12-01T19:00').getTime(),
          text: `1.${'k'.repeat(43)}.${'t'.repeat(22)}.tagr0g.alice`,
        });
      });
      await page.getByTestId('invite-open').click();
      await page.getByTestId('invite-link').waitFor();
    },
  },
  {
    name: '02-invited',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => {
        location.hash = '#invite=1.key.token.end.bob';
      });
      await page.getByTestId('invited').waitFor();
    },
  },
  {
    name: '01-welcome-invited',
    stage: 'signed-out',
    prepare: async (page) => {
      await page.evaluate(() => {
        location.hash = '#invite=1.key.token.end.bob';
      });
      await page.getByTestId('invited-note').waitFor();
    },
  },
  { name: '02-calling', stage: 'in', prepare: (page) => chat(page, 'ringing-out', { writable: 'early' }) },
  {
    name: '02-calling-words',
    stage: 'in',
    prepare: async (page, language) => {
      await chat(page, 'ringing-out', { writable: 'early' });
      const line = [
        true,
        '2026-11-29T19:01',
        { en: 'It is about Saturday', ru: 'Я насчёт субботы' },
        'early',
      ];
      await say(page, messages([line as unknown as Line], language));
    },
  },
  { name: '02-establishing', stage: 'in', prepare: (page) => chat(page, 'establishing') },
  {
    name: '02-incoming',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      const words = {
        en: 'Hi! It is about Saturday, two minutes',
        ru: 'Привет! Я насчёт субботы, две минуты',
      };
      await page.evaluate(
        (text) =>
          fake.emit({
            type: 'incoming',
            incoming: [
              {
                id: 'ring',
                peer: { accountId: 'Y2Fyb2w', name: 'carol' },
                trust: 'unknown',
                request: [{ seq: 0, body: { kind: 'text', text } }],
              },
            ],
          }),
        words[language],
      );
    },
  },
  {
    name: '02-call-beside',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      await page.evaluate(() => fake.ring('compared'));
      await page.getByTestId('incoming-accept').waitFor();
    },
  },
  { name: '03-secure-now', stage: 'in', prepare: (page) => chat(page, 'secure', firstTime) },
  {
    name: '03-conversation',
    stage: 'in',
    prepare: talk(evening, 'secure', { trust: 'compared', peerActivity: 'typing' }),
  },
  { name: '03-two-days', stage: 'in', prepare: talk(night) },
  {
    name: '03-warnings',
    stage: 'in',
    prepare: talk(evening, 'secure', { trust: 'first-use', refusedFrames: 2, earlyDropped: 1 }),
  },
  {
    name: '03-files',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening.slice(0, 3))(page, language);
      await page.evaluate(() => {
        const at = new Date('2026-11-29T19:11').getTime();
        const file = (id: string, mine: boolean, transfer: object) => ({
          id,
          mine,
          seq: 9,
          at,
          status: 'delivered' as const,
          ...{ unconfirmed: false, session: 1, act: null, reactions: [] },
          body: {
            kind: 'file' as const,
            transfer: {
              fid: id,
              name: 'harbour-walk.mp4',
              mediaType: 'video/mp4',
              size: 50_331_648,
              done: 19_084_083,
              state: 'transferring' as const,
              kind: 'file' as const,
              mode: 'both' as const,
              durationMs: 0,
              peaks: new Uint8Array(0),
              preview: new Uint8Array(0),
              pausedBy: [],
              seen: false,
              ...transfer,
            },
          },
        });
        fake.emit({
          type: 'messages',
          upsert: [
            file('m20', true, {}),
            file('p21', false, {
              name: 'menu-winter.pdf',
              mediaType: 'application/pdf',
              size: 2_202_009,
              done: 2_202_009,
              state: 'done',
              blob: new Blob(['x']),
            }),
            file('p22', false, { name: 'tables.jpg', mediaType: 'image/jpeg', state: 'interrupted' }),
          ],
        });
      });
    },
  },
  {
    name: '03-waiting',
    stage: 'in',
    prepare: talk([
      ...evening.slice(0, 2),
      [true, '2026-11-29T19:24', { en: '“…word”, I suppose', ru: '«…ове», видимо' }, 'waiting'],
      [
        true,
        '2026-11-29T19:24',
        { en: 'Write when you are out. I am still here', ru: 'Напиши, когда выедешь. Я здесь' },
        'waiting',
      ],
    ]),
  },
  {
    name: '03-acts',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', { trust: 'compared', peerActivity: 'typing' })(page, language);
      await deeds(page, language);
      await page.locator('[data-message=p4]').getByTestId('message-text').hover();
      await page.getByTestId('action-bar').waitFor();
    },
  },
  {
    name: '03-act-menu',
    stage: 'in',
    prepare: async (page, language) => {
      await recent(page, language);
      await page.locator('[data-message=m1]').getByTestId('message-text').click({ button: 'right' });
      await page.getByTestId('act-reply').waitFor();
    },
  },
  {
    name: '03-act-sheet',
    stage: 'in',
    prepare: async (page, language) => {
      await recent(page, language);
      await longPress(page, 'm1');
      await page.getByTestId('action-sheet').waitFor();
    },
  },
  {
    name: '03-act-question',
    stage: 'in',
    prepare: async (page, language) => {
      await recent(page, language);
      await page.locator('[data-message=m1]').focus();
      await page.keyboard.press('Delete');
      await page.getByTestId('act-question').waitFor();
    },
  },
  {
    name: '03-acts-unsettled',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening.slice(0, 3), 'reconnecting')(page, language);
      const words = { en: 'Seven is fine', ru: 'Лучше в семь' };
      await say(page, unsettled(words[language]));
    },
  },
  {
    name: '03-former-texts',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening.slice(0, 3))(page, language);
      const words = { en: 'Seven is fine', ru: 'Лучше в семь' };
      await page.evaluate((text) => fake.peer.edit('p1', text), words[language]);
      await page.getByTestId('message-edited').click();
    },
  },
  {
    name: '03-answering',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      await page.locator('[data-message=p4]').focus();
      await page.keyboard.press('r');
      await page.getByTestId('writing-reply').waitFor();
    },
  },
  {
    name: '03-editing',
    stage: 'in',
    prepare: async (page, language) => {
      await recent(page, language);
      await page.getByTestId('composer-input').press('ArrowUp');
      await page.getByTestId('writing-edit').waitFor();
    },
  },
  {
    name: '03-emoji',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      await page.getByTestId('emoji-open').click();
      await page.locator('[frimousse-emoji]').filter({ visible: true }).first().waitFor();
    },
  },
  {
    name: '03-long',
    stage: 'in',
    prepare: async (page, language) => {
      const words = { en: 'and then we walked on, ', ru: 'и тогда мы пошли дальше, ' };
      const long = words[language].repeat(80);
      const links = 'tables.com/saturday, https://раypal.com/in, https://example.org@evil.com';
      await talk([
        [false, '2026-11-29T19:02', { en: long, ru: long }],
        [true, '2026-11-29T19:03', { en: links, ru: links }],
        [false, '2026-11-29T19:04', { en: '🥧🥧🥧🥧🥧', ru: '🥧🥧🥧🥧🥧' }],
      ])(page, language);
      await page.getByTestId('message-fold').waitFor();
    },
  },
  {
    name: '03-too-long',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      await page.getByTestId('composer-input').fill('word '.repeat(1_000));
    },
  },
  {
    name: '03-began-anew',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening.slice(0, 3))(page, language);
      const at = new Date('2026-11-29T19:30').getTime();
      const note = { ...noted, id: 'restarted-2', at, body: { kind: 'note', note: 'restarted' } } as const;
      await say(page, [note]);
    },
  },
  { name: '04-leaving', stage: 'in', prepare: talk(evening, 'leaving') },
  { name: '04-line-dropped', stage: 'in', prepare: talk(evening, 'reconnecting') },
  {
    name: '04-ended',
    stage: 'in',
    prepare: (page) => chat(page, 'peer-disconnected', { endedAbruptly: true }),
  },
  { name: '04-erased', stage: 'in', prepare: (page) => chat(page, 'line-dropped') },
  {
    name: '04-erased-unsettled',
    stage: 'in',
    prepare: async (page, language) => {
      await chat(page, 'line-dropped');
      const line: Line = [
        true,
        '2026-11-29T19:07',
        { en: 'Leaving now, see you at the bridge', ru: 'Выхожу, встретимся у моста' },
      ];
      await say(
        page,
        messages([line], language).map((message) => ({ ...message, status: 'unconfirmed' })),
      );
    },
  },
  ...(['peer-offline', 'declined', 'busy', 'no-answer', 'failed', 'expired', 'peer-silent'] as const).map(
    (state) => ({
      name: `04-${state}`,
      stage: 'in' as const,
      prepare: (page: Page) => chat(page, state),
    }),
  ),
  {
    name: '05-changed-key',
    stage: 'in',
    prepare: async (page) => {
      await chat(page, 'blocked-key-changed', { trust: 'changed' });
      await page.getByTestId('fingerprint-pinned-emoji').waitFor();
    },
  },
  {
    name: '05-changed-key-compare',
    stage: 'in',
    prepare: async (page) => {
      await chat(page, 'blocked-key-changed', { trust: 'changed' });
      await page.getByTestId('blocked-compare').click();
    },
  },
  {
    name: '05-changed-key-told',
    stage: 'in',
    prepare: async (page) => {
      await chat(page, 'blocked-key-changed', { trust: 'changed' });
      await page.getByTestId('blocked-know').click();
    },
  },
  {
    name: '05-compare',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', firstTime)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('sas-emoji').waitFor();
    },
  },
  {
    name: '05-compare-twelve',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', firstTime)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('twelve-open').click();
      await page.getByTestId('fingerprint-row').first().check();
    },
  },
  {
    name: '05-compare-scan',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', firstTime)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('scan-open').click();
      await page.getByTestId('scan-text').fill('https://example.org/');
      await page.getByTestId('scan-check').click();
      await page.getByTestId('scan-outcome').waitFor();
    },
  },
  {
    name: '05-compare-different',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', firstTime)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('sas-differs').click();
    },
  },
  {
    name: '05-compare-done',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('compare-more').click();
    },
  },
  {
    name: '05-compare-directory',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', firstTime)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('directory-history-open').click();
      await page.getByTestId('directory-history').scrollIntoViewIfNeeded();
    },
  },
  {
    name: '05-block',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'secure', firstTime)(page, language);
      await page.getByTestId('fingerprint-open').click();
      await page.getByTestId('block-open').click();
    },
  },
  { name: '08-settings', stage: 'in', prepare: open('settings-open') },
  {
    name: '08-settings-end',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('settings-open').click();
      await page.getByTestId('people').locator('summary').first().click();
      await page.getByTestId('engine-table').locator('xpath=../summary').click();
      await page.getByTestId('engine-table').scrollIntoViewIfNeeded();
    },
  },
  {
    name: '08-logins',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('settings-open').click();
      await page.getByTestId('login-other').waitFor();
      await page.getByTestId('open-delete-account').scrollIntoViewIfNeeded();
    },
  },
  {
    name: '08-reach',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(async () => {
        await fake.setReach({ policy: 'allowed' });
        await fake.setListed({ list: 'allowed', accountId: 'Ym9i', listed: true });
        await fake.setListed({ list: 'blocked', accountId: 'Y2Fyb2w', listed: true });
      });
      await page.getByTestId('settings-open').click();
      await page.getByTestId('reach-blocked').scrollIntoViewIfNeeded();
    },
  },
  {
    name: '08-password',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('settings-open').click();
      await page.getByTestId('open-change-password').click();
      await page.getByTestId('password-next').fill('another horse');
      await page.getByTestId('forgotten').locator('summary').click();
    },
  },
  ...secondFactorScenes,
  {
    name: '08-delete',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('settings-open').click();
      await page.getByTestId('open-delete-account').click();
    },
  },
  {
    name: '08-backup',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('settings-open').click();
      await page.getByTestId('open-make-backup').click();
      await page.getByTestId('backup-password').fill('correct horse');
      await page.getByTestId('backup-make').click();
      await page.getByTestId('backup-passphrase').waitFor();
    },
  },
  {
    name: '08-restore',
    stage: 'in',
    prepare: async (page) => {
      await page.getByTestId('settings-open').click();
      await page.getByTestId('open-restore').click();
      await page.getByTestId('backup-file').setInputFiles({
        name: 'duet-alice.backup',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('x'),
      });
      await page.getByTestId('backup-passphrase-input').fill('k7m2q 9xtpd 4wz1h 8rven');
      await page.getByTestId('backup-open').click();
      await page.getByTestId('backup-preview').waitFor();
    },
  },
  {
    name: '09-offline',
    stage: 'in',
    prepare: async (page) => {
      const retryAt = await page.evaluate(() => Date.now() + 8_000);
      await connection(page, { state: 'waiting', retryAt, browserOffline: false });
    },
  },
  {
    name: '09-somewhere-else',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'reconnecting')(page, language);
      await connection(page, { state: 'replaced', by: 'device' });
    },
  },
  {
    name: '09-another-tab',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening, 'reconnecting')(page, language);
      await connection(page, { state: 'replaced', by: 'tab' });
    },
  },
  {
    name: '09-notice',
    stage: 'in',
    prepare: async (page, language) => {
      await talk(evening)(page, language);
      await page.evaluate(() => fake.emit({ type: 'notice', error: { code: 'file-too-large' } }));
      await page.getByTestId('notice').waitFor();
    },
  },
  ...mediaScenes,
];
