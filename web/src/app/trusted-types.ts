/**
 * The page's only Trusted Types policy. The server's Content-Security-Policy names it (`trusted-types duet`), so a
 * second one cannot be made; React needs none, because nothing here writes HTML.
 */

/** What `new Worker` takes under `require-trusted-types-for 'script'`. */
type ScriptAddress = string;

interface Policy {
  createScriptURL(address: string): unknown;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

/** The only kind of script address that is let through: one of this site's own hashed files (or the dev server's). */
function ownScript(address: string): string {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) throw new TypeError('a script from another origin was refused');
  return url.href;
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
const policy = factory?.createPolicy('duet', { createScriptURL: ownScript });

/**
 * The address of one of our own scripts in the form that `new Worker()` accepts: a TrustedScriptURL where the
 * browser has Trusted Types, the checked address itself where it has not.
 *
 * @throws TypeError when the address is of another origin.
 */
export function scriptAddress(address: string): ScriptAddress {
  // `lib.dom` knows strings only; the sink takes the policy's object.
  return (policy?.createScriptURL(address) ?? ownScript(address)) as ScriptAddress;
}
