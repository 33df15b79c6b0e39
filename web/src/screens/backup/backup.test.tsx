// @vitest-environment happy-dom
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { called, draw } from '../../testing/render.tsx';
import { KeyMissing } from '../sign-in/KeyMissing.tsx';
import { MakeBackup } from './MakeBackup.tsx';
import { OpenedBackup } from './OpenedBackup.tsx';

afterEach(cleanup);

const button = (testId: string) => screen.getByTestId<HTMLButtonElement>(testId);

describe('making a backup', () => {
  test('shows the passphrase, and ends only when the file is saved and the passphrase written down', async () => {
    const closed = vi.fn();
    const { user, engine } = await draw(<MakeBackup name="alice" onClose={closed} />);
    await user.type(screen.getByTestId('backup-password'), 'a good password');
    await user.click(button('backup-make'));
    expect((await screen.findByTestId('backup-passphrase')).textContent).toBe('K7M2Q-9XTPD-4WZ1H-8RVEN');
    await called(engine, 'makeBackup', { password: 'a good password' });
    expect(button('backup-finish').disabled).toBe(true);
    await user.click(screen.getByTestId('backup-written'));
    expect(button('backup-finish').disabled).toBe(true);
    await user.click(button('backup-save'));
    await user.click(button('backup-finish'));
    await waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  test('a wrong password is told in place, and the form is kept', async () => {
    const { user, engine } = await draw(<MakeBackup name="alice" onClose={() => undefined} />);
    engine.failNext('makeBackup', { code: 'key-wrong-password' });
    await user.type(screen.getByTestId('backup-password'), 'wrong');
    await user.click(button('backup-make'));
    expect((await screen.findByTestId('notice')).dataset['code']).toBe('key-wrong-password');
    await waitFor(() => expect(button('backup-make').disabled).toBe(false));
  });

  test('can be cancelled while it works, and tells no failure then', async () => {
    const { user, duet, engine } = await draw(<MakeBackup name="alice" onClose={() => undefined} />);
    Object.assign(duet.client, {
      makeBackup: (_: unknown, signal: AbortSignal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    await user.type(screen.getByTestId('backup-password'), 'a good password');
    await user.click(button('backup-make'));
    act(() => engine.progress(0.4));
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
    await user.click(button('backup-cancel'));
    await waitFor(() => expect(button('backup-make').disabled).toBe(false));
    expect(screen.queryByTestId('notice')).toBeNull();
  });

  test('a key that nothing can read offers the way out, to somebody who knows its price', async () => {
    const { user, engine } = await draw(<MakeBackup name="alice" onClose={() => undefined} />);
    engine.failNext('makeBackup', { code: 'backup-not-possible' });
    await user.type(screen.getByTestId('backup-password'), 'a good password');
    await user.click(button('backup-make'));
    const renew = await screen.findByTestId<HTMLButtonElement>('backup-new-key');
    expect(renew.disabled).toBe(true);
    await user.click(screen.getByTestId('backup-new-key-understood'));
    await user.click(renew);
    await called(engine, 'replaceKey', { password: 'a good password' });
  });
});

async function openFile(user: Awaited<ReturnType<typeof draw>>['user']) {
  await user.upload(screen.getByTestId('backup-file'), new File(['a backup'], 'duet-alice.backup'));
  await user.type(screen.getByTestId('backup-passphrase-input'), 'k7m2q 9xtpd 4wz1h 8rven');
  await user.click(button('backup-open'));
  await screen.findByTestId('backup-preview');
}

describe('opening a backup', () => {
  test('shows who is in it before anything changes; of two keys, the one that the person chose is taken', async () => {
    const { user, engine } = await draw(<OpenedBackup name="alice" onClose={() => undefined} />);
    await openFile(user);
    expect(engine.calls.some(({ name }) => name === 'restoreBackup')).toBe(false);
    const conflict = screen
      .getAllByTestId('backup-person')
      .find((person) => person.querySelector('[data-verdict="conflict"]') !== null);
    if (conflict === undefined) throw new Error('the demo backup has a conflict');
    await user.click(within(conflict).getByRole('radio', { name: 'Take the backup’s' }));
    await user.click(button('backup-restore'));
    await screen.findByTestId('backup-restored');
    const { input } = engine.calls.findLast(({ name }) => name === 'restoreBackup') ?? {};
    expect(input).toMatchObject({ password: null, take: [expect.stringContaining('id-of-')] });
  });

  test('a conflict that nobody decided keeps the key that is here', async () => {
    const { user, engine } = await draw(<OpenedBackup name="alice" onClose={() => undefined} />);
    await openFile(user);
    await user.click(button('backup-restore'));
    await screen.findByTestId('backup-restored');
    expect(engine.calls.findLast(({ name }) => name === 'restoreBackup')?.input).toMatchObject({ take: [] });
  });

  test('an unreadable file keeps what was typed', async () => {
    const { user, engine } = await draw(<OpenedBackup name="alice" onClose={() => undefined} />);
    engine.failNext('openBackup', { code: 'backup-unreadable' });
    await user.upload(screen.getByTestId('backup-file'), new File(['not one'], 'holiday.jpg'));
    await user.type(screen.getByTestId('backup-passphrase-input'), 'wrong');
    await user.click(button('backup-open'));
    expect((await screen.findByTestId('notice')).dataset['code']).toBe('backup-unreadable');
    expect(screen.getByTestId<HTMLInputElement>('backup-passphrase-input').value).toBe('wrong');
  });

  test('leaving forgets the identity that was opened', async () => {
    const { user, engine, unmount } = await draw(<OpenedBackup name="alice" onClose={() => undefined} />);
    await openFile(user);
    unmount();
    expect(engine.calls.at(-1)?.name).toBe('closeBackup');
  });

  test('brings the key to a device without one, with the password', async () => {
    const { user, engine } = await draw(<KeyMissing name="alice" />, { stage: 'key-missing' });
    await user.click(button('key-missing-restore'));
    await openFile(user);
    expect(button('backup-restore').disabled).toBe(true);
    await user.type(screen.getByTestId('backup-restore-password'), 'a good password');
    await user.click(button('backup-restore'));
    await called(engine, 'restoreBackup', expect.objectContaining({ password: 'a good password' }));
  });
});
