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
 * Which queue of the socket a frame belongs into. What is in an earlier lane goes first.
 */
export type Lane = "control" | "message" | "chunk";

/**
 * Why the client gives its connection up.
 */
export type CloseReason = "silence" | "tryLater" | "newRun";

/**
 * How the connection stands.
 */
export type LineState = "down" | "loggingIn" | "online" | "refused";

/**
 * How a conversation stands.
 */
export type Stage = "seeking" | "ringing" | "establishing" | "secure";

/**
 * How a conversation stands, and what may be shown beside it. `Stage` is known by proof; `peer_online` is the relay's word.
 */
export type ConversationState = { 
/**
 * How far it is.
 */
stage: Stage, 
/**
 * Which session of the conversation is open, from 1; 0 before the first.
 */
session: number, 
/**
 * A new handshake is under way beside an open session.
 */
renewing: boolean, 
/**
 * What the relay says of the peer; `None` while it has said nothing, or our own line is down.
 */
peerOnline: boolean | null, 
/**
 * Since when the peer owes us a sign of life, in ms, if it has for some seconds; `None` while nothing is awaited.
 */
silentSince: number | null, 
/**
 * Own messages that wait.
 */
waiting: number, };

/**
 * What becomes of an own message. Each ends in exactly one of the last four.
 */
export type Status = "waiting" | "early" | "sent" | "delivered" | "read" | "unconfirmed" | "notDelivered";

/**
 * What a message puts on the screen.
 */
export type Body = { "type": "text", 
/**
 * The text.
 */
text: string, 
/**
 * The message that it answers.
 */
reply: MessageId | null, } | { "type": "file", 
/**
 * Names it.
 */
file: Uint8Array<ArrayBuffer>, 
/**
 * What the sender says of it, its key among it.
 */
descriptor: FileDescriptor, };

/**
 * An own message that ended without the peer's word, told before anything is cleared.
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
 * Why a conversation ended. Nothing that the relay says is among it.
 */
export type EndedBy = { "why": "us" } | { "why": "peer" } | { "why": "peerBefore" } | { "why": "silence" } | { "why": "declined" } | { "why": "busy" } | { "why": "noAnswer" } | { "why": "offline" } | { "why": "failed", "code": CoreErrorCode } | { "why": "timedOut" } | { "why": "keyChanged" } | { "why": "expired" } | { "why": "misbehaviour", "code": CoreErrorCode };

/**
 * Why something that arrived was refused. The person is warned of these: only an attack or a defect explains them.
 */
export type Suspicion = "notAuthentic" | "signature";

/**
 * A run of chunks of an own file that the peer wants and the line has room for.
 */
export type ChunksWanted = { 
/**
 * Names the frame that will carry them.
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
 * For the screen. Whatever names an account was caused by that account's client, or is said to be the relay's word.
 */
export type Event = { "type": "line", 
/**
 * How it stands.
 */
state: LineState, } | { "type": "incoming", 
/**
 * Who calls.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Under which key.
 */
key: Uint8Array<ArrayBuffer>, 
/**
 * Whether that key is pinned here.
 */
known: boolean, 
/**
 * Whether words may come with it.
 */
request: boolean, } | { "type": "incomingOver", 
/**
 * Who called.
 */
account: Uint8Array<ArrayBuffer>, } | { "type": "turnedAway", 
/**
 * In whose name it came. Where there was no room, nobody has verified that.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Milliseconds until another one may ring; 0 where nobody knows.
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
 * With whom.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * How it stands.
 */
state: ConversationState, } | { "type": "pinned", 
/**
 * Whose.
 */
account: Uint8Array<ArrayBuffer>, } | { "type": "message", 
/**
 * Whose.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Its name here.
 */
id: MessageId, 
/**
 * What it says.
 */
body: Body, 
/**
 * It came with a call that was not completed yet: whose it is has weaker proof (protocol 12.2).
 */
early: boolean, } | { "type": "earlyConfirmed", 
/**
 * Whose.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * How many were dropped on the way.
 */
dropped: number, } | { "type": "edited", 
/**
 * Whose.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Which.
 */
id: MessageId, 
/**
 * The new text.
 */
text: string, } | { "type": "deleted", 
/**
 * Whose.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Which.
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
 * Set, or else removed.
 */
set: boolean, 
/**
 * One emoji.
 */
emoji: string, } | { "type": "status", 
/**
 * In whose conversation.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Which.
 */
id: MessageId, 
/**
 * What.
 */
status: Status, } | { "type": "viewed", 
/**
 * By whom.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Which.
 */
id: MessageId, } | { "type": "activity", 
/**
 * The peer.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * What.
 */
activity: Activity, } | { "type": "renewed", 
/**
 * With whom.
 */
account: Uint8Array<ArrayBuffer>, } | { "type": "restarted", 
/**
 * With whom.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Files that were on offer or on their way.
 */
unfinished: Array<Uint8Array<ArrayBuffer>>, } | { "type": "draining", 
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
 * What.
 */
control: { file: Uint8Array<ArrayBuffer>, op: FileOp, }, } | { "type": "chunksWanted", 
/**
 * For whom.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * Which.
 */
wanted: ChunksWanted, } | { "type": "suspicious", 
/**
 * In whose name it came.
 */
account: Uint8Array<ArrayBuffer>, 
/**
 * What it was.
 */
what: Suspicion, } | { "type": "ended", 
/**
 * With whom.
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
 * Files of either side that were on offer or on their way.
 */
unfinished: Array<Uint8Array<ArrayBuffer>>, 
/**
 * The last messages of the peer may be missing.
 */
tailMissing: boolean, };
