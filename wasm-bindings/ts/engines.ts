/** Which engine does what. Decided when an object is made, and never changed while it lives. */
import { DuetError } from './errors.js';
import type { Capabilities, EngineMode, EngineName, Operation, OperationSupport } from './types.js';

let known: Capabilities | undefined;

/** Called once, by `ready()`, with what the probe found. */
export function remember(capabilities: Capabilities): void {
  known = capabilities;
}

/** What this platform can do, and which engine `auto` picks for it. Available after `ready()`. */
export function capabilities(): Capabilities {
  if (known === undefined) throw new DuetError('E_NOT_READY');
  return known;
}

/** Operations that Web Crypto may do; the others are always the core's. */
export type PlatformOperation = Extract<Operation, 'ed25519' | 'x25519' | 'aes256Gcm'>;

/**
 * The engine for an operation. Asking for `native` where the platform cannot do it fails: nothing falls back in
 * silence.
 */
export function pick(operation: PlatformOperation, mode: EngineMode = 'auto'): EngineName {
  const support: OperationSupport = capabilities().operations[operation];
  switch (mode) {
    case 'auto':
      return support.auto;
    case 'wasm':
      return 'wasm';
    case 'native':
      if (!support.native) throw new DuetError('E_ENGINE_UNAVAILABLE', `${operation}: ${support.reason}`);
      return 'native';
    default:
      throw new DuetError('E_ARGUMENT', "engine must be 'auto', 'native' or 'wasm'");
  }
}
