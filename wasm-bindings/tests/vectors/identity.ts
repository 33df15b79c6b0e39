/** identity.json, qr_reject.json, glare.json and password.json. */
import {
  accountId,
  emojiTable,
  glareWinner,
  parseQrText,
  qrText,
  safetyCode,
  splitPassword,
  verifyQrText,
} from '@duet-chat/crypto';
import { identityFromSeed } from '@duet-chat/crypto/testing';
import { equal, hex, refused, unhex } from '../harness.js';
import { emojiText, outcome, party, peerOf, type Runners } from './case.js';

export const identity: Runners = {
  account_id: async (test) => {
    await outcome(test, () =>
      equal(hex(accountId({ realm: test.realm, name: test.name })), test.aid, 'account id'),
    );
  },
  identity: async (test, _, engine) => {
    const { realm, name } = test;
    const identity = await identityFromSeed({ realm, name, seed: unhex(test.seed), engine });
    equal(hex(identity.publicKey), test.ik, 'public key');
    equal(hex(identity.accountId), test.aid, 'account id');
    const { hex: digits, emoji } = identity.fingerprint();
    equal(digits, test.hex, 'fingerprint');
    equal(digits.replaceAll(' ', ''), test.fingerprint, 'fingerprint');
    equal(emojiText(emoji), test.emoji, 'emoji');
    const code = await safetyCode({ mine: peerOf(identity), theirs: peerOf(identity) });
    equal(code, test.safety_half + test.safety_half, 'safety halves');
  },
  safety_code: async (test) => {
    equal(await safetyCode({ mine: party(test.mine), theirs: party(test.theirs) }), test.out, 'safety code');
  },
  qr: (test) => {
    const [mine, theirs] = [party(test.me), party(test.peer)];
    equal(qrText({ mine, theirs }), test.text, 'QR text');
    const { shownBy, shownKey, shownTo, knownKey } = parseQrText(test.text);
    equal({ accountId: shownBy, publicKey: shownKey }, mine, 'who shows it');
    equal({ accountId: shownTo, publicKey: knownKey }, theirs, 'to whom');
  },
  sas: (test) => {
    const table = emojiTable();
    const emoji = Array.from(unhex(test.bytes), (byte) => table[byte]?.emoji ?? '').join('');
    equal(emoji, test.emoji, 'emoji');
  },
};

export const qrReject: Runners = {
  '*': async (test) => {
    await outcome(test, () =>
      verifyQrText({ text: test.text, mine: party(test.me), theirs: party(test.peer) }),
    );
    // Whatever has the right form can be read, and proves nothing.
    if (test.error === 'E_QR_FORMAT') await refused('E_QR_FORMAT', () => parseQrText(test.text));
    else parseQrText(test.text);
  },
};

export const glare: Runners = {
  '*': (test) => equal(glareWinner(unhex(test.own), unhex(test.peer)), test.winner, 'winner'),
};

export const password: Runners = {
  '*': async (test) => {
    const { realm, name, password } = test;
    await outcome(test, async () => {
      const secrets = await splitPassword({ realm, name, password });
      equal(secrets.loginSecret, test.login_secret, 'login secret');
      equal(hex(secrets.vaultSecret), test.vault_secret, 'vault secret');
      equal(hex(accountId({ realm, name })), test.aid, 'account id');
    });
  },
};
