/**
 * Loads the WebAssembly module once, and remembers whether the instance is still alive.
 *
 * The module comes from the copy inside the package, a string in a module that is imported when it is needed: no
 * address for a bundler to break, and no cost for whoever passes a module of their own.
 */
import { DuetError } from './errors.js';
import { options as own } from './gate.js';
import type { ReadyOptions } from './types.js';
// Not by `import()`, which a module service worker does not have.
import * as glue from './wasm/glue.js';

export type Wasm = typeof glue;

type State =
  | { readonly stage: 'idle' }
  | { readonly stage: 'ready'; readonly wasm: Wasm; readonly memory: WebAssembly.Memory }
  | { readonly stage: 'dead'; readonly cause: unknown };

/** A module as text: zlib in base64, and its length. */
export interface Copy {
  readonly length: number;
  readonly deflated: string;
}

/** The copy inside the package. */
let copy = async (): Promise<Copy> =>
  hasSimd() ? await import('./wasm/simd128.js') : await import('./wasm/baseline.js');

/** `./inline` has a copy that is imported already. */
export function provide(inline: () => Copy): void {
  copy = async () => inline();
}

/** Whether 128-bit SIMD is there. */
export function hasSimd(): boolean {
  return WebAssembly.validate(SIMD_PROBE);
}

let state: State = { stage: 'idle' };
let loading: Promise<void> | undefined;

/**
 * Loads the module unless it is loaded. Concurrent calls share one attempt; a failed attempt is forgotten, so that
 * a call after the cause is gone succeeds.
 */
export function load(options: ReadyOptions = {}): Promise<void> {
  if (state.stage === 'ready') return Promise.resolve();
  if (state.stage === 'dead') return Promise.reject(trapped(state.cause));
  loading ??= attempt(options).finally(() => {
    loading = undefined;
  });
  return loading;
}

/** The instance. Throws `E_NOT_READY` before {@link load} has succeeded and `E_WASM_TRAP` after a trap. */
export function instance(): Wasm {
  if (state.stage === 'ready') return state.wasm;
  throw state.stage === 'dead' ? trapped(state.cause) : new DuetError('E_NOT_READY');
}

/** All of its memory, for the test that looks for secrets in it. */
export function memory(): Uint8Array<ArrayBuffer> {
  if (state.stage !== 'ready') throw new DuetError('E_NOT_READY');
  return new Uint8Array(state.memory.buffer as ArrayBuffer);
}

/** True between a successful {@link load} and a trap. */
export function isAlive(): boolean {
  return state.stage === 'ready';
}

/** Why the instance is dead, if it is. */
export function death(): DuetError | undefined {
  return state.stage === 'dead' ? trapped(state.cause) : undefined;
}

/** After a trap nothing in the instance's memory can be trusted: it is never called again. */
export function bury(cause: unknown): DuetError {
  state = { stage: 'dead', cause };
  return trapped(cause);
}

function trapped(cause: unknown): DuetError {
  return new DuetError('E_WASM_TRAP', undefined, { cause });
}

async function attempt(options: ReadyOptions): Promise<void> {
  if (typeof WebAssembly !== 'object') throw new DuetError('E_WASM_MISSING');
  try {
    const module = await moduleFrom(own(options).wasm);
    refuseForeign(module);
    const { memory } = await glue.default({ module_or_path: module });
    state = { stage: 'ready', wasm: glue, memory };
  } catch (cause) {
    throw cause instanceof DuetError ? cause : new DuetError('E_WASM_LOAD', undefined, { cause });
  }
}

/** Compiles. What fails is looked into afterwards: a platform that may not compile needs no question if it was given a module. */
async function compiled(bytes: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    await refuseUnderCsp();
    throw cause;
  }
}

/**
 * Asks for the smallest possible module. Engines word a refusal by Content-Security-Policy differently; what they
 * share is that they refuse this one too, which nothing else can be wrong with.
 */
async function refuseUnderCsp(): Promise<void> {
  try {
    await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  } catch (cause) {
    throw new DuetError('E_WASM_CSP', undefined, { cause });
  }
}

/** The glue keeps the first instance that it gets: a module that is not this package's must not come to it. */
function refuseForeign(module: WebAssembly.Module): void {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'variant')) {
    throw new DuetError('E_WASM_LOAD', 'the module is not this package’s');
  }
}

async function moduleFrom(given: ReadyOptions['wasm']): Promise<WebAssembly.Module> {
  if (given === undefined) return compiled(await embedded());
  switch (tagOf(given)) {
    case 'WebAssembly.Module':
      return given as WebAssembly.Module;
    case 'URL':
      return moduleFrom(await fetch(given as URL));
    case 'Response': {
      const answer = given as Response;
      // Not compileStreaming: it depends on the server's content type, and the module is small.
      if (!answer.ok) throw new DuetError('E_WASM_LOAD', `the server answered ${answer.status}`);
      return compiled(await answer.arrayBuffer());
    }
    default:
      return compiled(given as BufferSource);
  }
}

/** Of every realm alike, and where the platform has no such class. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** An empty function with a `v128` in it: valid only where 128-bit SIMD is. */
const SIMD_PROBE = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 0x0a, 8, 1, 6, 0, 0x41, 0, 0xfd,
  0x0f, 0x0b,
]);

/** What Node has, also under a test's DOM, which may have neither streams nor answers. */
interface Builtins {
  readonly getBuiltinModule?: (
    name: 'node:zlib',
  ) => { inflateSync(bytes: Uint8Array): Uint8Array } | undefined;
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as { readonly process?: Builtins };
  const zlib = process?.getBuiltinModule?.('node:zlib');
  if (zlib !== undefined) return new Uint8Array(zlib.inflateSync(packed));
  if (typeof DecompressionStream !== 'function') {
    throw new DuetError(
      'E_WASM_LOAD',
      'no DecompressionStream here: pass @duet-chat/crypto/crypto.wasm to ready({ wasm })',
    );
  }
  const stream = new DecompressionStream('deflate');
  const writer = stream.writable.getWriter();
  // What goes wrong here shows where it is read.
  Promise.all([writer.write(packed), writer.close()]).catch(() => undefined);
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

async function embedded(): Promise<Uint8Array<ArrayBuffer>> {
  const { deflated, length } = await copy();
  const bytes = await inflated(Uint8Array.from(atob(deflated), (character) => character.charCodeAt(0)));
  if (bytes.length !== length) throw new DuetError('E_WASM_LOAD', 'the embedded module is damaged');
  return bytes;
}
