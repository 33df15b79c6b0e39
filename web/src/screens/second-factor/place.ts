import type { PasskeySetupView, PasskeyView, TotpSetupView } from '../../engine/contract.ts';

/** Where the person is on the page. */
export type Place =
  | { readonly at: 'list' }
  | { readonly at: 'start-totp' }
  | { readonly at: 'confirm-totp'; readonly setup: TotpSetupView }
  | { readonly at: 'remove-totp' }
  | { readonly at: 'start-passkey' }
  | { readonly at: 'make-passkey'; readonly setup: PasskeySetupView }
  | { readonly at: 'passkey'; readonly passkey: PasskeyView }
  | { readonly at: 'remove-passkey'; readonly passkey: PasskeyView }
  | { readonly at: 'new-codes' }
  | { readonly at: 'codes'; readonly codes: readonly string[] };
