// Generated from Rust by `npm run types`. Do not edit.
import type { Activity, FileOp } from './Content.js';
import type { CoreErrorCode } from './errors.js';
import type { FileDescriptor } from './FileDescriptor.js';

/**
 * Names a message on this device, for as long as its conversation lives. Equal names are one message.
 */
export type MessageId = `own-${number}` | `peer-${number}-${number}`;

/**
 * What can be done with a file.
 */
export type FileAct = "accept" | "reject" | "pause" | "resume" | "cancel" | "done";

/**
 * How a person compared a key.
 */
export type Comparison = "fingerprint" | "sas" | "qr";

/**
 * Intervals, in milliseconds. What the protocol prescribes stands in [`limits`].
 */
export type Settings = { 
/**
 * How long a session outlives the loss of the line, or a peer who does not answer.
 */
interruption: number, 
/**
 * How long a job may take before it counts as failed.
 */
job: number, 
/**
 * From the wish to talk until the peer's run is known and a prekey has come.
 */
seek: number, 
/**
 * How long PREKEY_GET may take; then the call goes out without a prekey.
 */
prekey: number, 
/**
 * From OFFER to ACCEPT (protocol 4.6).
 */
accept: number, 
/**
 * From ACCEPT to CONFIRM (protocol 4.6).
 */
confirm: number, 
/**
 * From CONFIRM to READY (protocol 4.6).
 */
ready: number, 
/**
 * After this long without an answer a flight of a handshake is sent again, identically.
 */
flightAgain: number, 
/**
 * The latest moment for a RECEIPT (protocol 6.4).
 */
receipt: number, 
/**
 * Before a round trip was measured, an unacknowledged frame is sent again after this long.
 */
resendFirst: number, 
/**
 * The least and the longest pause before an unacknowledged frame is sent again.
 */
resendBounds: [number, number], 
/**
 * How long `ack` may stand still, while the peer is heard, before the session is renewed (protocol 6.4).
 */
stalled: number, 
/**
 * How long a session that was renewed is still listened to.
 */
retire: number, 
/**
 * After a renewal that failed, before the next one.
 */
renewAgain: number, 
/**
 * Who leaves waits for so long for the peer's word about what was said last.
 */
farewell: number, 
/**
 * A typing notice is forgotten when it was not repeated for this long.
 */
typingForgotten: number, 
/**
 * A typing notice is repeated after this long.
 */
typingAgain: number, 
/**
 * Without a frame of the relay's for this long the line is dead, while a conversation is open.
 */
silenceTalking: number, 
/**
 * The same while no conversation is open.
 */
silenceIdle: number, 
/**
 * A client that has sent nothing for this long answers a frame with a BEAT, while a conversation is open.
 */
beatTalking: number, 
/**
 * The same while no conversation is open.
 */
beatIdle: number, 
/**
 * What was refused for want of room is answered and told once in this time for each account.
 */
turnAway: number, 
/**
 * An ended session is answered with OVER once in this time (protocol 4.8).
 */
over: number, 
/**
 * How long a session lives (protocol 10).
 */
lifetime: number, };

/**
 * The socket's queue that a frame belongs to. Frames of an earlier lane go first.
 */
export type Lane = "control" | "message" | "chunk";

/**
 * Why the client gives its connection up.
 */
export type CloseReason = "silence" | "tryLater" | "newRun";

/**
 * The state of the connection to the relay.
 */
export type LineState = "down" | "loggingIn" | "online" | "refused";

/**
 * The stage of a conversation.
 */
export type Stage = "seeking" | "ringing" | "establishing" | "secure";

/**
 * The state of a conversation. `stage` is cryptographically proven; `peer_online` is only what the relay claims.
 */
export type ConversationState = { 
/**
 * Its stage.
 */
stage: Stage, 
/**
 * The number of the open session of this conversation, from 1; 0 before the first.
 */
session: number, 
/**
 * A new handshake is under way beside an open session.
 */
renewing: boolean, 
/**
 * Whether the peer is online, as the relay claims; `None` while it has not told, or our own line is down.
 */
peerOnline: boolean | null, 
/**
 * Since when (ms) an answer of the peer's has been overdue, once it is for some seconds; `None` while none is.
 */
silentSince: number | null, 
/**
 * How many own messages are waiting to be sent.
 */
waiting: number, };

/**
 * What became of an own message. Every message ends in exactly one of the last four.
 */
export type Status = "waiting" | "early" | "sent" | "delivered" | "read" | "unconfirmed" | "notDelivered";

/**
 * What a message shows on the screen.
 */
export type Body = { "type": "text", 
/**
 * The text.
 */
text: string, 
/**
 * The message it replies to.
 */
reply: MessageId | null, } | { "type": "file", 
/**
 * The file's id.
 */
file: Uint8Array<ArrayBuffer>, 
/**
 * The sender's description of it, including its key.
 */
descriptor: FileDescriptor, };

