// Generated from Rust by `npm run types`. Do not edit.
import type { Shape } from '../gate.js';

/** What a message says. */
export const CONTENT = { oneOf: { ready: {  }, text: { text: 'string', reply: { orNull: { fields: { of: 'string', seq: 'number' } } } }, receipt: {  }, read: { upTo: 'number' }, viewed: { seq: 'number' }, typing: { activity: 'string' }, file: { descriptor: { fields: { key: { bytes: 32 }, salt: { bytes: 24 }, size: 'number', kind: 'string', mode: 'string', durationMs: 'number', peaks: { bytes: 'any' }, name: 'string', mediaType: 'string', preview: { bytes: 'any' } } } }, fileControl: { fid: { bytes: 32 }, op: 'string', index: 'number', count: 'number' }, bye: {  }, edit: { seq: 'number', text: 'string' }, delete: { seq: 'number' }, reaction: { of: 'string', seq: 'number', set: 'boolean', emoji: 'string' }, probe: {  }, unknown: { ctype: 'number' } } } as const satisfies Shape;

/** A file. */
export const DESCRIPTOR = { fields: { key: { bytes: 32 }, salt: { bytes: 24 }, size: 'number', kind: 'string', mode: 'string', durationMs: 'number', peaks: { bytes: 'any' }, name: 'string', mediaType: 'string', preview: { bytes: 'any' } } } as const satisfies Shape;

/** People whose keys are known. */
export const PEOPLE = { each: { fields: { name: 'string', publicKey: { bytes: 32 }, state: 'string', firstSeen: 'number', earlier: { each: { fields: { publicKey: { bytes: 32 }, state: 'string', firstSeen: 'number' } } } } } } as const satisfies Shape;

/** How a passphrase becomes a key. */
export const STRETCHING = { oneOf: { argon2id: { memoryKiB: 'number', passes: 'number', lanes: 'number' }, pbkdf2: { iterations: 'number' } } } as const satisfies Shape;

/** The intervals of a client in the core's order, and how many numbers each is. */
export const SETTINGS = { interruption: 1, job: 1, seek: 1, prekey: 1, accept: 1, confirm: 1, ready: 1, flightAgain: 1, receipt: 1, resendFirst: 1, resendBounds: 2, stalled: 1, retire: 1, renewAgain: 1, farewell: 1, typingForgotten: 1, typingAgain: 1, silenceTalking: 1, silenceIdle: 1, beatTalking: 1, beatIdle: 1, turnAway: 1, over: 1, lifetime: 1 } as const;
