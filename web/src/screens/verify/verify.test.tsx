// @vitest-environment happy-dom
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { BOB } from '../../engine/fake.ts';
import { draw } from '../../testing/render.tsx';
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
  await screen.findByTestId('fingerprint-theirs-emoji');
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
  expect(engine.calls.findLast(({ name }) => name === 'markVerified')?.input).toEqual({ by: 'compared' });
  expect(screen.getByText(/You compared this key with bob/)).toBeTruthy();
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
  expect(engine.calls.findLast(({ name }) => name === 'markVerified')?.input).toEqual({ by: 'sas' });
});

test('the safety code is twelve groups of five digits', () => {
  const groups = groupsOfFive('790586963286622314464903757713963807752010657164131466022373');
  expect(groups).toHaveLength(12);
  expect(groups[0]).toBe('79058');
  expect(groupsOfFive('79058 69632')).toEqual(['79058', '69632']);
});
