import { expect } from '@playwright/test';
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core';

const password = 'correct horse battery staple';

/**
 * One person with a profile of their own in a browser that Playwright does not drive: Firefox, or a Chromium that nobody watches.
 * Playwright has every frame of a WebSocket told to it, in base64.
 */
export class Person {
  private constructor(
    readonly name: string,
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(browser: Browser, name: string, origin: string): Promise<Person> {
    const context = await browser.createBrowserContext();
    // A window of its own: what is behind another tab is neither drawn nor read.
    const page = await context.newPage({ type: 'window' });
    await page.setViewport({ width: 1100, height: 760 });
    // Firefox tells the console of violations, and a driver of the console only what the page itself says.
    await page.evaluateOnNewDocument(() => {
      const broken: string[] = [];
      Object.assign(globalThis, { broken });
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        broken.push(`${violatedDirective}: ${blockedURI}`),
      );
      // What throws; a note of the browser's own has no error.
      addEventListener('error', ({ error, message }) => {
        if (error) broken.push(message);
      });
    });
    await page.goto(origin);
    return new Person(name, context, page);
  }

  private selector(testId: string): string {
    return `[data-testid="${testId}"]`;
  }

  async at(testId: string): Promise<ElementHandle> {
    const found = await this.page.waitForSelector(this.selector(testId), { visible: true, timeout: 60_000 });
    if (found === null) throw new Error(`no ${testId}`);
    return found;
  }

  async click(testId: string): Promise<void> {
    await this.page.locator(this.selector(testId)).setTimeout(60_000).click();
  }

  async fill(testId: string, text: string): Promise<void> {
    await this.page.locator(this.selector(testId)).setTimeout(60_000).fill(text);
  }

  /** Waits until the element says this of itself. */
  async until(testId: string, attribute: string, value: string): Promise<void> {
    const selector = `${this.selector(testId)}[${attribute}="${value}"]`;
    await this.page.waitForSelector(selector, { timeout: 60_000 });
  }

  async textOf(testId: string): Promise<string> {
    return await (await this.at(testId)).evaluate((element) => element.textContent ?? '');
  }

  async register(): Promise<void> {
    await this.click('tab-register');
    await this.fill('sign-in-name', this.name);
    await this.fill('sign-in-password', password);
    await this.click('sign-in-submit');
    await this.until('connection-state', 'data-state', 'online');
  }

  async call(name: string): Promise<void> {
    await this.fill('search-input', name);
    await this.click('search-result');
  }

  /** Calls somebody who answers: from then on they talk. */
  async meet(callee: Person): Promise<void> {
    await this.call(callee.name);
    await callee.click('incoming-accept');
    for (const one of [this, callee]) await one.until('conversation-state', 'data-state', 'secure');
  }

  async say(text: string): Promise<void> {
    await this.fill('composer-input', text);
    await this.click('composer-send');
  }

  /** Chooses a file; the dialog that sends it is open. */
  async choose(path: string): Promise<void> {
    const input = await this.page.waitForSelector(this.selector('attach-input'));
    await (await input?.toElement('input'))?.uploadFile(path);
    await this.at('send-submit');
  }

  /** Chooses a file, and sends it. */
  async attach(path: string): Promise<void> {
    await this.choose(path);
    await this.click('send-submit');
  }

  /** Presses it at once; gives the wall's clock of that moment, in ms. */
  async press(testId: string): Promise<number> {
    return await this.page.evaluate((selector) => {
      const at = Date.now();
      document.querySelector<HTMLElement>(selector)?.click();
      return at;
    }, this.selector(testId));
  }

  async close(): Promise<void> {
    const broken = await this.page.evaluate(() => (globalThis as unknown as { broken: string[] }).broken);
    expect(broken, `${this.name}: the page broke its own policy or threw`).toEqual([]);
    await this.context.close();
  }
}
