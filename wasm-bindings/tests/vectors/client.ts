/**
 * The recorded scripts of the client (`test-vectors/README.md`, "The client") through the package: with the same inputs, times and
 * random bytes it sends the same bytes, tells the same events and wants to be woken at the same times, on each engine.
 */
import type { EngineName, Identity, VerifiedPeer } from '@duet-chat/crypto';
import { DuetError } from '@duet-chat/crypto';
import { identityFromSeed, ScriptedClient, type ScriptedOutput } from '@duet-chat/crypto/testing';
import { assert, concat, type Environment, equal, hex, type Test, unhex } from '../harness.js';
import type { Case } from './case.js';
import { descriptorFromVector } from './content.js';
import { large, sha256 } from './data.js';

const REALM = 'chat.example';
/** Times of a script count from here. */
const START = 1_700_000_000_000;
/** More than any script has jobs, and than any job, or client, draws. */
const JOBS = 64;
const JOB_BYTES = 4_096;
const CLIENT_BYTES = 65_536;

const random = (tag: string, size: number) => large({ rule: 'blocks', tag, size });

function identityOf(name: string, engine: EngineName): Promise<Identity> {
  const seed = random(`seed ${name}`, 32);
  return identityFromSeed({ realm: REALM, name, engine, seed, created: 0 });
}

interface Person {
  readonly client: ScriptedClient;
  readonly run: number;
}

/** Everybody of one script. */
class Stage {
  readonly #script: Case;
  readonly #engine: EngineName;
  readonly #people = new Map<string, Person>();
  /** What each step sent, by the number of the output. */
  readonly #sent: Map<number, Uint8Array>[] = [];

  constructor(script: Case, engine: EngineName) {
    this.#script = script;
    this.#engine = engine;
  }

  /** Does a step, and gives what the script says of it. */
  async step(step: Case): Promise<Case> {
    const said: Case = {};
    if (step.do === 'begin') await this.#begin(step.by);
    else {
      try {
        const given = await this.#act(step);
        if (given !== undefined) said.gives = given;
      } catch (error) {
        if (!(error instanceof DuetError)) throw error;
        said.error = error.code;
      }
    }
    const { client } = this.#person(step.by);
    const sent = new Map<number, Uint8Array>();
    said.out = client.poll().map((output, index) => {
      if (output.type === 'send') sent.set(index, output.bytes);
      return written(output);
    });
    this.#sent.push(sent);
    const { wake } = client;
    said.wake = wake === undefined ? null : Math.max(0, wake - START);
    return said;
  }

  async free(): Promise<void> {
    for (const { client } of this.#people.values()) client.free();
    for (const identity of this.#identities.values()) (await identity).free();
  }

  #person(name: string): Person {
    const person = this.#people.get(name);
    assert(person !== undefined, `nobody is ${name}`);
    return person;
  }

  /** The page is loaded: a new run, that knows the people of the one before. */
  async #begin(name: string): Promise<void> {
    const before = this.#people.get(name);
    const run = before === undefined ? 0 : before.run + 1;
    const identity = await this.#identity(name);
    const pins: readonly VerifiedPeer[] = before?.client.pins ?? [];
    before?.client.free();
    const tag = `client ${this.#script.name} ${name} ${run}`;
    const client = new ScriptedClient({
      identity,
      pins,
      engine: this.#engine,
      settings: this.#script.settings,
      script: random(tag, CLIENT_BYTES),
      jobs: Array.from({ length: JOBS }, (_, job) => random(`${tag} job ${job}`, JOB_BYTES)),
    });
    this.#people.set(name, { client, run });
  }

