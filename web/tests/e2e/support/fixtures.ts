import { createHash } from 'node:crypto';
import { type Browser, test as base } from '@playwright/test';
import { HostileRelay } from './hostile-relay.js';
import { Line } from './line.js';
import { OwnBrowser } from './own-browser.js';
import { type Engine, Person } from './person.js';
import { Relay } from './relay.js';

/** Bytes that look random and are the same in every run. */
export function testBytes(length: number, seed: string): Buffer {
  const bytes = Buffer.alloc(length);
  for (let offset = 0, block = 0; offset < length; offset += 32, block += 1) {
    createHash('sha256').update(`${seed} ${block}`).digest().copy(bytes, offset);
  }
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface PersonChoices {
  readonly engine?: Engine | undefined;
  readonly host?: string;
  /** Over the TLS of the relay's own. */
  readonly secure?: boolean;
  /** The port that the person's browser talks to. */
  readonly through?: number;
  readonly locale?: 'en' | 'ru';
  /** In the place of the one that all share. */
  readonly browser?: Browser | undefined;
}

export interface Stage {
  readonly relay: Relay;
  readonly hostile: HostileRelay;
  /** A line before the hostile relay, at the other end of which somebody's browser is. */
  readonly line: Line;
  /** Opens a browser profile. */
  person(name: string, choices?: PersonChoices): Promise<Person>;
  /** A browser of its own, which can be stopped as a whole. */
  ownBrowser(): Promise<OwnBrowser>;
}

/** What people have of whom a test says nothing: what their browser has, or WebAssembly for all (`make test-long PARTS=wasm`). */
const unnamed: Engine = process.env['DUET_E2E_ENGINE'] === 'wasm' ? 'wasm' : 'auto';

/** A relay, a hostile relay before it, and any number of people; all gone after the test. */
export const test = base.extend<{ stage: Stage; relaySettings: Readonly<Record<string, string>> }>({
  /** Environment of the relay, beside what every test has. */
  relaySettings: [{}, { option: true }],
  stage: async ({ browser, playwright, launchOptions, relaySettings }, use) => {
    const relay = await Relay.start(relaySettings);
    const hostile = await HostileRelay.start(relay.port);
    const line = await Line.start(hostile.port);
    const browsers: OwnBrowser[] = [];
    const people: Person[] = [];
    await use({
      relay,
      hostile,
      line,
      async ownBrowser() {
        const own = await OwnBrowser.launch(playwright.chromium, launchOptions);
        browsers.push(own);
        return own;
      },
      async person(name, options = {}) {
        const scheme = options.secure === true ? 'https' : 'http';
        const origin = `${scheme}://${options.host ?? 'localhost'}:${options.through ?? relay.port}`;
        const person = await Person.open(options.browser ?? browser, {
          name,
          origin,
          engine: options.engine ?? unnamed,
          locale: options.locale ?? 'en',
        });
        people.push(person);
        return person;
      },
    });
    try {
      for (const person of people) await person.close();
    } finally {
      for (const own of browsers) await own.close();
      await line.stop();
      await hostile.stop();
      await relay.stop();
    }
  },
});

export { expect } from '@playwright/test';
