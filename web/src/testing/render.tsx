/** A screen with the scripted engine under it, as the page puts it together. */
import { configure, type RenderResult, render, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { expect } from 'vitest';
import { createDuet } from '../app/wire.ts';
import { BOB, createFakeEngine, type FakeEngine, type FakeOptions } from '../engine/fake.ts';
import type { CommandName } from '../engine/rpc.ts';
import { type Language, LanguageProvider } from '../i18n/index.tsx';
import { type Duet, DuetProvider } from '../screens/duet.tsx';

// A busy machine may take its time; what never comes is found all the same.
configure({ asyncUtilTimeout: 20_000 });

export interface Drawn extends RenderResult {
  readonly engine: FakeEngine;
  readonly duet: Duet;
  readonly user: ReturnType<typeof userEvent.setup>;
}

/**
 * Resolves when the last command of this name was given with this input: what a click causes may take a turn. What is done in a
 * conversation is done in the one on the screen; a test that is not about that need not name it.
 */
export async function called({ calls }: FakeEngine, command: CommandName, input: object): Promise<void> {
  await waitFor(() => {
    const given = calls.findLast(({ name }) => name === command)?.input as { accountId?: string } | undefined;
    const { accountId, ...rest } = given ?? {};
    if (accountId === undefined || 'accountId' in input) return expect(given).toEqual(input);
    expect(accountId).toBe(BOB.accountId);
    return expect(rest).toEqual(input);
  });
}

/** `script: false`: nothing happens by itself, a test emits what it wants to see. */
export async function draw(
  screen: ReactNode,
  { language = 'en', ...options }: FakeOptions & { readonly language?: Language } = {},
): Promise<Drawn> {
  const engine = createFakeEngine({ script: false, stage: 'ready', ...options });
  const { duet } = createDuet(engine);
  await engine.start({ mode: 'auto' });
  const user = userEvent.setup();
  const drawn = render(
    <LanguageProvider initial={language}>
      <DuetProvider duet={duet}>{screen}</DuetProvider>
    </LanguageProvider>,
  );
  return { ...drawn, engine, duet, user };
}
