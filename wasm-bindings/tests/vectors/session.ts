/** ratchet.json and limits.json: messages. */
import type { EngineName, Session } from '@duet-chat/crypto';
import { receiveAt, scriptLeft } from '@duet-chat/crypto/testing';
import { assert, equal, hex, refused, unhex } from '../harness.js';
import { meet } from '../people.js';
import { type Case, outcome, type Runners, type VectorFile } from './case.js';
import { contentFromVector, contentToVector } from './content.js';
import { baseOf, Stage } from './stage.js';

export const ratchet: Runners = { '*': runScript };

export const limits: Runners = {
  text: async (test, _, engine) => {
    const { a } = await meet(engine, engine);
    const text = test.character.repeat(test.count);
    await outcome(test, () => a.send({ type: 'text', text, reply: null }));
  },
};

/** Both sides of a script, whose random bytes are the handshake's and then those of each step, in order. */
async function runScript(test: Case, file: VectorFile, engine: EngineName): Promise<void> {
  const base = baseOf(test, file);
  const drawn = (by: 'a' | 'b') =>
    test.steps
      .filter((step: Case) => step.by === by)
      .flatMap((step: Case) => step.rng)
      .join('');
  const stage = await Stage.of(base, engine, { a: drawn('a'), b: drawn('b') });
  const { ready, a, b } = await stage.complete();
  equal(hex(a.id), test.sid, 'session id');
  const sides: Readonly<Record<string, Session>> = { a, b };
  const frames = new Map<number, string>();

  for (const step of test.steps) {
    const session = sides[step.by];
    assert(session !== undefined, `unknown side ${step.by}`);
    for (let time = 1; time <= step.times; time++) {
      const final = time === step.times;
      const where = `step ${step.step}, time ${time}`;
      if (step.op === 'send') {
        // The handshake has sent READY.
        if (step.step === 1) {
          equal(hex(ready), step.frame, where);
          frames.set(1, step.frame);
          continue;
        }
        if (step.result === 'invalid') {
          await refused(step.error, () => session.send(contentFromVector(step.content)));
          continue;
        }
        const sent = session.send(contentFromVector(step.content));
        if (!final) continue;
        equal(sent.seq, step.seq, `${where}: seq`);
        equal(hex(sent.frame), step.frame, `${where}: frame`);
        frames.set(step.step, step.frame);
      } else if (step.op === 'receive') {
        const frame = unhex(step.frame ?? frames.get(step.frame_of));
        if (step.result === 'invalid') {
          const attempt = () => receiveAt(session, frame, step.now);
          if (final) await refused(step.error, attempt);
          else await anyRefusal(attempt);
          continue;
        }
        const received = receiveAt(session, frame, step.now);
        if (!final) continue;
        equal([received.seq, received.ack], [step.seq, step.ack], `${where}: seq and ack`);
        equal(contentToVector(received.content), step.content, `${where}: content`);
      } else {
        throw new Error(`unknown op ${step.op}`);
      }
    }
  }
  for (const session of [a, b]) equal(scriptLeft(session), 0, 'random bytes that were not drawn');
}

async function anyRefusal(attempt: () => unknown): Promise<void> {
  try {
    attempt();
  } catch {
    return;
  }
  throw new Error('it went through');
}
