/** The password split (protocol.md section 8.3). */
import { call, callWithSecret, release } from './boundary.js';
import { text } from './bytes.js';
import { callback, options } from './gate.js';
import { accountOf } from './identity.js';
import type { Account, PasswordSecrets, Progress } from './types.js';

/**
 * The id of an account, 32 bytes.
 * @throws DuetError `E_REALM`, `E_ACCOUNT_NAME`
 */
export function accountId(account: Account): Uint8Array<ArrayBuffer> {
  const { realm, name } = accountOf(options(account, 'account'));
  return call((wasm) => wasm.accountId(realm, name));
}

/**
 * Stretches a password with Argon2id over 64 MiB and splits it into what the relay gets and what stays here. Takes
 * some hundred milliseconds on the thread that calls: use a worker. `onProgress` is told the begin and the end.
 * @throws DuetError `E_PASSWORD_LENGTH`, `E_OUT_OF_MEMORY`, `E_REALM`, `E_ACCOUNT_NAME`
 */
export async function splitPassword(
  input: Account & { readonly password: string; readonly onProgress?: (progress: Progress) => void },
): Promise<PasswordSecrets> {
  const { realm, name, password, onProgress: told } = options(input, 'input');
  text(realm, 'realm');
  text(name, 'name');
  text(password, 'password');
  const onProgress = callback(told, 'onProgress');
  if (onProgress !== undefined) {
    onProgress({ done: 0, total: 1 });
    // Lets what was just reported be painted, or posted, before this thread is busy.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const split = callWithSecret((wasm) => new wasm.SplitPassword(realm, name, password));
  try {
    const secrets = call(() => ({ loginSecret: split.loginSecret(), vaultSecret: split.vaultSecret() }));
    onProgress?.({ done: 1, total: 1 });
    return secrets;
  } finally {
    release(split);
  }
}
