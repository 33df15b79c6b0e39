//! What the client tells: events for the screen, bytes for the socket, jobs for the engine, pins to keep.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::job::Job;
use crate::engine::Engine;
use crate::error::Code;
use crate::files::{Control, Descriptor, FileId};
use crate::identity::{AccountId, IdentityKey};
use crate::ids::EnvelopeId;
use crate::session::Activity;

/// The socket's queue that a frame belongs to. Frames of an earlier lane go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Lane {
    /// For the relay itself, and handshakes.
    Control,
    /// Messages.
    Message,
    /// Chunks of files.
    Chunk,
}

/// What the caller does next, in this order.
#[derive(Debug)]
pub enum Output<E: Engine> {
    /// One binary message for the socket.
    Send {
        /// Its queue.
        lane: Lane,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Asymmetric work: run it and pass the result to [`super::Client::done`].
    Job(Job<E>),
    /// The relay asks for a login: pass a fresh access token to [`super::Client::token`].
    TokenWanted,
    /// Close the socket; the package opens another one by its rules for reconnecting.
    Close {
        /// Why, for logs.
        why: CloseReason,
    },
    /// For the screen.
    Event(Event),
}

/// Why the client gives its connection up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CloseReason {
    /// Nothing arrived for too long: the line is dead.
    Silence,
    /// The relay cannot log anybody in at the moment.
    TryLater,
    /// This run has reached the number of offers it can remember: a new run must take over.
    NewRun,
}

/// A range of chunks of an own file that the peer wants and the line has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChunksWanted {
    /// The id of the frame that will carry them.
    pub id: EnvelopeId,
    /// The file.
    pub file: FileId,
    /// The first chunk.
    pub first: u32,
    /// How many, 1 to 64.
    pub count: u32,
}

/// The id of a message on this device, valid as long as its conversation lives. As text it is `own-7`, or `peer-1-12` for
/// the peer's twelfth message in the first session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageId {
    /// One of our own messages, counted by the client.
    Own(u64),
    /// One of the peer's messages.
    Peer {
        /// The session of the conversation that it came in, counting from 1.
        session: u32,
        /// The peer's number for it.
        seq: u32,
    },
}

/// What became of an own message. Every message ends in exactly one of the last four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Status {
    /// Held back until it can be sent: the line is down, there is no session yet, or too much is in flight.
    Waiting,
    /// Sent along with a call that is not accepted yet.
    Early,
    /// Sent.
    Sent,
    /// The peer has it, as the peer confirmed under the session's key.
    Delivered,
    /// The peer has read it.
    Read,
    /// Sent but never acknowledged: it may not have arrived. An edit ends so too if the peer says that it has it when
    /// [`crate::limits::EDIT_WINDOW`] is over: it may have come too late to count.
    Unconfirmed,
    /// Never sent, or the peer confirmed that it did not arrive.
    NotDelivered,
}

/// An own message that ended without the peer's confirmation, reported before anything is cleared.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Unsettled {
    /// The message.
    pub id: MessageId,
    /// [`Status::Unconfirmed`] or [`Status::NotDelivered`].
    pub status: Status,
    /// Its text, if it was one.
    pub text: Option<String>,
}

/// What a message shows on the screen.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "type", rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Body {
    /// A text, and the message it replies to if that can still be referenced.
    Text {
        /// The text.
        text: String,
        /// The message it replies to.
        reply: Option<MessageId>,
    },
    /// The offer of a file.
    File {
        /// The file's id.
        file: FileId,
        /// The sender's description of it, including its key.
        descriptor: Box<Descriptor>,
    },
}

/// The stage of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Stage {
    /// We are calling, and looking for the peer's run.
    Seeking,
    /// It rings at the peer.
    Ringing,
    /// A handshake is under way.
    Establishing,
    /// Messages go both ways.
    Secure,
}

/// The state of a conversation. `stage` is cryptographically proven; `peer_online` is only what the relay claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConversationState {
    /// Its stage.
    pub stage: Stage,
    /// The number of the open session of this conversation, from 1; 0 before the first.
    pub session: u32,
    /// A new handshake is under way beside an open session.
    pub renewing: bool,
    /// Whether the peer is online, as the relay claims; `None` while it has not told, or our own line is down.
    pub peer_online: Option<bool>,
    /// Since when (ms) an answer of the peer's has been overdue, once it is for some seconds; `None` while none is.
    pub silent_since: Option<u64>,
    /// How many own messages are waiting to be sent.
    pub waiting: usize,
}

/// Why a conversation ended. Nothing the relay says can be a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "why", content = "code", rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EndedBy {
    /// We left or declined.
    Us,
    /// The peer left (BYE).
    Peer,
    /// The peer confirmed under its key (OVER) that it had already ended this session.
    PeerBefore,
    /// Nothing arrived from the peer for as long as an interruption may last.
    Silence,
    /// The peer declined the call.
    Declined,
    /// The peer has no room for the call.
    Busy,
    /// The peer did not answer.
    NoAnswer,
    /// The peer's run could not be found.
    Offline,
    /// A check of the handshake failed: a secure connection was not possible.
    Failed(Code),
    /// The handshake was not completed in time.
    TimedOut,
    /// The peer's key is not the pinned one.
    KeyChanged,
    /// The session's lifetime is over, and it could not be renewed.
    Expired,
    /// The peer's client broke the protocol, authentically.
    Misbehaviour(Code),
}

/// Why something that arrived was refused. Warn the user of these: only an attack or a defect explains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Suspicion {
    /// A frame of an open session is not authentic.
    NotAuthentic,
    /// A signed frame (END, OVER) is not the peer's.
    Signature,
}

