// @vitest-environment happy-dom
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { called, draw } from '../../testing/render.tsx';
import { SignIn } from '../sign-in/SignIn.tsx';
import { Invite } from './Invite.tsx';
import { Invited } from './Invited.tsx';

afterEach(cleanup);

const nothing = () => undefined;

test('an invitation is a link with its text in the fragment, to be copied', async () => {
  await draw(<Invite onClose={nothing} />);
  const link = await screen.findByTestId('invite-link');
  expect(link.textContent).toMatch(/^https?:\/\/[^#]+#invite=1\.A{43}\.B{22}\.[0-9a-z]+\.alice$/);
  expect(screen.getByRole('img', { name: 'Your invitation as a code' })).toBeTruthy();
  expect(screen.getByText(/^Good until/)).toBeTruthy();
});

test('somebody who was invited and is new here begins with an account', async () => {
  const { duet } = await draw(<SignIn />, { stage: 'signed-out' });
  expect(screen.queryByTestId('invited-note')).toBeNull();
  duet.memory.setState({ invitation: '1.key.token.end.bob' });
  expect((await screen.findByTestId('invited-note')).textContent).toContain('bob invites you');
  expect(screen.getByTestId('tab-register').getAttribute('aria-selected')).toBe('true');
});

test('what is no invitation is put away', async () => {
  const { duet } = await draw(<SignIn />, { stage: 'signed-out' });
  duet.memory.setState({ invitation: 'something else' });
  await waitFor(() => expect(duet.memory.getState().invitation).toBeNull());
});

test('a link calls nobody by itself; pressing does, and a failure says why', async () => {
  const invitation = { name: 'bob', text: '1.key.token.end.bob', expiresAt: 0 };
  const { user, engine, duet } = await draw(<Invited invitation={invitation} onCalled={nothing} />);
  expect(engine.calls.map(({ name }) => name)).not.toContain('acceptInvitation');
  engine.failNext('acceptInvitation', { code: 'invitation-over' });
  await user.click(screen.getByTestId('invited-call'));
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('invitation-over');
  await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>('invited-call').disabled).toBe(false));
  await user.click(screen.getByTestId('invited-call'));
  await called(engine, 'acceptInvitation', { text: invitation.text });
  expect(duet.memory.getState().invitation).toBeNull();
});
