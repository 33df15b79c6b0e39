// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { called, draw } from '../../testing/render.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { SecondStep } from './SecondStep.tsx';

afterEach(cleanup);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const nothing = () => undefined;
const button = (testId: string) => screen.findByTestId<HTMLButtonElement>(testId);

test('codes are shown until somebody says that they were kept', async () => {
  const { user, engine } = await draw(<SecondFactor name="alice" onClose={nothing} />);
  await user.click(await button('totp-set-up'));
  await user.type(await screen.findByTestId('second-factor-password'), 'a good password');
  engine.failNext('startTotp', { code: 'password-wrong' });
  await user.click(await button('second-factor-submit'));
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('password-wrong');
  await user.click(await button('second-factor-submit'));
  expect((await screen.findByTestId('totp-secret')).textContent).toBe(
    'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
  );
  await user.type(screen.getByTestId('totp-code'), '123456');
  await user.click(screen.getByTestId('totp-submit'));
  await called(engine, 'finishTotp', { ticket: 'ticket', code: '123456' });
  expect((await screen.findByTestId('recovery-codes')).querySelectorAll('li')).toHaveLength(10);
  // Nothing leads away but the word that they were kept.
  expect(screen.queryByRole('button', { name: 'Back' })).toBeNull();
  await user.keyboard('{Escape}');
  expect(screen.queryByTestId('recovery-codes')).not.toBeNull();
  const done = await button('codes-done');
  expect(done.disabled).toBe(true);
  await user.click(screen.getByTestId('codes-kept'));
  await user.click(done);
  expect((await screen.findByTestId('codes-row')).textContent).toContain('10 are left');
});

test('a set-up that took too long goes back to the list, and that is said', async () => {
  const { user, engine, duet } = await draw(<SecondFactor name="alice" onClose={nothing} />);
  await user.click(await button('totp-set-up'));
  await user.type(await screen.findByTestId('second-factor-password'), 'a good password');
  await user.click(await button('second-factor-submit'));
  await user.type(await screen.findByTestId('totp-code'), '123456');
  engine.failNext('finishTotp', { code: 'second-step-over' });
  await user.click(screen.getByTestId('totp-submit'));
  await screen.findByTestId('second-factor-off');
  expect(duet.stores.notices.getState().list.map(({ error }) => error.code)).toEqual(['second-step-over']);
});

test('the second step takes a code of the app or a recovery code, and keeps what was chosen', async () => {
  const { user, engine } = await draw(<SecondStep ways={{ totp: true, passkey: null, passkeyHosts: [] }} />, {
    stage: 'second-step',
  });
  await user.type(screen.getByTestId('second-code'), '123 456');
  engine.failNext('secondStep', { code: 'second-factor-wrong' });
  await user.click(screen.getByTestId('second-submit'));
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('second-factor-wrong');
  await user.click(screen.getByTestId('second-trust'));
  await user.click(screen.getByTestId('second-by-recovery'));
  expect(screen.queryByTestId('notice')).toBeNull();
  const submit = await button('second-submit');
  expect(submit.disabled).toBe(true);
  await user.type(screen.getByTestId('second-code'), 'abcd-efgh');
  await user.click(submit);
  const proof = { kind: 'recovery', code: 'abcd-efgh' };
  await called(engine, 'secondStep', { proof, trustDevice: true });
});

class Credential {
  readonly rawId = new ArrayBuffer(1);
  readonly response = {
    clientDataJSON: new ArrayBuffer(1),
    authenticatorData: new ArrayBuffer(1),
    signature: new ArrayBuffer(1),
    getAuthenticatorData: () => new ArrayBuffer(1),
  };
}

/** A page as browsers have it that can sign with passkeys. */
function withSigning() {
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('PublicKeyCredential', Credential);
}

/** A page as browsers have it that can make passkeys, too. */
function withPasskeys() {
  withSigning();
  vi.stubGlobal(
    'AuthenticatorAttestationResponse',
    class {
      getAuthenticatorData() {
        return new ArrayBuffer(0);
      }
    },
  );
}

const question = { challenge: new Uint8Array(32), host: 'localhost', known: [] };

/** An authenticator that confirms everything. */
function confirming() {
  const confirm = vi.fn(async () => new Credential());
  vi.spyOn(navigator, 'credentials', 'get').mockReturnValue({ create: confirm, get: confirm } as never);
  return confirm;
}

test('a browser that can sign but not make passkeys is asked for one, and says why there can be no new one', async () => {
  withSigning();
  await draw(<SecondStep ways={{ totp: true, passkey: question, passkeyHosts: [] }} />, {
    stage: 'second-step',
  });
  expect(screen.getByTestId('second-step').dataset['way']).toBe('passkey');
  cleanup();
  await draw(<SecondFactor name="alice" onClose={nothing} />);
  expect((await button('passkey-add')).disabled).toBe(true);
  expect(screen.getByTestId('passkey-add-row').textContent).toContain('This browser cannot make passkeys');
});

test('a refused passkey is not told about codes', async () => {
  withPasskeys();
  confirming();
  const { user, engine } = await draw(
    <SecondStep ways={{ totp: true, passkey: question, passkeyHosts: [] }} />,
    {
      stage: 'second-step',
    },
  );
  engine.failNext('secondStep', { code: 'second-factor-wrong' });
  await user.click(screen.getByTestId('second-submit'));
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('passkey-refused');
});