/// The state of the connection to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LineState {
    /// There is none.
    Down,
    /// It is being made.
    LoggingIn,
    /// Logged in: frames pass.
    Online,
    /// The relay refused the token, the account or the key.
    Refused,
}

/// What a screen needs to know. An event that names an account was caused by that account's client, unless its description
/// says that it is the relay's claim.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(
        tag = "type",
        rename_all = "camelCase",
        rename_all_fields = "camelCase"
    )
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[non_exhaustive]
pub enum Event {
    /// The connection changed.
    Line {
        /// Its state.
        state: LineState,
    },
    /// An authenticated call from an account, for at most a minute. It replaces an earlier call of the same account and key that
    /// still rings, and the texts that came with it.
    Incoming {
        /// Who is calling.
        account: AccountId,
        /// The caller's key.
        key: IdentityKey,
        /// Whether that key is pinned here.
        known: bool,
        /// Whether early messages may come with it.
        request: bool,
    },
    /// The call stopped ringing.
    IncomingOver {
        /// Who called.
        account: AccountId,
    },
    /// A call was turned away: too many conversations or calls, or too many calls from this account.
    TurnedAway {
        /// In whose name it came. If there was no room, this was not verified.
        account: AccountId,
        /// Milliseconds until another call may ring; 0 if unknown.
        wait: u64,
    },
    /// An authenticated call or prekey under a key other than the pinned one. It was not answered.
    KeyChanged {
        /// The account.
        account: AccountId,
        /// The new key.
        key: IdentityKey,
    },
    /// A conversation begins, or its state has changed.
    Conversation {
        /// The other person.
        account: AccountId,
        /// Its state.
        state: ConversationState,
    },
    /// A person's key was pinned: store [`super::Client::pins`].
    Pinned {
        /// The peer.
        account: AccountId,
    },
    /// A message of the peer's.
    Message {
        /// The peer.
        account: AccountId,
        /// Its id on this device.
        id: MessageId,
        /// Its content.
        body: Body,
        /// It came with a call that is not completed yet: its sender is less strongly proven (protocol 12.2).
        early: bool,
    },
    /// The handshake is complete, so the early messages are proven to be the peer's. Some may never have arrived.
    EarlyConfirmed {
        /// The peer.
        account: AccountId,
        /// How many were dropped on the way.
        dropped: u32,
    },
    /// The peer edited a message.
    Edited {
        /// The peer.
        account: AccountId,
        /// The message.
        id: MessageId,
        /// The new text.
        text: String,
    },
    /// The peer deleted a message on both sides.
    Deleted {
        /// The peer.
        account: AccountId,
        /// The message.
        id: MessageId,
    },
    /// The peer reacted to a message of either side.
    Reaction {
        /// The peer.
        account: AccountId,
        /// To which message.
        id: MessageId,
        /// Whether the reaction was set or removed.
        set: bool,
        /// One emoji.
        emoji: String,
    },
    /// What became of an own message.
    Status {
        /// The peer.
        account: AccountId,
        /// The message.
        id: MessageId,
        /// Its status.
        status: Status,
    },
    /// The peer viewed or heard an own item.
    Viewed {
        /// The peer.
        account: AccountId,
        /// The message.
        id: MessageId,
    },
    /// What the peer is doing.
    Activity {
        /// The peer.
        account: AccountId,
        /// The activity.
        activity: Activity,
    },
    /// The conversation continues in a fresh session.
    Renewed {
        /// The other person.
        account: AccountId,
    },
    /// The peer started over and was accepted: its client has none of the earlier messages. The previous session is over, its
    /// unacknowledged messages were just reported as unconfirmed, and these files of either side stop.
    Restarted {
        /// The other person.
        account: AccountId,
        /// Files that were on offer or in transfer.
        unfinished: Vec<FileId>,
    },
    /// Whether a watched account ([`super::Client::watch`]) is online, as the relay claims: reported when first known and whenever
    /// the relay reports it again, and valid while the line is up. To those who may not reach an account it appears offline.
    Presence {
        /// The peer.
        account: AccountId,
        /// Whether it is online.
        online: bool,
    },
    /// The relay is going away: reconnect after this many milliseconds.
    Draining {
        /// Milliseconds.
        ms: u32,
    },
    /// Progress of an own file: how many chunks were written to the peer's socket, as the relay reports.
    FileSent {
        /// The peer.
        account: AccountId,
        /// The file.
        file: FileId,
        /// Chunks in all.
        chunks: u32,
    },
    /// The peer acted on a file.
    #[cfg_attr(feature = "serde", serde(rename = "fileControl"))]
    File {
        /// The peer.
        account: AccountId,
        /// The action.
        control: Control,
    },
    /// Seal these chunks of an own file and give the frame to [`super::Client::chunk`].
    ChunksWanted {
        /// The receiver.
        account: AccountId,
        /// The chunks.
        wanted: ChunksWanted,
    },
    /// Something that arrived was refused, and only an attack or a defect explains it.
    Suspicious {
        /// In whose name it came.
        account: AccountId,
        /// What is suspicious.
        what: Suspicion,
    },
    /// The conversation is over. It lists every own message that the peer has not confirmed; no event of this conversation follows.
    Ended {
        /// The other person.
        account: AccountId,
        /// Why.
        by: EndedBy,
        /// Own messages that were not delivered, or may not have arrived.
        unsettled: Vec<Unsettled>,
        /// Files of either side that were on offer or in transfer.
        unfinished: Vec<FileId>,
        /// Whether the peer's last messages may be missing.
        tail_missing: bool,
    },
}
