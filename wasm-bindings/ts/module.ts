/**
 * Finds and compiles WebAssembly modules.
 *
 * The package's own are files beside its scripts, named in a way that browsers and bundlers understand (`new URL(…, import.meta.url)`): a
 * file is a third smaller on the line than the same bytes as text, is compiled while it arrives, and browsers keep what they compiled.
 * Where a bundler has lost the file, or a policy forbids to fetch it, the same module as text is imported instead.
 */
import { builtin } from './builtin.js';
import { DuetError } from './errors.js';
import type { ReadyOptions } from './types.js';

/** A module as text: zlib in base64, and its length. */
export interface Copy {
  readonly length: number;
  readonly deflated: string;
}

/** Where a module of the package's own is. */
export type Own = Compiled | Uncompiled;

/** It was compiled when the program was deployed, and nothing may be compiled later. */
export interface Compiled {
  readonly module: WebAssembly.Module;
}

/** It is compiled when it is needed. */
export interface Uncompiled {
  /** Its file. Asked for only where it is needed: scripts of other formats have no address, and that throws. */
  readonly file?: () => URL;
  /** The same as text. */
  readonly copy: () => Promise<Copy>;
}

/** Whether 128-bit SIMD is there. */
export function hasSimd(): boolean {
  return WebAssembly.validate(SIMD_PROBE);
}

/** What fails is looked into afterwards: a platform that may not compile needs no question if it was given a module. */
async function compiled(compile: () => Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
  try {
    return await compile();
  } catch (cause) {
    await refuseUnderCsp();
    throw cause;
  }
}

const compiledBytes = (bytes: BufferSource) => compiled(() => WebAssembly.compile(bytes));

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

/** The module that the caller has, or else the package's own. */
export async function moduleFrom(given: ReadyOptions['wasm'], own: Own): Promise<WebAssembly.Module> {
  if (given === undefined) return ownModule(own);
  switch (tagOf(given)) {
    case 'WebAssembly.Module':
      return given as WebAssembly.Module;
    case 'URL':
    case 'String':
      return answered(await fetch(given as URL | string));
    case 'Response':
      return answered(given as Response);
    default:
      return compiledBytes(given as BufferSource);
  }
}

async function ownModule(own: Own): Promise<WebAssembly.Module> {
  if ('module' in own) return own.module;
  const { file, copy } = own;
  try {
    if (file !== undefined) return await fromFile(file());
  } catch (cause) {
    // Then text cannot be compiled, either.
    if (cause instanceof DuetError && cause.code === 'E_WASM_CSP') throw cause;
  }
  return compiledBytes(await embedded(await copy()));
}

async function fromFile(file: URL): Promise<WebAssembly.Module> {
  // Node does not fetch files.
  const files = file.protocol === 'file:' ? builtin('node:fs/promises') : undefined;
  return files === undefined ? answered(await fetch(file)) : compiledBytes(await files.readFile(file));
}

async function answered(answer: Response): Promise<WebAssembly.Module> {
  if (!answer.ok) throw new DuetError('E_WASM_LOAD', `the server answered ${answer.status}`);
  // Whatever else the server calls it, the bytes are what they are.
  const streams = answer.headers.get('content-type') === 'application/wasm';
  return streams
    ? compiled(() => WebAssembly.compileStreaming(answer))
    : compiledBytes(await answer.arrayBuffer());
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

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = builtin('node:zlib');
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

async function embedded({ deflated, length }: Copy): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await inflated(Uint8Array.from(atob(deflated), (character) => character.charCodeAt(0)));
  if (bytes.length !== length) throw new DuetError('E_WASM_LOAD', 'the embedded module is damaged');
  return bytes;
}
