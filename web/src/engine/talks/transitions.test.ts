/** The log of a development build: where everything stands, and nothing of what is said or by whom. */
import { expect, test } from 'vitest';
import { toText } from '../bytes.ts';
import { textBody } from '../testing/page.ts';
import type { Input } from './input.ts';
import { project } from './projection.ts';
import { NOTHING, type State } from './state.ts';
import { transitions } from './transitions.ts';

const BOB = new Uint8Array(32).fill(2);
const accountId = toText(BOB);
const id = accountId.slice(0, 6);
const standing = {
  stage: 'secure',
  session: 1,
  renewing: false,
  peerOnline: true,
  silentSince: null,
  waiting: 0,
} as const;

test('each transition has its cause, and no line has a name, a key or a word', () => {
  let state: State = NOTHING;
  const lines: string[] = [];
  const put = (input: Input) => {
    const after = project(state, input, 1);
    lines.push(...transitions(state, after, input));
    state = after;
  };
  const said = textBody('the secret word');
  put({ type: 'heard', event: { type: 'line', state: 'online' } });
  put({ type: 'begun', peer: { accountId, name: 'bobsname' }, key: 'thekey' });
  put({ type: 'heard', event: { type: 'conversation', account: BOB, state: standing } });
  put({ type: 'said', accountId, id: 'own-1', body: said });
  put({
    type: 'heard',
    event: { type: 'conversation', account: BOB, state: { ...standing, peerOnline: false } },
  });
  put({ type: 'closed', accountId });
  lines.push(...transitions(state, NOTHING, null));
  expect(lines).toEqual([
    'heard line: line false -> true',
    `begun: talk ${id} none -> seeking 0, 0 waiting, 0 messages`,
    `heard conversation: talk ${id} seeking 0, 0 waiting, 0 messages -> secure 1, 0 waiting, 0 messages`,
    `said: talk ${id} secure 1, 0 waiting, 0 messages -> secure 1, 0 waiting, 1 messages`,
    `heard conversation: talk ${id} secure 1, 0 waiting, 1 messages -> secure 1, peer away, 0 waiting, 1 messages`,
    `closed: talk ${id} secure 1, peer away, 0 waiting, 1 messages -> none`,
    'gone: line true -> false',
  ]);
  expect(lines.join()).not.toMatch(/secret|bobsname|thekey/);
});
