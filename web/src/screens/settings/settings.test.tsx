// @vitest-environment happy-dom
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { BOB } from '../../engine/fake.ts';
import { called, draw } from '../../testing/render.tsx';
import { EarlierPassword } from '../sign-in/EarlierPassword.tsx';
import { deviceOf } from './device.ts';
import { type Preferences, Settings } from './Settings.tsx';

afterEach(cleanup);

const nothing = () => undefined;
const preferences: Preferences = {
  theme: 'system',
  contrast: 'system',
  engine: 'auto',
  eraseOnDrop: false,
  whoIsHere: true,
  setWhoIsHere: () => undefined,
  notify: 'ask',
  sounds: true,
  setNotify: () => undefined,
  setSounds: () => undefined,
  setTheme: nothing,
  setContrast: nothing,
  setEngine: nothing,
  setEraseOnDrop: nothing,
};
const drawSettings = () => draw(<Settings preferences={preferences} onClose={nothing} />);

test('signing out names the conversations that it ends, and asks', async () => {
  const { user, engine } = await drawSettings();
  await act(() => engine.openChat(BOB));
  await user.click(screen.getByTestId('logout'));
  const ask = await screen.findByTestId('logout-ask');
  expect(ask.textContent).toContain('Your conversation with bob ends');
  await user.click(screen.getByTestId('logout-ask-stay'));
  expect(engine.calls.map(({ name }) => name)).not.toContain('logout');
  await user.click(screen.getByTestId('logout'));
  await user.click(await screen.findByTestId('logout-ask-leave'));
  await waitFor(() => expect(engine.calls.map(({ name }) => name)).toContain('logout'));
});

describe('a device', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0', 'Firefox', 'Linux', false],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0',
      'Edge',
      'Windows',
      false,
    ],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 OPR/120.0', 'Opera', 'Windows', false],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
      true,
    ],
    ['Mozilla/5.0 (Linux; Android 16) Chrome/150.0.0.0 Mobile Safari/537.36', 'Chrome', 'Android', true],
    ['curl/8', null, null, false],
  ])('%s', (userAgent, browser, system, handheld) => {
    expect(deviceOf(userAgent)).toEqual({ browser, system, handheld });
  });

  test('that says nothing is unknown', () => {
    expect(deviceOf(null)).toEqual({ browser: null, system: null, handheld: false });
  });
});

describe('where one is signed in', () => {
  test('names this browser and the others, with when they were last used', async () => {
    await drawSettings();
    expect((await screen.findByTestId('login-here')).textContent).toBe(
      'This browser: Firefox on LinuxNow · from 192.0.2.7',
    );
    const other = screen.getByTestId('login-other').textContent;
    expect(other).toContain('Chrome on Android');
    expect(other).toContain('2 hours ago · from 192.0.2.7');
  });

  test('one of the others is ended, and then there is nobody else to end', async () => {
    const { user, engine } = await drawSettings();
    await user.click(await screen.findByRole('button', { name: 'Sign out: Chrome on Android' }));
    await called(engine, 'endLogin', { id: 'login-phone' });
    await waitFor(() => expect(screen.queryByTestId('login-other')).toBeNull());
    expect(screen.queryByTestId('login-end-others')).toBeNull();
  });

  test('all the others end together, or all there are', async () => {
    const { user, engine } = await drawSettings();
    await user.click(await screen.findByTestId('login-end-others'));
    await called(engine, 'endLogins', { keepThis: true });
    await waitFor(() => expect(screen.queryByTestId('login-other')).toBeNull());
    await user.click(screen.getByTestId('login-end-all'));
    await called(engine, 'endLogins', { keepThis: false });
  });
});

