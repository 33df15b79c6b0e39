// Generated from Rust by `npm run types`. Do not edit.

/**
 * What the text of a QR code says. A claim and no more: nothing in it is proved before `verifyQrText`. Keys are any 32
 * bytes; that makes it no `Peer`, on purpose.
 */
export type QrClaims = { 
/**
 * The account whose device showed it: 32 bytes.
 */
shownBy: Uint8Array<ArrayBuffer>, 
/**
 * The key that this device says it has: any 32 bytes.
 */
shownKey: Uint8Array<ArrayBuffer>, 
/**
 * The account that it was shown to: 32 bytes.
 */
shownTo: Uint8Array<ArrayBuffer>, 
/**
 * The key that this device knows of that account: any 32 bytes.
 */
knownKey: Uint8Array<ArrayBuffer>, };
