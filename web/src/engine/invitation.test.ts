import { describe, expect, test } from 'vitest';
import { type Invitation, invitationText, parseInvitation } from './invitation.ts';

const invitation: Invitation = {
  name: 'alice.b-c_9',
  key: 'k'.repeat(43),
  token: 't'.repeat(22),
  expiresAt: 1_764_633_600_000,
};

describe('the text of an invitation', () => {
  test('says again what it was made of, to the second', () => {
    expect(parseInvitation(invitationText({ ...invitation, expiresAt: invitation.expiresAt + 999 }))).toEqual(
      invitation,
    );
  });

  test('has nothing in it that a link would change', () => {
    expect(encodeURI(invitationText(invitation))).toBe(invitationText(invitation));
  });

  const good = invitationText(invitation);
  test.each([
    ['nothing', ''],
    ['another version', `2${good.slice(1)}`],
    ['a name that cannot be one', good.replace('alice', 'Alice')],
    ['no name', good.replace('alice.b-c_9', '')],
    ['a short key', good.replace('k', '')],
    ['a long token', good.replace('tt', 'ttt')],
    ['no end', good.replace(/\.[0-9a-z]+\.alice/, '..alice')],
    ['something before it', ` ${good}`],
  ])('is none: %s', (_, text) => expect(parseInvitation(text)).toBeNull());
});
