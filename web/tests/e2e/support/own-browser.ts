import { once } from 'node:events';
import type { Browser, BrowserServer, BrowserType, LaunchOptions } from '@playwright/test';

/** A browser with processes of its own, which can be stopped all at once, as a machine that sleeps stops them. */
export class OwnBrowser {
  private constructor(
    private readonly server: BrowserServer,
    readonly browser: Browser,
  ) {}

  static async launch(chromium: BrowserType, options: LaunchOptions): Promise<OwnBrowser> {
    const server = await chromium.launchServer(options);
    return new OwnBrowser(server, await chromium.connect(server.wsEndpoint()));
  }

  /** Nothing of it runs until {@link OwnBrowser.wake}. */
  sleep(): void {
    this.signal('SIGSTOP');
  }

  wake(): void {
    this.signal('SIGCONT');
  }

  async close(): Promise<void> {
    // What is stopped cannot end.
    this.wake();
    await this.browser.close();
    const main = this.server.process();
    const ended = main.exitCode === null ? once(main, 'exit') : undefined;
    await this.server.close();
    await ended;
  }

  /** To the whole group: every process of a browser belongs to it. */
  private signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.server.process();
    if (pid === undefined) throw new Error('the browser has not started');
    process.kill(-pid, name);
  }
}
