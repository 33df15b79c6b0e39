import { describe, expect, test } from 'vitest';
import { fromText } from '../bytes.ts';
import type { Session } from '../crypto/port.ts';
import type { Event, Refusal } from '../machine/events.ts';
import { frame, SID, text32 } from '../testing/world.ts';
import { Sessions } from './sessions.ts';

/** As the package throws: a stable code, and the class that goes with it. */
const failure = (code: string, errorClass: string) =>
  Object.assign(new Error(code), { code, class: errorClass });

describe('a frame that the package refuses', () => {
  test.each<[string, string, Refusal]>([
    ['E_REPLAY', 'drop', 'repeated'],
    ['E_UNTRIED', 'drop', 'untried'],
    ['E_DECRYPT', 'drop', 'wrong'],
    ['E_SKIP_LIMIT', 'drop', 'wrong'],
    ['E_FRAME_LENGTH', 'drop', 'wrong'],
    ['E_KEM_KEY', 'abort-handshake', 'wrong'],
    ['E_X25519_KEY', 'abort-handshake', 'wrong'],
    ['E_CONTENT', 'fatal-session', 'fatal'],
    ['E_CLOSED', 'caller', 'spent'],
    ['E_FREED', 'package', 'spent'],
  ])('with %s (%s) is %s', (code, errorClass, why) => {
    const events: Event[] = [];
    const sessions = new Sessions((event) => events.push(event));
    const sid = sessions.keep({
      id: fromText(SID.slice(SID.indexOf('.') + 1), 16),
      peer: { accountId: fromText(text32(2), 32) },
      receive: () => {
        throw failure(code, errorClass);
      },
      renewal: () => 'not-due',
    } as unknown as Session);
    expect(sid).toBe(SID);
    sessions.decrypt(sid, frame(0x11, SID));
    expect(events).toEqual([{ type: 'refused', sid, why }]);
  });
});
