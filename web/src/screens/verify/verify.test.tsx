// @vitest-environment happy-dom
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { BOB } from '../../engine/fake.ts';
import { called, draw } from '../../testing/render.tsx';
import { useConversation } from '../duet.tsx';
import { FingerprintDialog } from './FingerprintDialog.tsx';
import { groupsOfFive } from './OtherWays.tsx';

afterEach(cleanup);

function OpenDialog() {
  const conversation = useConversation();
  if (conversation === null) return null;
  return <FingerprintDialog name="bob" trust={conversation.trust} onClose={() => undefined} />;
}

async function openDialog() {
  const drawn = await draw(<OpenDialog />);
  await act(() => drawn.engine.openChat(BOB));
  act(() => drawn.engine.setState('secure'));
  // Of the secure session: what was asked before it has none, and may be answered first.
  await screen.findByTestId('sas-emoji');
  return drawn;
}

test('“compared” is for those who ticked every row, and the result stays', async () => {
  const { user, engine } = await openDialog();
  const rows = screen.getAllByTestId<HTMLInputElement>('fingerprint-row');
  const confirm = screen.getByTestId<HTMLButtonElement>('fingerprint-confirm');
  expect(rows).toHaveLength(3);
  for (const row of rows) {
    expect(confirm.disabled).toBe(true);
    await user.click(row);
  }
  expect(confirm.disabled).toBe(false);
  await user.click(confirm);
  await called(engine, 'markVerified', { by: 'compared' });
  expect(await screen.findByText(/You compared this key with bob/)).toBeTruthy();
});

test('the names switch their language inside the dialog, and the screen keeps its own', async () => {
  const { user } = await openDialog();
  const theirs = screen.getByTestId('fingerprint-theirs-emoji');
  expect(theirs.textContent).toContain('fox');
  await user.click(screen.getByRole('radio', { name: 'Русский' }));
  expect(theirs.textContent).toContain('лиса');
  expect(theirs.lang).toBe('ru');
  expect(screen.getByRole('heading', { name: 'Your fingerprint' })).toBeTruthy();
});

test('the four emoji of the session are a comparison of their own', async () => {
  const { user, engine } = await openDialog();
  await user.click(screen.getByText('This session'));
  await user.click(screen.getByTestId('sas-confirm'));
  await called(engine, 'markVerified', { by: 'sas' });
});

describe('a scanned code', () => {
  const scan = async (text: string) => {
    const drawn = await openDialog();
    await drawn.user.click(screen.getByText('Scan their code'));
    await drawn.user.type(screen.getByTestId('scan-text'), text);
    await drawn.user.click(screen.getByTestId('scan-check'));
    return drawn;
  };

  test('that matches marks the key as scanned', async () => {
    await scan(`PAIR1:${'A'.repeat(172)}`);
    expect((await screen.findByTestId('scan-outcome')).dataset['code']).toBe('verified');
    expect(await screen.findByText(/You compared this key with bob/)).toBeTruthy();
  });

  test('that is none of ours changes nothing', async () => {
    await scan('https://example.org');
    expect((await screen.findByTestId('scan-outcome')).dataset['code']).toBe('not-a-code');
    expect(screen.getByTestId<HTMLButtonElement>('fingerprint-confirm')).toBeTruthy();
  });

  test('with another key is an alarm', async () => {
    const { user, duet } = await openDialog();
    Object.assign(duet.client, { checkQr: async () => 'key-differs' });
    await user.click(screen.getByText('Scan their code'));
    await user.type(screen.getByTestId('scan-text'), 'PAIR1:B');
    await user.click(screen.getByTestId('scan-check'));
    expect((await screen.findByRole('alert')).dataset['code']).toBe('key-differs');
  });
});

test('a renewal does not change the emoji under the eyes of somebody who compares', async () => {
  const { user, engine } = await openDialog();
  await user.click(screen.getByText('This session'));
  const before = screen.getByTestId('sas-emoji').textContent;
  const asked = () => engine.calls.filter(({ name }) => name === 'verification').length;
  const questions = asked();
  act(() => engine.renew());
  expect(await screen.findByTestId('sas-renewed')).toBeTruthy();
  expect(screen.getByTestId('sas-emoji').textContent).toBe(before);
  expect(asked()).toBe(questions);
  await user.click(screen.getByText('Show the new ones'));
  await waitFor(() => expect(screen.queryByTestId('sas-renewed')).toBeNull());
});

test('earlier keys are shown with their days', async () => {
  const { user } = await openDialog();
  await user.click(screen.getByText('Earlier keys'));
  expect(screen.getByTestId('key-history').textContent).toContain('2026');
});

test('the safety code is twelve groups of five digits', () => {
  const groups = groupsOfFive('790586963286622314464903757713963807752010657164131466022373');
  expect(groups).toHaveLength(12);
  expect(groups[0]).toBe('79058');
  expect(groupsOfFive('79058 69632')).toEqual(['79058', '69632']);
});
