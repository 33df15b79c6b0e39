// @vitest-environment happy-dom
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BOB } from '../../engine/fake.ts';
import { called, draw } from '../../testing/render.tsx';
import { useConversation } from '../duet.tsx';
import { Compare } from './Compare.tsx';
import { groupsOfFive } from './Doors.tsx';

afterEach(cleanup);

function OpenPanel({ onClose = () => undefined }: { readonly onClose?: () => void }) {
  const conversation = useConversation();
  if (conversation === null) return null;
  return <Compare accountId={BOB.accountId} name="bob" trust={conversation.trust} onClose={onClose} />;
}

async function openPanel() {
  const drawn = await draw(<OpenPanel />);
  await act(() => drawn.engine.openChat(BOB));
  act(() => drawn.engine.setState('secure'));
  // Of the secure session: what was asked before it has none, and may be answered first.
  await screen.findByTestId('sas-emoji');
  return drawn;
}

test('“compared” is for those who ticked every row, and the result stays', async () => {
  const { user, engine } = await openPanel();
  await user.click(screen.getByTestId('twelve-open'));
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
  expect((await screen.findByTestId('compare-done')).textContent).toContain('compared your twelve emoji');
});

test('the names switch their language inside the panel, and the screen keeps its own', async () => {
  const { user } = await openPanel();
  await user.click(screen.getByTestId('twelve-open'));
  const theirs = screen.getByTestId('fingerprint-theirs-emoji');
  expect(theirs.textContent).toContain('fox');
  await user.click(screen.getByRole('radio', { name: 'Русский' }));
  expect(theirs.textContent).toContain('лиса');
  expect(theirs.lang).toBe('ru');
  expect(screen.getByRole('heading', { name: 'Twelve emoji' })).toBeTruthy();
});

test('the four emoji of the session are a comparison of their own', async () => {
  const { user, engine } = await openPanel();
  await user.click(screen.getByTestId('sas-confirm'));
  await called(engine, 'markVerified', { by: 'sas' });
  expect((await screen.findByTestId('compare-done')).textContent).toContain('the same four emoji');
});

test('what differs is an alarm that says what to do, and marks nothing', async () => {
  const { user, engine } = await openPanel();
  await user.click(screen.getByTestId('sas-differs'));
  expect((await screen.findByRole('alert')).textContent).toContain('somebody is between you');
  await user.click(screen.getByRole('button', { name: 'Leave now' }));
  await waitFor(() => expect(engine.calls.at(-1)?.name).toBe('leaveChat'));
  expect(engine.calls.map(({ name }) => name)).not.toContain('markVerified');
});

test('Escape goes one step back, and then closes', async () => {
  const closed = vi.fn();
  const drawn = await draw(<OpenPanel onClose={closed} />);
  await act(() => drawn.engine.openChat(BOB));
  act(() => drawn.engine.setState('secure'));
  await screen.findByTestId('sas-emoji');
  await drawn.user.click(screen.getByTestId('twelve-open'));
  await drawn.user.keyboard('{Escape}');
  expect(screen.queryByTestId('fingerprint-row')).toBeNull();
  expect(closed).not.toHaveBeenCalled();
  await drawn.user.keyboard('{Escape}');
  expect(closed).toHaveBeenCalledOnce();
});

describe('a scanned code', () => {
  const scan = async (text: string) => {
    const drawn = await openPanel();
    await drawn.user.click(screen.getByTestId('scan-open'));
    await drawn.user.type(screen.getByTestId('scan-text'), text);
    await drawn.user.click(screen.getByTestId('scan-check'));
    return drawn;
  };

  test('that matches marks the key as scanned', async () => {
    const { duet } = await scan(`PAIR1:${'A'.repeat(172)}`);
    expect((await screen.findByTestId('scan-outcome')).dataset['code']).toBe('verified');
    await waitFor(() => expect(duet.stores.conversation.getState().current?.trust).toBe('qr'));
  });

  test('that is none of ours changes nothing', async () => {
    const { duet } = await scan('https://example.org');
    expect((await screen.findByTestId('scan-outcome')).dataset['code']).toBe('not-a-code');
    expect(duet.stores.conversation.getState().current?.trust).toBe('first-use');
  });

  test('with another key is an alarm', async () => {
    const { user, duet } = await openPanel();
    Object.assign(duet.client, { checkQr: async () => 'key-differs' });
    await user.click(screen.getByTestId('scan-open'));
    await user.type(screen.getByTestId('scan-text'), 'PAIR1:B');
    await user.click(screen.getByTestId('scan-check'));
    expect((await screen.findByRole('alert')).dataset['code']).toBe('key-differs');
  });
});

test('a renewal does not change the emoji under the eyes of somebody who compares', async () => {
  const { user, engine } = await openPanel();
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
  const { user } = await openPanel();
  await user.click(screen.getByTestId('compare-more'));
  expect(screen.getByTestId('key-history').textContent).toContain('2026');
});

test('the safety code is twelve groups of five digits', () => {
  const groups = groupsOfFive('790586963286622314464903757713963807752010657164131466022373');
  expect(groups).toHaveLength(12);
  expect(groups[0]).toBe('79058');
  expect(groupsOfFive('79058 69632')).toEqual(['79058', '69632']);
});