test('the password is changed once both are there, and what happened is said', async () => {
  const { user, engine } = await drawSettings();
  await user.click(screen.getByTestId('open-change-password'));
  const submit = await screen.findByTestId<HTMLButtonElement>('password-submit');
  await user.type(screen.getByTestId('password-now'), 'as it is now');
  expect(submit.disabled).toBe(true);
  await user.type(screen.getByTestId('password-next'), 'as it shall be');
  engine.failNext('changePassword', { code: 'password-wrong' });
  await user.click(submit);
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('password-wrong');
  await user.click(submit);
  await called(engine, 'changePassword', { password: 'as it is now', newPassword: 'as it shall be' });
  expect((await screen.findByTestId('password-changed')).textContent).toContain('every other device');
});

test('an account is deleted only by somebody who understood what that means', async () => {
  const { user, engine } = await drawSettings();
  await user.click(screen.getByTestId('open-delete-account'));
  const submit = await screen.findByTestId<HTMLButtonElement>('delete-submit');
  await user.type(screen.getByTestId('delete-password'), 'a good password');
  expect(submit.disabled).toBe(true);
  await user.click(screen.getByTestId('delete-understood'));
  await user.click(submit);
  await called(engine, 'deleteAccount', { password: 'a good password' });
});

describe('the password before', () => {
  test('is asked for, and a wrong one is said', async () => {
    const { user, engine } = await draw(<EarlierPassword keyOpens={false} />, { stage: 'earlier-password' });
    engine.failNext('rewrap', { code: 'key-wrong-password' });
    await user.type(screen.getByTestId('earlier-password'), 'as it was');
    await user.click(screen.getByTestId('earlier-submit'));
    expect((await screen.findByTestId('notice')).dataset['code']).toBe('key-wrong-password');
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>('earlier-submit').disabled).toBe(false));
    await user.click(screen.getByTestId('earlier-submit'));
    await called(engine, 'rewrap', { earlier: 'as it was' });
  });

  test('can be done without, and what that costs is said', async () => {
    const { user, engine } = await draw(<EarlierPassword keyOpens={true} />, { stage: 'earlier-password' });
    expect(screen.getByText(/Only a backup cannot be made/)).toBeTruthy();
    await user.click(screen.getByTestId('earlier-forgo'));
    await waitFor(() => expect(engine.calls.at(-1)?.name).toBe('forgoEarlier'));
  });
});

describe('who may call', () => {
  test('is chosen at once, and a list of one’s own is kept by name', async () => {
    const { user, engine } = await drawSettings();
    await user.click(await screen.findByRole('radio', { name: /Only those on my list/ }));
    await called(engine, 'setReach', { policy: 'allowed' });
    const list = within(await screen.findByTestId('reach-allowed'));
    await user.type(list.getByTestId('reach-name'), 'zoe');
    await user.click(list.getByTestId('reach-add'));
    expect(await list.findByText('There is nobody called zoe here.')).toBeTruthy();
    await user.clear(list.getByTestId('reach-name'));
    await user.type(list.getByTestId('reach-name'), 'bob');
    await user.click(list.getByTestId('reach-add'));
    await called(engine, 'setListed', { list: 'allowed', accountId: BOB.accountId, listed: true });
    await user.click(await list.findByRole('button', { name: 'Take off the list: bob' }));
    await called(engine, 'setListed', { list: 'allowed', accountId: BOB.accountId, listed: false });
  });

  test('somebody is blocked from the people one knows, once it is clear what that means, and unblocked', async () => {
    const { user, engine } = await drawSettings();
    await screen.findByTestId('reach');
    await user.click(
      (await screen.findAllByRole('button', { name: 'Block bob', hidden: true }))[0] as HTMLElement,
    );
    expect(screen.getByTestId('block-dialog').textContent).toContain('sees you as away');
    expect(engine.calls.map(({ name }) => name)).not.toContain('block');
    await user.click(screen.getByTestId('block-confirm'));
    await called(engine, 'block', { accountId: BOB.accountId });
    await waitFor(() => expect(screen.queryByTestId('block-dialog')).toBeNull());
  });
});
