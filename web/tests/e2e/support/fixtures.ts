import { createHash } from 'node:crypto';
import { test as base } from '@playwright/test';
import { HostileRelay } from './hostile-relay.js';
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

interface Stage {
  readonly relay: Relay;
  readonly hostile: HostileRelay;
  /** Opens a browser profile; `through` is the port that the person's browser talks to. */
  person(
    name: string,
    options?: { engine?: Engine; host?: string; through?: number; locale?: 'en' | 'ru' },
  ): Promise<Person>;
}

/** A relay, a hostile relay before it, and any number of people; all gone after the test. */
export const test = base.extend<{ stage: Stage }>({
  stage: async ({ browser }, use) => {
    const relay = await Relay.start();
    const hostile = await HostileRelay.start(relay.port);
    const people: Person[] = [];
    await use({
      relay,
      hostile,
      async person(name, options = {}) {
        const origin = `http://${options.host ?? 'localhost'}:${options.through ?? relay.port}`;
        const person = await Person.open(browser, {
          name,
          origin,
          engine: options.engine ?? 'auto',
          locale: options.locale ?? 'en',
        });
        people.push(person);
        return person;
      },
    });
    try {
      for (const person of people) await person.close();
    } finally {
      await hostile.stop();
      await relay.stop();
    }
  },
});

export { expect } from '@playwright/test';