test('a new passkey is sent again if its way to the relay broke, and told so if it is refused', async () => {
  withPasskeys();
  const confirm = confirming();
  const { user, engine } = await draw(<SecondFactor name="alice" onClose={nothing} />);
  await user.click(await button('passkey-add'));
  await user.type(await screen.findByTestId('second-factor-password'), 'a good password');
  await user.click(await button('second-factor-submit'));
  for (const [code, said] of [
    ['relay-unreachable', 'relay-unreachable'],
    ['second-factor-wrong', 'passkey-refused'],
  ] as const) {
    engine.failNext('finishPasskey', { code });
    await user.click(await button('passkey-make'));
    expect((await screen.findByTestId('notice')).dataset['code']).toBe(said);
    expect(confirm).toHaveBeenCalledOnce();
  }
  await user.click(await button('passkey-make'));
  await user.click(await screen.findByTestId('codes-kept'));
  await user.click(await button('codes-done'));
  expect(confirm).toHaveBeenCalledTimes(2);
  // The next one has another name.
  await user.click(await button('passkey-add'));
  await user.type(await screen.findByTestId('second-factor-password'), 'a good password');
  await user.click(await button('second-factor-submit'));
  expect((await screen.findByTestId<HTMLInputElement>('passkey-name')).value).toBe('My passkey 2');
});

test('with ten passkeys no other can be added, and that is said', async () => {
  withPasskeys();
  const { user, engine } = await draw(<SecondFactor name="alice" onClose={nothing} />);
  const made = { ticket: '', clientData: new Uint8Array(), authenticatorData: new Uint8Array() };
  for (const more of [9, 1]) {
    for (let at = 0; at < more; at += 1) await engine.finishPasskey({ ...made, name: `${more}-${at}` });
    expect((await button('passkey-add')).disabled).toBe(false);
    // The list is asked for anew whenever it is come back to.
    await user.click(await button('totp-set-up'));
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await screen.findAllByTestId('passkey-row');
  }
  expect((await button('passkey-add')).disabled).toBe(true);
  expect(screen.getByTestId('passkey-add-row').textContent).toContain('There can be ten');
});

test('where there can be no passkeys the button says why', async () => {
  vi.stubGlobal('isSecureContext', false);
  await draw(<SecondFactor name="alice" onClose={nothing} />);
  expect((await button('passkey-add')).disabled).toBe(true);
  expect(screen.getByTestId('passkey-add-row').textContent).toContain('came without https');
  expect((await button('totp-set-up')).disabled).toBe(false);
});

test('a passkey is not asked for where it cannot be shown', async () => {
  vi.stubGlobal('isSecureContext', false);
  await draw(<SecondStep ways={{ totp: false, passkey: question, passkeyHosts: [] }} />, {
    stage: 'second-step',
  });
  expect(screen.getByTestId('second-step').dataset['way']).toBe('recovery');
  expect(screen.queryByTestId('second-by-passkey')).toBeNull();
});

test('where the passkeys work is said if that is elsewhere', async () => {
  const ways = { totp: false, passkey: null, passkeyHosts: ['duet.example', 'chat.example'] };
  await draw(<SecondStep ways={ways} />, { stage: 'second-step' });
  expect(screen.getByTestId('second-elsewhere').textContent).toBe(
    'Your passkeys work at duet.example, chat.example.',
  );
  expect(screen.getByTestId('second-step').dataset['way']).toBe('recovery');
});

test('a passkey that nobody confirms leaves every other way', async () => {
  withPasskeys();
  const get = vi.fn(() => Promise.reject(new DOMException('no', 'NotAllowedError')));
  vi.spyOn(navigator, 'credentials', 'get').mockReturnValue({ get } as never);
  const { user, engine } = await draw(
    <SecondStep ways={{ totp: true, passkey: question, passkeyHosts: [] }} />,
    {
      stage: 'second-step',
    },
  );
  expect(screen.getByTestId('second-step').dataset['way']).toBe('passkey');
  await user.click(screen.getByTestId('second-submit'));
  expect((await screen.findByTestId('notice')).dataset['code']).toBe('passkey-cancelled');
  await user.click(screen.getByTestId('second-by-totp'));
  await user.type(screen.getByTestId('second-code'), '123456');
  await user.click(screen.getByTestId('second-submit'));
  await called(engine, 'secondStep', { proof: { kind: 'totp', code: '123456' }, trustDevice: false });
});

test('a passkey is called another name, and the last one is removed with a warning', async () => {
  withPasskeys();
  const { user, engine } = await draw(<SecondFactor name="alice" onClose={nothing} />);
  await engine.finishPasskey({
    ticket: '',
    name: 'phone',
    clientData: new Uint8Array(),
    authenticatorData: new Uint8Array(),
  });
  // The list is asked for anew whenever it is come back to.
  await user.click(await button('totp-set-up'));
  await user.click(screen.getByRole('button', { name: 'Back' }));
  await user.click(await screen.findByTestId('passkey-row'));
  const name = await screen.findByTestId('passkey-name');
  expect((await button('passkey-rename')).disabled).toBe(true);
  await user.clear(name);
  await user.type(name, ' My phone ');
  await user.click(await button('passkey-rename'));
  await called(engine, 'renamePasskey', { id: 'passkey-phone', name: 'My phone' });
  await user.click(await screen.findByTestId('passkey-row'));
  await user.click(await button('passkey-remove'));
  expect(document.body.textContent).toContain('the password alone signs you in');
  await user.type(await screen.findByTestId('second-factor-password'), 'a good password');
  await user.click(await button('second-factor-submit'));
  await called(engine, 'removePasskey', { id: 'passkey-phone', password: 'a good password' });
  await screen.findByTestId('second-factor-off');
});
