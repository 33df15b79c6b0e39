/**
 * The one error class of the package.
 *
 * A code from the core (protocol.md section 11) says which check failed; tell it to developers, never to the peer
 * or the relay. The codes below the core's are the package's own: they are about the platform and about misuse.
 */
import type { CoreErrorClass, CoreErrorCode } from './generated/errors.js';

/** Everything that can go wrong outside the core, with what to do about it. */
const PACKAGE_ERRORS = {
  E_NOT_READY: 'The package is not initialised: `await ready()` first.',
  E_WASM_MISSING:
    'This platform has no WebAssembly (Lockdown Mode, or an engine without it): the package cannot run here.',
  E_WASM_CSP: "The page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src.",
  E_WASM_LOAD: 'The WebAssembly module did not load: it could not be fetched, or it is not the right one.',
  E_WASM_TRAP:
    'The WebAssembly instance stopped at an internal error and is dead: reload the page or worker.',
  E_RANDOM_MISSING: 'This platform has no crypto.getRandomValues: there is no safe randomness.',
  E_ENGINE_UNAVAILABLE: 'The engine that was asked for cannot do this operation on this platform.',
  E_ARGUMENT: 'An argument has a type, length or value that it may not have.',
  E_FREED: 'The object was freed, or a single-use object was used a second time.',
  E_BUSY: 'The object is working on an earlier call.',
  E_VAULT_SECRET: 'An identity of the wasm engine is stored and restored with a vault secret of 32 bytes.',
  E_NOT_EXPORTABLE:
    'This identity is a non-extractable key that was made without a vault secret: nobody can back it up.',
  E_ILL_FORMED:
    'A text has half a character (an unpaired surrogate): what is sent would not be what is read.',
  E_TRANSFER_OVER: 'The file was rejected or cancelled, or its conversation has ended.',
  E_RELAY_UNREACHABLE: 'The relay did not answer.',
  E_RELAY_ANSWER: 'What answered is not the relay, or not one of this version.',
  E_RELAY_REFUSED: "The relay refused: see the error's `reason`.",
  E_CONNECTION_STOPPED: 'The connection stopped before the client was online: see its `state`.',
  E_SECOND_FACTOR: 'The account has a second factor: give `login` a `secondFactor` to ask for it.',
  E_WORKER: 'The worker that stretches passphrases did not start, or has stopped.',
  E_FILE_SOURCE: 'The source of a file could not be read.',
  E_FILE_SOURCE_CHANGED: 'The source of a file is not what it was when its key was made: send it anew.',
} as const;

/** Codes of the package itself. */
export type PackageErrorCode = keyof typeof PACKAGE_ERRORS;

/** Every code that a {@link DuetError} can have. Stable: a code never changes its meaning. */
export type ErrorCode = CoreErrorCode | PackageErrorCode;

/** What a failure asks of the caller; `package` for the package's own codes. */
export type ErrorClass = CoreErrorClass | 'package';

/** What is told of a code of the core. */
type CoreTexts = Readonly<Record<string, { readonly class: CoreErrorClass; readonly message: string }>>;

/** None, for who has nothing of the protocol: the core's sentences are a fifth of the scripts of `./subtle`. */
let core: CoreTexts = {};

/** Makes the core's codes known. */
export function learnCore(texts: CoreTexts): void {
  core = texts;
}

/** What every function of the package throws or rejects with. An aborted call rejects with its signal's reason. */
export class DuetError extends Error {
  override readonly name = 'DuetError';
  readonly code: ErrorCode;

  /** `detail` is for developers; it never holds keys, plaintext or other data of a person. */
  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    const text = core[code]?.message ?? PACKAGE_ERRORS[code as PackageErrorCode];
    super(detail === undefined ? `${code}: ${text}` : `${code}: ${text} (${detail})`, options);
    this.code = code;
  }

  /** protocol.md section 11: drop the frame, abort the handshake, block the peer, close the session, tell the user. */
  get class(): ErrorClass {
    return core[this.code]?.class ?? 'package';
  }
}
