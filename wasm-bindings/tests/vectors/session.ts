/** ratchet.json, session_record.json and limits.json: messages, and sessions that were saved. */
import {
  CHUNKS_OUTSTANDING_MAX,
  EARLY_MAX,
  type EngineName,
  FILE_SIZE_MAX,
  FRAME_CHUNKS_MAX,
  HANDSHAKES_PER_HOUR,
  NAME_MAX,
  PENDING_HANDSHAKES_MAX,
  PREKEYS_LOW,
  PREKEYS_MAX,
  PREVIEW_MAX,
  SESSION_LIFETIME,
  type Session,
  TEXT_MAX_CHARS,
  TOKEN_MAX,
  UNACKNOWLEDGED_MAX,
} from '@duet-chat/crypto';
import { lifetimeOf, receiveAt, scriptedRestore, scriptLeft, setLifetime } from '@duet-chat/crypto/testing';
import { assert, concat, equal, hex, refused, unhex } from '../harness.js';
import { meet } from '../people.js';
import { type Case, outcome, type Runners, type VectorFile } from './case.js';
import { contentFromVector, contentToVector } from './content.js';
import { sha256 } from './data.js';
import { baseOf, Stage } from './stage.js';

export const ratchet: Runners = { '*': runScript };

/** The numbers of section 10 that the package names; the others are the core's to keep to. */
const NUMBERS: Readonly<Record<string, number>> = {
  max_chunks_per_frame: FRAME_CHUNKS_MAX,
  max_chunks_outstanding: CHUNKS_OUTSTANDING_MAX,
  max_file_bytes: FILE_SIZE_MAX,
  max_unacknowledged: UNACKNOWLEDGED_MAX,
  max_session_ms: SESSION_LIFETIME,
  max_text_characters: TEXT_MAX_CHARS,
  max_name_bytes: NAME_MAX,
  max_preview_bytes: PREVIEW_MAX,
  max_token_bytes: TOKEN_MAX,
  max_pending_handshakes: PENDING_HANDSHAKES_MAX,
  max_handshakes_per_hour: HANDSHAKES_PER_HOUR,
  max_prekeys: PREKEYS_MAX,
  prekeys_low: PREKEYS_LOW,
  max_early_messages: EARLY_MAX,
};

export const limits: Runners = {
  value: (test, { tests }) => {
    if (test.name in NUMBERS) equal(NUMBERS[test.name], test.value, test.name);
    // None of those above is missing in the file.
    const names = tests.map(({ name }) => name);
    for (const name of Object.keys(NUMBERS)) assert(names.includes(name), `no ${name}`);
  },
  text: async (test, _, engine) => {
    const { a } = await meet(engine, engine);
    const text = test.character.repeat(test.count);
    await outcome(test, () => a.send({ type: 'text', text, reply: null }));
  },
};

/** Both sides of a script, whose random bytes are the handshake's and then those of each step, in order. */
async function runScript(test: Case, file: VectorFile, engine: EngineName): Promise<void> {
  const steps: readonly Case[] = test.steps;
  const stage = await Stage.of(baseOf(test, file), engine, { a: drawn(steps, 'a'), b: drawn(steps, 'b') });
  const { ready, a, b } = await stage.complete();
  equal(hex(a.id), test.sid, 'session id');
  const sides: Record<string, Session> = { a, b };
  const made: Made = new Map([[READY, ready]]);

  for (const [index, step] of steps.entries()) {
    const session = sides[step.by];
    assert(session !== undefined, `unknown side ${step.by}`);
    const where = `step ${step.step}`;
    switch (step.op) {
      case 'send':
        await send(session, step, where, made);
        break;
      case 'receive':
        await receive(session, step, where, made);
        break;
      case 'forget':
        session.forget(step.now);
        break;
      case 'save':
        save(session, step, where, made);
        break;
      case 'restore': {
        const script = unhex(drawn(steps.slice(index + 1), step.by));
        sides[step.by] = (await restore(step, where, made, script)) ?? session;
        break;
      }
      default:
        throw new Error(`unknown op ${step.op}`);
    }
  }
  for (const session of Object.values(sides)) {
    equal(scriptLeft(session), 0, 'random bytes that were not drawn');
  }
}

