import type { Page } from '@playwright/test';
import type { FakeEngine, FakeStage } from '../../src/engine/fake.ts';
import type { Language } from '../../src/i18n/format.ts';
import type { Memory } from '../../src/screens/memory.ts';

/** One screen or state: how the page comes to it, from the scripted engine. */
export interface Scene {
  readonly name: string;
  /** Where the person stands with their account at the start; `in`: signed in, with the people below known. */
  readonly stage: Exclude<FakeStage, 'ready'> | 'in' | 'in-alone';
  readonly prepare?: (page: Page, language: Language) => Promise<void>;
}

declare global {
  /** What `src/app/engine.ts` leaves for those who look. */
  var fake: FakeEngine;
  /** And `src/main.tsx`. */
  var duetMemory: { setState(part: Partial<Memory>): void };
}
