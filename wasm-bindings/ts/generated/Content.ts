// Generated from Rust by `npm run types`. Do not edit.
import type { FileDescriptor } from './FileDescriptor.js';

/**
 * Whose message is meant, in the words of the one who refers to it: a peer's `mine` is the peer's own message.
 */
export type Author = "mine" | "yours";

/**
 * The message that a text replies to.
 */
export type Reply = { of: Author, seq: number, };

/**
 * What the sender is doing.
 */
export type Activity = "none" | "typing" | "voice" | "video";

/**
 * What is asked or said about a transfer.
 */
export type FileOp = "accept" | "reject" | "want" | "cancel" | "done" | "pause";

/**
 * What a message says. `ready` is sent by the package itself. `receipt` says nothing but the acknowledgement that
 * every message carries; `read` is about everything of yours up to and including a number, `viewed` about one
 * item. `index` and `count` of a `fileControl` are for `want`. `edit` and `delete` are about the sender's own
 * messages. `probe` asks whether the peer is there and is never shown. `unknown` is a kind that this version does not know: ignore it, but count its number; never sent.
 */
export type Content = { "type": "ready", } | { "type": "text", text: string, reply: Reply | null, } | { "type": "receipt", } | { "type": "read", upTo: number, } | { "type": "viewed", seq: number, } | { "type": "typing", activity: Activity, } | { "type": "file", descriptor: FileDescriptor, } | { "type": "fileControl", fid: Uint8Array<ArrayBuffer>, op: FileOp, index: number, count: number, } | { "type": "bye", } | { "type": "edit", seq: number, text: string, } | { "type": "delete", seq: number, } | { "type": "reaction", of: Author, seq: number, set: boolean, emoji: string, } | { "type": "probe", } | { "type": "unknown", ctype: number, };
