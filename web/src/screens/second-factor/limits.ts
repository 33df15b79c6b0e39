/** Characters of a passkey's name, as the relay takes them. */
export const NAME_MAX = 64;

/** Passkeys of one account, as the relay takes them. */
export const PASSKEYS_MAX = 10;
