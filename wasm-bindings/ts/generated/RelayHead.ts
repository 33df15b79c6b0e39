// Generated from Rust by `npm run types`. Do not edit.

/**
 * The result of LOGIN or TOKEN.
 */
export type WelcomeStatus = "ok" | "refused" | "tryLater";

/**
 * News from the relay itself.
 */
export type Notice = "draining" | "prekeysLow" | "partnerUnreachable";

/**
 * What became of a SEND.
 */
export type AckStatus = "written" | "offline" | "rateLimit" | "tooLarge" | "malformed" | "notAllowed" | "unreachable";

/**
 * What became of a PREKEY_GET: only `ok` comes with a prekey, and after any other word one begins with an OFFER.
 */
export type PrekeyStatus = "ok" | "none" | "rateLimit" | "offline" | "notAllowed";

/**
 * A frame from the relay, without the payload of a DELIVER, which never enters the WebAssembly module. `ack` is a
 * hint for the user interface: delivery is what the peer acknowledges. `prekey` has a PREKEY frame for `createOffer`
 * if its status is `ok`. `beat` is answered at once by `encodeBeat` with its number.
 */
export type RelayHead = { "type": "challenge", challenge: Uint8Array<ArrayBuffer>, } | { "type": "welcome", status: WelcomeStatus, } | { "type": "notice", notice: Notice, value: number, } | { "type": "deliver", eid: Uint8Array<ArrayBuffer>, from: Uint8Array<ArrayBuffer>, presence: Uint8Array<ArrayBuffer>, } | { "type": "ack", eid: Uint8Array<ArrayBuffer>, status: AckStatus, } | { "type": "prekey", eid: Uint8Array<ArrayBuffer>, status: PrekeyStatus, prekey: Uint8Array<ArrayBuffer> | null, } | { "type": "presence", accountId: Uint8Array<ArrayBuffer>, presence: Uint8Array<ArrayBuffer>, online: boolean, maxVersion: number, } | { "type": "beat", number: number, };