/** The step that is B's READY: the handshake has made it, and its random bytes are the handshake's. */
const READY = 1;

function drawn(steps: readonly Case[], by: 'a' | 'b'): string {
  return steps
    .filter((step) => step.by === by && step.step !== READY)
    .flatMap((step) => step.rng ?? [])
    .join('');
}

/** Frames and records, by the steps that made them or have them. */
type Made = Map<number, Uint8Array>;

async function send(session: Session, step: Case, where: string, made: Made): Promise<void> {
  if (step.step === READY) {
    sameFrame(made.get(READY), step, where);
    return;
  }
  const content = contentFromVector(step.content);
  if (step.result === 'invalid') {
    for (let time = 0; time < step.times; time++) await refused(step.error, () => session.send(content));
    return;
  }
  for (let time = 1; time < step.times; time++) session.send(content);
  const sent = session.send(content);
  equal(sent.seq, step.seq, `${where}: seq`);
  sameFrame(sent.frame, step, where);
  made.set(step.step, sent.frame);
}

/** A script has its frames, or their SHA-256. */
function sameFrame(frame: Uint8Array | undefined, step: Case, where: string): void {
  assert(frame !== undefined, `${where}: no frame`);
  if (step.frame === undefined) equal(sha256(frame), step.frame_sha256, `${where}: SHA-256 of the frame`);
  else equal(hex(frame), step.frame, `${where}: frame`);
}

async function receive(session: Session, step: Case, where: string, made: Made): Promise<void> {
  const frame = frameOf(step, made);
  if (step.frame !== undefined) made.set(step.step, frame);
  const attempt = () => receiveAt(session, frame, step.now);
  if (step.result === 'invalid') {
    for (let time = 1; time < step.times; time++) await anyRefusal(attempt);
    await refused(step.error, attempt);
    return;
  }
  for (let time = 1; time < step.times; time++) attempt();
  const received = attempt();
  equal([received.seq, received.ack], [step.seq, step.ack], `${where}: seq and ack`);
  equal(contentToVector(received.content), step.content, `${where}: content`);
}

/** The frame that a step receives: its own bytes, that of an earlier step, or pieces of such. */
function frameOf(step: Case, made: Made): Uint8Array {
  if (step.frame !== undefined) return unhex(step.frame);
  const of = (number: number): Uint8Array => {
    const frame = made.get(number);
    assert(frame !== undefined, `step ${number} has no frame`);
    return frame;
  };
  if (step.frame_of !== undefined) return of(step.frame_of);
  const pieces: readonly Case[] = step.pieces;
  return concat(
    ...pieces.map((piece) =>
      piece.hex === undefined ? of(piece.step).subarray(piece.from, piece.to) : unhex(piece.hex),
    ),
  );
}

function save(session: Session, step: Case, where: string, made: Made): void {
  setLifetime(session, { started: step.started, chunkBytes: step.chunk_bytes });
  const record = session.save(unhex(step.key));
  equal(hex(record), step.record, `${where}: record`);
  equal(session.revision, step.revision, `${where}: revision`);
  made.set(step.step, record);
}

/** The restored session, or nothing if it is refused: then the side goes on with the session that it has. */
async function restore(
  step: Case,
  where: string,
  made: Made,
  script: Uint8Array,
): Promise<Session | undefined> {
  const record = made.get(step.record_of) ?? unhex(step.record);
  const attempt = () =>
    scriptedRestore({ record, secret: unhex(step.key), minimumRevision: step.minimum, script });
  if (step.result === 'invalid') {
    await refused(step.error, attempt);
    return undefined;
  }
  const { session, revision } = attempt();
  equal(revision, step.revision, `${where}: revision`);
  equal(
    lifetimeOf(session),
    { started: step.started, chunkBytes: step.chunk_bytes },
    `${where}: what is left of its lifetime`,
  );
  return session;
}

async function anyRefusal(attempt: () => unknown): Promise<void> {
  try {
    attempt();
  } catch {
    return;
  }
  throw new Error('it went through');
}