/**
 * An own message that ended without the peer's confirmation, reported before anything is cleared.
 */
export type Unsettled = { 
/**
 * The message.
 */
id: MessageId, 
/**
 * [`Status::Unconfirmed`] or [`Status::NotDelivered`].
 */
status: Status, 
/**
 * Its text, if it was one.
 */
text: string | null, };

/**
 * Why a conversation ended. Nothing the relay says can be a reason.
 */
export type EndedBy = { "why": "us" } | { "why": "peer" } | { "why": "peerBefore" } | { "why": "silence" } | { "why": "declined" } | { "why": "busy" } | { "why": "noAnswer" } | { "why": "offline" } | { "why": "failed", "code": CoreErrorCode } | { "why": "timedOut" } | { "why": "keyChanged" } | { "why": "expired" } | { "why": "misbehaviour", "code": CoreErrorCode };

/**
 * Why something that arrived was refused. Warn the user of these: only an attack or a defect explains them.
 */
export type Suspicion = "notAuthentic" | "signature";

/**
 * A range of chunks of an own file that the peer wants and the line has room for.
 */
export type ChunksWanted = { 
/**
 * The id of the frame that will carry them.
 */
id: Uint8Array<ArrayBuffer>, 
/**
 * The file.
 */
file: Uint8Array<ArrayBuffer>, 
/**
 * The first chunk.
 */
first: number, 
/**
 * How many, 1 to 64.
 */
count: number, };

/**
 * What a screen needs to know. An event that names an account was caused by that account's client, unless its description
 * says that it is the relay's claim.
 */
export type Event = { "type": "line", 
/**
 * Its state.
 */
state: LineState, } | { "type": "incoming", 
/**
 * Who is calling.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The caller's key.
 */
key: Uint8Array<ArrayBuffer>, 
/**
 * Whether that key is pinned here.
 */
known: boolean, 
/**
 * Whether early messages may come with it.
 */
request: boolean, } | { "type": "incomingOver", 
/**
 * Who called.
 */
account: Uint8Array<ArrayBuffer>, } | { "type": "turnedAway", 
/**
 * In whose name it came. If there was no room, this was not verified.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Milliseconds until another call may ring; 0 if unknown.
 */
wait: number, } | { "type": "keyChanged", 
/**
 * The account.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The new key.
 */
key: Uint8Array<ArrayBuffer>, } | { "type": "conversation", 
/**
 * The other person.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Its state.
 */
state: ConversationState, } | { "type": "pinned", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, } | { "type": "message", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Its id on this device.
 */
id: MessageId, 
/**
 * Its content.
 */
body: Body, 
/**
 * It came with a call that is not completed yet: its sender is less strongly proven (protocol 12.2).
 */
early: boolean, } | { "type": "earlyConfirmed", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * How many were dropped on the way.
 */
dropped: number, } | { "type": "edited", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The message.
 */
id: MessageId, 
/**
 * The new text.
 */
text: string, } | { "type": "deleted", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The message.
 */
id: MessageId, } | { "type": "reaction", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * To which message.
 */
id: MessageId, 
/**
 * Whether the reaction was set or removed.
 */
set: boolean, 
/**
 * One emoji.
 */
emoji: string, } | { "type": "status", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The message.
 */
id: MessageId, 
/**
 * Its status.
 */
status: Status, } | { "type": "viewed", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The message.
 */
id: MessageId, } | { "type": "activity", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The activity.
 */
activity: Activity, } | { "type": "renewed", 
/**
 * The other person.
 */
account: Uint8Array<ArrayBuffer>, } | { "type": "restarted", 
/**
 * The other person.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Files that were on offer or in transfer.
 */
unfinished: Array<Uint8Array<ArrayBuffer>>, } | { "type": "presence", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Whether it is online.
 */
online: boolean, } | { "type": "draining", 
/**
 * Milliseconds.
 */
ms: number, } | { "type": "fileSent", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The file.
 */
file: Uint8Array<ArrayBuffer>, 
/**
 * Chunks in all.
 */
chunks: number, } | { "type": "fileControl", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The action.
 */
control: { file: Uint8Array<ArrayBuffer>, op: FileOp, }, } | { "type": "chunksWanted", 
/**
 * The receiver.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * The chunks.
 */
wanted: ChunksWanted, } | { "type": "suspicious", 
/**
 * In whose name it came.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * What is suspicious.
 */
what: Suspicion, } | { "type": "ended", 
/**
 * The other person.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Why.
 */
by: EndedBy, 
/**
 * Own messages that were not delivered, or may not have arrived.
 */
unsettled: Array<Unsettled>, 
/**
 * Files of either side that were on offer or in transfer.
 */
unfinished: Array<Uint8Array<ArrayBuffer>>, 
/**
 * Whether the peer's last messages may be missing.
 */
tailMissing: boolean, };
