// @vitest-environment happy-dom
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { called, draw } from '../../testing/render.tsx';
import { KeyMissing } from './KeyMissing.tsx';
import { nameProblem, tidyName } from './name.ts';
import { SignIn } from './SignIn.tsx';
import { passwordStrength } from './strength.ts';
import { Unlock } from './Unlock.tsx';

afterEach(cleanup);

const name = () => screen.getByTestId<HTMLInputElement>('sign-in-name');
const password = () => screen.getByTestId<HTMLInputElement>('sign-in-password');
const submit = () => screen.getByTestId<HTMLButtonElement>('sign-in-submit');

describe('names', () => {
  test.each([
    ['bob', null],
    ['a-b_c.9', null],
    ['a'.repeat(32), null],
    ['', 'too-short'],
    ['ab', 'too-short'],
    ['a'.repeat(33), 'too-long'],
    ['9bob', 'start'],
    ['.bob', 'start'],
    ['Bob', 'characters'],
    ['bób', 'characters'],
    ['bo b', 'characters'],
  ])('%j: %s', (typed, problem) => {
    expect(nameProblem(typed)).toBe(problem);
  });

  test('a capital of a phone’s keyboard becomes small', () => expect(tidyName(' Bob ')).toBe('bob'));
});

describe('passwords', () => {
  test.each([
    ['1234567', 'too-short'],
    ['password', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['abcdefghijklmnop', 'weak'],
    ['alicealice', 'weak'],
    ['Tr0ub4dor&3', 'good'],
    ['correct horse battery staple', 'strong'],
    ['правильная лошадь батарея скоба', 'strong'],
  ])('%j is %s', (typed, strength) => {
    expect(passwordStrength(typed, 'alice')).toBe(strength);
  });
});

describe('the sign-in card', () => {
  test('asks the engine for nothing until name and password can be right, and then says what is wrong', async () => {
    const { user, engine } = await draw(<SignIn />, { stage: 'signed-out' });
    expect(screen.queryByText('At least 3 characters.')).toBeNull();
    await user.type(name(), 'ab');
    await user.type(password(), 'short');
    await user.click(submit());
    expect(screen.getByText('At least 3 characters.')).toBeTruthy();
    expect(screen.getByText('At least 8 characters.')).toBeTruthy();
    expect(name().getAttribute('aria-invalid')).toBe('true');
    expect(engine.calls.map((call) => call.name)).toEqual(['start']);
  });

  test('registers with the tidied name', async () => {
    const { user, engine } = await draw(<SignIn />, { stage: 'signed-out' });
    await user.click(screen.getByTestId('tab-register'));
    expect(password().autocomplete).toBe('new-password');
    await user.type(name(), 'Alice');
    await user.type(password(), 'correct horse');
    await user.click(submit());
    await called(engine, 'register', { name: 'alice', password: 'correct horse' });
  });

  test('tells a failure with what to do and when, and forgets it with the other tab', async () => {
    const { user, engine } = await draw(<SignIn />, { stage: 'signed-out' });
    engine.failNext('login', { code: 'locked-out', retryAfterMs: 14 * 60_000 });
    await user.type(name(), 'alice');
    await user.type(password(), 'not the password');
    await user.click(submit());
    const notice = await screen.findByRole('alert');
    expect(notice.dataset['code']).toBe('locked-out');
    expect(notice.textContent).toContain('Try again in 14 minutes.');
    await waitFor(() => expect(submit().disabled).toBe(false));
    await user.click(screen.getByTestId('tab-register'));
    expect(screen.queryByTestId('notice')).toBeNull();
  });

  test('something that is no UserError is told as a defect, not swallowed', async () => {
    const { user, duet } = await draw(<SignIn />, { stage: 'signed-out' });
    Object.assign(duet.client, { login: () => Promise.reject(new TypeError('oops')) });
    await user.type(name(), 'alice');
    await user.type(password(), 'a good password');
    await user.click(submit());
    expect((await screen.findByTestId('notice')).dataset['code']).toBe('internal');
  });

  test('shows and hides the password', async () => {
    const { user } = await draw(<SignIn />, { stage: 'signed-out' });
    expect(password().type).toBe('password');
    await user.click(screen.getByRole('button', { name: 'Show password' }));
    expect(password().type).toBe('text');
  });
});

test('unlocking with a wrong password says so and keeps the form', async () => {
  const { user, engine } = await draw(<Unlock name="alice" />, { stage: 'locked' });
  engine.failNext('unlock', { code: 'key-wrong-password' });
  await user.type(screen.getByTestId('unlock-password'), 'wrong');
  await user.click(screen.getByTestId('unlock-submit'));
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('key-wrong-password');
  await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>('unlock-submit').disabled).toBe(false));
});

test('a key is replaced only by somebody who understood what that means', async () => {
  const { user, engine } = await draw(<KeyMissing name="alice" />, { stage: 'key-missing' });
  const replace = screen.getByTestId<HTMLButtonElement>('replace-submit');
  await user.type(screen.getByTestId('replace-password'), 'a good password');
  expect(replace.disabled).toBe(true);
  await user.click(screen.getByTestId('replace-understood'));
  await user.click(replace);
  await called(engine, 'replaceKey', { password: 'a good password' });
});
