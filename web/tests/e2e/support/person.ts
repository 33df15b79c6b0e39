import { type Browser, type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import { relayType } from './hostile-relay.js';

export type Engine = 'native' | 'wasm' | 'auto';

export interface PersonOptions {
  readonly name: string;
  readonly origin: string;
  readonly engine: Engine;
  readonly locale?: 'en' | 'ru';
}

export const password = 'correct horse battery staple';

export interface SomeFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The page says of itself whether it is on its way in its history. */
function tellOfTravels(): void {
  const go = history.go.bind(history);
  const page = Object.assign(globalThis, { travels: false });
  addEventListener('popstate', () => {
    page.travels = false;
  });
  history.go = (by) => {
    page.travels = true;
    go(by);
  };
}

/** One person: a browser profile of their own, driven as they would drive it. */
export class Person {
  /** What this person's browser sent or was given in confidence: passwords' stand-ins and tokens. */
  readonly confidences: string[] = [password];

  private readonly forgiven: RegExp[] = [];
  /** Prekeys have gone to the relay. */
  private stocked = false;

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly origin: string,
    /** Violations of the content security policy and errors of the page: a test ends with none. */
    readonly problems: string[] = [],
  ) {}

  static async open(browser: Browser, options: PersonOptions): Promise<Person> {
    const context = await browser.newContext({
      locale: options.locale === 'ru' ? 'ru-RU' : 'en-GB',
      viewport: { width: 1100, height: 760 },
      // Only a relay's own certificate is ever met here; who has looked at its fingerprint goes on.
      ignoreHTTPSErrors: options.origin.startsWith('https:'),
    });
    await context.addInitScript((engine) => {
      // As the settings screen keeps it; about:blank and the viewer's frame have no storage.
      if (location.protocol.startsWith('http') && top === window) localStorage.setItem('duet.engine', engine);
    }, options.engine);
    await context.addInitScript(tellOfTravels);
    const page = await context.newPage();
    const person = new Person(options.name, context, page, options.origin);
    person.watch(page);
    page.on('request', (request) => {
      const secret = request.postDataJSON()?.loginSecret;
      if (typeof secret === 'string') person.confidences.push(secret);
    });
    page.on('response', async (response) => {
      if (
        !/\/api\/auth\/(register|login|refresh|login\/second-factor)$/.test(response.url()) ||
        !response.ok()
      )
        return;
      // A page that is reloaded takes its unread answers with it.
      const answer = await response.json().catch(() => null);
      for (const secret of [answer?.accessToken, answer?.ticket])
        if (typeof secret === 'string') person.confidences.push(secret);
      for (const cookie of await context.cookies().catch(() => [])) person.confidences.push(cookie.value);
    });
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (typeof payload !== 'string' && payload[1] === relayType.prekeys) person.stocked = true;
      }),
    );
    await page.goto(options.origin);
    return person;
  }

  /** What breaks in a page of this person's is a problem of the test's. */
  private watch(page: Page): void {
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (/content security policy|trusted ?types?/i.test(message.text())) this.problems.push(message.text());
    });
  }

  /** Another tab of the same browser. It goes with the first one. */
  async tab(): Promise<Person> {
    const tab = new Person(this.name, this.context, await this.context.newPage(), this.origin, this.problems);
    tab.watch(tab.page);
    await tab.page.goto(this.origin);
    return tab;
  }

  /** From now on the clock of this person's engine runs so much faster. */
  async hurry(times: number): Promise<void> {
    if (times === 1) return;
    const [worker] = this.page.workers();
    if (worker === undefined) throw new Error('no engine runs');
    await worker.evaluate((rate) => {
      const now = performance.now.bind(performance);
      const [begun, epoch] = [now(), Date.now()];
      const passed = () => (now() - begun) * rate;
      performance.now = () => begun + passed();
      Date.now = () => Math.floor(epoch + passed());
      const { setTimeout: later } = globalThis;
      globalThis.setTimeout = ((work: () => void, ms = 0) => later(work, ms / rate)) as typeof setTimeout;
      // What was planned before is looked at anew.
      globalThis.dispatchEvent(new Event('online'));
    }, times);
  }

  /**
   * Loads the page again. What was closed a moment ago takes its entry out of the history, and a page that is on its way
   * there calls a reload off: nobody is so fast with their hands.
   */
  async reload(): Promise<void> {
    await this.page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      // What follows from what is on the screen is planned for after the next picture of it.
      for (let pictures = 0; pictures < 3; pictures += 1) await frame();
      await new Promise((resolve) => setTimeout(resolve));
      const { travels } = globalThis as { travels?: boolean };
      if (travels) await new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
    });
    await this.page.reload();
  }

  at(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  /** What the person is told by this code, in a form or as a notice. */
  notice(code: string): Locator {
    return this.page.locator(`[data-testid="notice"][data-code="${code}"]`);
  }

  /** Chooses in the settings who may call, and waits until the relay knows. */
  async lets(policy: RegExp): Promise<void> {
    await this.at('settings-open').click();
    const choice = this.at('reach').getByRole('radio', { name: policy });
    await choice.click();
    await expect(choice).toBeChecked();
    await this.page.keyboard.press('Escape');
  }

  async register(): Promise<void> {
    await this.at('tab-register').click();
    await this.at('sign-in-name').fill(this.name);
    await this.at('sign-in-password').fill(password);
    await this.at('sign-in-submit').click();
    await this.untilOnline();
  }

  async login(secret: string = password): Promise<void> {
    await this.at('tab-login').click();
    await this.at('sign-in-name').fill(this.name);
    await this.at('sign-in-password').fill(secret);
    await this.at('sign-in-submit').click();
  }

  async untilOnline(): Promise<void> {
    await expect(this.at('connection-state')).toHaveAttribute('data-state', 'online');
    await expect(this.at('search-input')).toBeVisible();
  }

  /** The relay has what callers ask for: it comes a moment after one is online. */
  async untilStocked(): Promise<void> {
    await expect.poll(() => this.stocked).toBe(true);
  }

  /**
   * After a reload: a non-extractable key opens by itself; a key that had to be wrapped (no Web Crypto, or the
   * wasm engine) opens with the password. The login itself holds in both cases.
   */
  async unlockIfAsked(): Promise<void> {
    const unlock = this.at('unlock-password');
    await expect(unlock.or(this.at('search-input'))).toBeVisible();
    if (await unlock.isVisible()) {
      await unlock.fill(password);
      await this.at('unlock-submit').click();
    }
  }

  async call(peer: Person): Promise<void> {
    await this.at('search-input').fill(peer.name);
    await this.at('search-result').filter({ hasText: peer.name }).first().click();
  }

  async answer(): Promise<void> {
    await this.at('incoming-accept').click();
  }

  async expectState(state: string): Promise<void> {
    await expect(this.at('conversation-state')).toHaveAttribute('data-state', state);
  }

  async say(text: string): Promise<void> {
    await this.at('composer-input').fill(text);
    await this.at('composer-send').click();
  }

  /** The bubble that holds exactly this text. */
  message(text: string): Locator {
    const exactly = new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    return this.at('message').filter({
      has: this.page.getByTestId('message-text').filter({ hasText: exactly }),
    });
  }

  /** Chooses files and sends them, in the mode that is asked for. */
  async attach(
    files: SomeFile | readonly SomeFile[] | string,
    mode: 'both' | 'viewOnly' | 'downloadOnly' = 'both',
  ): Promise<void> {
    await this.at('attach-input').setInputFiles(files as SomeFile);
    await this.at(`send-mode-${mode}`).check();
    await this.at('send-submit').click();
    await expect(this.at('send-dialog')).toBeHidden();
  }

  async fingerprints(): Promise<{ mine: string; theirs: string }> {
    await this.at('fingerprint-open').click();
    await this.at('twelve-open').click();
    const mine = await this.at('fingerprint-mine-emoji').textContent();
    const theirs = await this.at('fingerprint-theirs-emoji').textContent();
    if (!mine || !theirs) throw new Error('the panel is empty');
    // Back to the two doors, and out.
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Escape');
    await expect(this.at('compare-panel')).toBeHidden();
    return { mine, theirs };
  }

  /** What a test does on purpose, and the browser tells of, now or a moment later, is no problem of this person's. */
  forgive(these: RegExp): void {
    this.forgiven.push(these);
  }

  /** Shown by the browser's own judgement, not by what the page says about itself. */
  async isSecureContext(): Promise<boolean> {
    return await this.page.evaluate(() => isSecureContext && crypto.subtle !== undefined);
  }

  async close(): Promise<void> {
    const left = this.problems.filter((problem) => !this.forgiven.some((these) => these.test(problem)));
    expect(left, `${this.name}: the page broke its own policy or threw`).toEqual([]);
    await this.context.close();
  }
}

/** Both in one secure conversation: the first calls, the second answers. */
export async function meet(caller: Person, callee: Person): Promise<void> {
  await caller.call(callee);
  await callee.answer();
  await caller.expectState('secure');
  await callee.expectState('secure');
}
