/** One way to fail: an {@link EngineError} carries what the person is told. Anything else is a defect. */
import type { UserError, UserErrorCode } from './contract.ts';

export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: UserErrorCode,
    options: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(code, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }

  readonly retryAfterMs: number | undefined;
}

/**
 * Whether a refused refresh ends the login on this side. The cookie of an account that was closed stays, and is taken up again when it
 * is open.
 */
export function endsLogin(thrown: unknown): thrown is EngineError {
  return (
    thrown instanceof EngineError && (thrown.code === 'session-expired' || thrown.code === 'account-locked')
  );
}

/** The package's codes that a person can do something about; every other one is a defect of ours. */
const packageCodes: Readonly<Record<string, UserErrorCode>> = {
  E_VAULT: 'key-wrong-password',
  E_NOT_EXPORTABLE: 'backup-not-possible',
  E_OUT_OF_MEMORY: 'out-of-memory',
  E_PASSWORD_LENGTH: 'password-too-short',
  E_ENGINE_UNAVAILABLE: 'engine-unavailable',
  E_RANDOM_MISSING: 'engine-unavailable',
  E_WASM_MISSING: 'wasm-blocked',
  E_WASM_CSP: 'wasm-blocked',
  E_WASM_LOAD: 'wasm-blocked',
  E_FILE_TOO_LARGE: 'file-too-large',
  E_ACCOUNT_NAME: 'name-invalid',
  E_HANDSHAKE_RATE: 'too-many-handshakes',
  E_CONVERSATIONS_FULL: 'too-many-conversations',
  E_CONVERSATION_UNKNOWN: 'not-connected',
  E_QUEUE_FULL: 'too-many-unacknowledged',
  E_MESSAGE_UNKNOWN: 'message-out-of-reach',
  E_MESSAGE_LATE: 'edit-too-late',
  E_FILES_FULL: 'transfer-busy',
};

/** The stable code of an error of `@duet-chat/crypto`. By shape: a test's package has an error class of its own. */
export function packageCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' && thrown.code.startsWith('E_') ? thrown.code : null;
}

export function toUserError(thrown: unknown): UserError {
  if (thrown instanceof EngineError) {
    const { code, retryAfterMs } = thrown;
    return retryAfterMs === undefined ? { code } : { code, retryAfterMs };
  }
  const code = packageCode(thrown);
  return { code: (code === null ? undefined : packageCodes[code]) ?? 'internal' };
}
