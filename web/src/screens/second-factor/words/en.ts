/** What is said about the second factor. It arrives when it is needed, not with the first screen. */
import { pluralOf } from '../../../i18n/format.ts';

const plural = pluralOf('en');

export const en = {
  step: {
    title: 'One more step',
    help: {
      passkey: 'Your password is right. Now confirm with your passkey: your browser asks for it.',
      totp: 'Your password is right. Now type the code that your app shows.',
      recovery: 'Type one of the ten codes that you kept. Each works once.',
    },
    elsewhere: (hosts: readonly string[]) =>
      `${hosts.length === 1 ? 'Your passkey works' : 'Your passkeys work'} at ${hosts.join(', ')}.`,
    code: 'Six-digit code',
    recovery: 'Recovery code',
    submit: 'Sign in',
    trust: 'Do not ask on this device for 30 days',
    usePasskeyNow: 'Use passkey',
    use: {
      passkey: 'Use a passkey instead',
      totp: 'Type a code from the app instead',
      recovery: 'Use a recovery code instead',
    },
    other: 'Sign in as somebody else',
    lost: 'If you have lost all of it, only whoever runs this server can help.',
  },
  page: {
    title: 'Second factor',
    note: 'Asked for after the password',
    help: 'After your password, Duet asks for something only you have. Whoever learns your password still cannot sign in.',
    scope: 'It protects signing in. Your messages are protected by the key on your device.',
    off: 'Nothing is set up: the password alone signs you in.',
    totp: 'Codes from an app',
    totpOff: 'A new six-digit code every 30 seconds',
    since: (date: string) => `Since ${date}`,
    used: (ago: string) => `Last used ${ago}`,
    neverUsed: 'Not used yet',
    setUp: 'Set up',
    turnOff: 'Turn off',
    turnOffTotp: 'Turn off codes from an app',
    codes: 'Recovery codes',
    codesLeft: (left: number) =>
      left === 0
        ? 'All are used up. Make new ones.'
        : plural(left, { one: `${left} is left`, many: `${left} are left` }),
    newCodes: 'New codes',
  },
  ask: {
    totp: 'To set up codes from an app, type your password.',
    removeTotp: 'To turn off codes from an app, type your password.',
    passkey: 'To add a passkey, type your password.',
    removePasskey: (name: string) => `To remove “${name}”, type your password.`,
    remove: 'Remove',
    codes: 'New codes replace the old ones. Type your password.',
    last: 'After this the password alone signs you in.',
    next: 'Continue',
    turnOff: 'Turn off',
  },
  totp: {
    scan: 'Scan this with an authenticator app: your phone’s password manager may be one.',
    qr: 'QR code for the authenticator app',
    type: 'Or type this key into the app:',
    confirm: 'Then type the code that the app shows.',
    submit: 'Turn on',
  },
  passkey: {
    title: 'Passkey',
    another: 'Another passkey',
    add: 'Add',
    addOne: 'Add a passkey',
    help: 'Your phone, your computer or a security key confirms that it is you',
    missing: {
      insecure: 'Not possible here: this page came without https. Codes from an app work everywhere.',
      address:
        'Not possible here: this server has a number for an address, and passkeys need a name. Codes from an app work everywhere.',
      browser: 'This browser cannot make passkeys.',
      full: 'There can be ten. Remove one to add another.',
    },
    onlyAt: (host: string) => `Only at ${host}`,
    make: 'Your browser will ask where to keep the passkey, and to confirm that it is you.',
    name: 'Name',
    nameHint: 'So that you can tell it from others.',
    defaultName: (number: number) => (number === 1 ? 'My passkey' : `My passkey ${number}`),
    submit: 'Make a passkey',
    rename: 'Change the name',
    remove: 'Remove this passkey',
  },
  codes: {
    title: 'Keep these codes',
    help: 'If you lose your phone or your key, one of these codes signs you in. Each works once. Keep them apart from your password: Duet shows them only now.',
    copy: 'Copy',
    copied: 'Copied',
    save: 'Save as a file',
    print: 'Print',
    fileTitle: (name: string) => `Duet: recovery codes of ${name}`,
    kept: 'I have kept them in a safe place',
    done: 'Done',
  },
};

export type SecondFactorText = typeof en;