  /** One input. What it gives is as the script writes it. */
  async #act(step: Case): Promise<unknown> {
    const { client } = this.#person(step.by);
    const at = START + step.at;
    // The same account for everybody of this name: the package makes the id that the script's commands mean.
    const account = async () => (await this.#identity(step.with)).accountId;
    const file = () => unhex(step.file);
    const input = (name: string, ...values: readonly unknown[]) => readable(client.input(name, ...values));
    switch (step.do) {
      case 'opened':
      case 'lost':
      case 'advance':
        return input(step.do, at);
      case 'token':
        return input('token', step.token, at);
      case 'receive': {
        const frame = this.#joined(step.frame);
        return input('receive', frame, step.length ?? frame.length, at);
      }
      case 'done':
        return client.done(step.job, at);
      case 'call':
        return input('call', step.with, (await this.#identity(step.key)).publicKey, at);
      case 'accept':
        return input('accept', step.with, at);
      case 'decline':
      case 'leave':
        return input(step.do, await account(), at);
      case 'text':
        return input('text', await account(), step.text, step.reply ?? undefined, at);
      case 'edit':
        return input('edit', await account(), step.id, step.text, at);
      case 'remove':
      case 'read':
      case 'viewed':
        return input(step.do, await account(), step.id, at);
      case 'react':
        return input('react', await account(), step.id, step.set, step.emoji, at);
      case 'typing':
        return input('typing', await account(), 'typing', at);
      case 'offerFile':
        return input('offerFile', await account(), descriptorFromVector(step.descriptor), at);
      case 'file':
        return input('file', await account(), file(), step.act, at);
      case 'chunksOpened':
        return input('chunksOpened', await account(), file(), step.first, step.count, at);
      case 'chunk':
        return input('chunk', await account(), unhex(step.id), file(), step.first, step.count, at);
      case 'show':
        return input('show', await account());
      default:
        throw new Error(`unknown step ${step.do}`);
    }
  }

  readonly #identities = new Map<string, Promise<Identity>>();

  /** Somebody who need not be there. Key and account are the same on every engine. */
  #identity(name: string): Promise<Identity> {
    const known = this.#identities.get(name) ?? identityOf(name, this.#engine);
    this.#identities.set(name, known);
    return known;
  }

  /** The frame of a step, put together from its pieces. */
  #joined(pieces: readonly Case[]): Uint8Array {
    const parts = pieces.map((piece) => {
      if (piece.hex !== undefined) return unhex(piece.hex);
      const sent = this.#sent[piece.step]?.get(piece.out);
      assert(sent !== undefined, `step ${piece.step} sent nothing as ${piece.out}`);
      return sent.subarray(piece.from, piece.to);
    });
    return concat(...parts);
  }
}

/** An output as the scripts write it. */
function written(output: ScriptedOutput): unknown {
  switch (output.type) {
    case 'send':
      return { send: output.lane, length: output.bytes.length, sha256: sha256(output.bytes) };
    case 'job':
      return { job: output.job };
    case 'token':
      return { token: true };
    case 'close':
      return { close: readable(output.why) };
    case 'event':
      return { event: readable(output.event) };
  }
}

/** Bytes in hex; lists of small numbers are bytes, too, and an empty one is a list. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.length === 0 ? [] : hex(value);
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, readable(part)]));
}

/** The same object, its keys in one order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, ordered(part)]));
}

async function replay(script: Case, engine: EngineName): Promise<void> {
  const stage = new Stage(script, engine);
  try {
    for (const [number, step] of script.steps.entries()) {
      const said = await stage.step(step);
      for (const key of ['gives', 'error', 'out', 'wake'])
        equal(ordered(said[key]), ordered(step[key]), `step ${number}, ${key}`);
    }
  } finally {
    await stage.free();
  }
}

/** A test for each script and engine. */
export async function clientScripts(environment: Environment): Promise<Test[]> {
  const corpus: Case = JSON.parse(await environment.text('client/corpus.json'));
  equal(corpus.scripts.length, corpus.number_of_scripts, 'number of scripts');
  return environment.engines.flatMap((engine) =>
    corpus.scripts.map((script: Case) => ({
      name: `client/corpus.json, ${script.name} on ${engine}: ${script.comment}`,
      run: () => replay(script, engine),
    })),
  );
}
