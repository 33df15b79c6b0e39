/** What is the same in every JSON Web Key (RFC 7517): the checks at import, and the common members at export. */
import { exception } from '../exception.js';
import type { Jwk, Usage } from '../types.js';
import { USAGES } from '../webidl.js';

/** What an algorithm expects of a key. */
export interface JwkRules {
  readonly kty: 'oct' | 'OKP' | 'AKP';
  readonly crv?: string;
  /** What `use` says, if it is there. */
  readonly use: 'sig' | 'enc';
}

/** Refuses a key that is not one of this kind, or that does not permit what is asked of it. */
export function checkJwk(jwk: Jwk, rules: JwkRules, extractable: boolean, usages: readonly Usage[]): void {
  if (jwk.kty !== rules.kty) throw exception('DataError', `'kty' must be '${rules.kty}'`);
  if (jwk.crv !== rules.crv && rules.crv !== undefined) {
    throw exception('DataError', `'crv' must be '${rules.crv}'`);
  }
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== rules.use) {
    throw exception('DataError', `'use' must be '${rules.use}'`);
  }
  const { key_ops: operations } = jwk;
  if (operations !== undefined) {
    // RFC 7517, 4.3: no value twice.
    if (new Set(operations).size !== operations.length) throw exception('DataError', "'key_ops' repeats one");
    if (usages.some((usage) => !operations.includes(usage))) {
      throw exception('DataError', "'key_ops' does not permit the usages");
    }
  }
  if (jwk.ext === false && extractable) throw exception('DataError', "'ext' forbids an extractable key");
}

/** A key with the common members. */
export function jwkOf(members: Jwk, extractable: boolean, usages: readonly Usage[]): Jwk {
  return { ...members, key_ops: USAGES.filter((usage) => usages.includes(usage)), ext: extractable };
}
