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

/// Which queue of the socket a frame belongs into. What is in an earlier lane goes first.
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
    /// Asymmetric work: run it, give the result to [`super::Client::done`].
    Job(Job<E>),
    /// The relay asks who this is: give a fresh access token to [`super::Client::token`].
    TokenWanted,
    /// Close the socket; the package opens another one as its rules for reconnecting say.
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
    /// Nothing came for too long: the line is dead.
    Silence,
    /// The relay cannot log anybody in now.
    TryLater,
    /// This run remembers as many offers as it may: it goes on as a new one.
    NewRun,
}

/// A run of chunks of an own file that the peer wants and the line has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChunksWanted {
    /// Names the frame that will carry them.
    pub id: EnvelopeId,
    /// The file.
    pub file: FileId,
    /// The first chunk.
    pub first: u32,
    /// How many, 1 to 64.
    pub count: u32,
}

/// Names a message on this device, for as long as its conversation lives. Its text is `own-7`, or `peer-1-12` for the
/// twelfth of the first session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageId {
    /// One of our own, counted by the client.
    Own(u64),
    /// One of the peer's.
    Peer {
        /// Which session of the conversation it came in, from 1.
        session: u32,
        /// The peer's number for it.
        seq: u32,
    },
}

/// What becomes of an own message. Each ends in exactly one of the last four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Status {
    /// Kept here until it can go: the line is down, a session is being made, or too much is under way.
    Waiting,
    /// Sent with a call that was not accepted yet.
    Early,
    /// Sent.
    Sent,
    /// The peer has it: its own word, under the session's key.
    Delivered,
    /// The peer has read it.
    Read,
    /// Sent, and never acknowledged: it may not have arrived.
    Unconfirmed,
    /// It never left, or the peer has said that it did not come.
    NotDelivered,
}

/// An own message that ended without the peer's word, told before anything is cleared.
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

/// What a message puts on the screen.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "type", rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Body {
    /// A text, and what it replies to, if that is still named.
    Text {
        /// The text.
        text: String,
        /// The message that it answers.
        reply: Option<MessageId>,
    },
    /// A file that can be had.
    File {
        /// Names it.
        file: FileId,
        /// What the sender says of it, its key among it.
        descriptor: Box<Descriptor>,
    },
}

/// How a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Stage {
    /// We call: the peer's run is looked for.
    Seeking,
    /// It rings at the peer's.
    Ringing,
    /// A handshake is under way.
    Establishing,
    /// Messages go both ways.
    Secure,
}

/// How a conversation stands, and what may be shown beside it. `Stage` is known by proof; `peer_online` is the relay's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConversationState {
    /// How far it is.
    pub stage: Stage,
    /// Which session of the conversation is open, from 1; 0 before the first.
    pub session: u32,
    /// A new handshake is under way beside an open session.
    pub renewing: bool,
    /// What the relay says of the peer; `None` while it has said nothing, or our own line is down.
    pub peer_online: Option<bool>,
    /// Since when the peer owes us a sign of life, in ms, if it has for some seconds; `None` while nothing is awaited.
    pub silent_since: Option<u64>,
    /// Own messages that wait.
    pub waiting: usize,
}

/// Why a conversation ended. Nothing that the relay says is among it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "why", content = "code", rename_all = "camelCase")
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EndedBy {
    /// We left, or declined.
    Us,
    /// The peer said BYE.
    Peer,
    /// The peer has said, under its key, that it ended this session before.
    PeerBefore,
    /// Nothing was heard of the peer for as long as an interruption may last.
    Silence,
    /// The peer declined the call.
    Declined,
    /// The peer has no room for the call.
    Busy,
    /// The peer did not answer.
    NoAnswer,
    /// The peer's run could not be found.
    Offline,
    /// A check of the handshake failed: could not connect securely.
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

/// Why something that arrived was refused. The person is warned of these: only an attack or a defect explains them.
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
    /// A signed word (END, OVER) is not the peer's.
    Signature,
}

/// How the connection stands.
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
    /// Frames pass.
    Online,
    /// The relay refused token, account or key.
    Refused,
}

/// For the screen. Whatever names an account was caused by that account's client, or is said to be the relay's word.
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
        /// How it stands.
        state: LineState,
    },
    /// A genuine call of an account, for at most a minute. It takes the place of an earlier one of this account's that still rings,
    /// under the same key, and of the words that came with that.
    Incoming {
        /// Who calls.
        account: AccountId,
        /// Under which key.
        key: IdentityKey,
        /// Whether that key is pinned here.
        known: bool,
        /// Whether words may come with it.
        request: bool,
    },
    /// It rings no more.
    IncomingOver {
        /// Who called.
        account: AccountId,
    },
    /// A call came and was turned away: too many conversations or calls, or too many calls of this account's.
    TurnedAway {
        /// In whose name it came. Where there was no room, nobody has verified that.
        account: AccountId,
        /// Milliseconds until another one may ring; 0 where nobody knows.
        wait: u64,
    },
    /// A genuine call, or prekey, under another key than the pinned one. Nothing was answered.
    KeyChanged {
        /// The account.
        account: AccountId,
        /// The new key.
        key: IdentityKey,
    },
    /// A conversation begins, or stands otherwise than before.
    Conversation {
        /// With whom.
        account: AccountId,
        /// How it stands.
        state: ConversationState,
    },
    /// A person's key was pinned: keep [`super::Client::pins`].
    Pinned {
        /// Whose.
        account: AccountId,
    },
    /// A message of the peer's.
    Message {
        /// Whose.
        account: AccountId,
        /// Its name here.
        id: MessageId,
        /// What it says.
        body: Body,
        /// It came with a call that was not completed yet: whose it is has weaker proof (protocol 12.2).
        early: bool,
    },
    /// The words that came with the call are the peer's: the handshake is complete. So many of them never came.
    EarlyConfirmed {
        /// Whose.
        account: AccountId,
        /// How many were dropped on the way.
        dropped: u32,
    },
    /// A message of the peer's has another text.
    Edited {
        /// Whose.
        account: AccountId,
        /// Which.
        id: MessageId,
        /// The new text.
        text: String,
    },
    /// A message of the peer's is withdrawn.
    Deleted {
        /// Whose.
        account: AccountId,
        /// Which.
        id: MessageId,
    },
    /// The peer reacts to a message of either side.
    Reaction {
        /// The peer.
        account: AccountId,
        /// To which message.
        id: MessageId,
        /// Set, or else removed.
        set: bool,
        /// One emoji.
        emoji: String,
    },
    /// What became of an own message.
    Status {
        /// In whose conversation.
        account: AccountId,
        /// Which.
        id: MessageId,
        /// What.
        status: Status,
    },
    /// An own item was viewed or heard.
    Viewed {
        /// By whom.
        account: AccountId,
        /// Which.
        id: MessageId,
    },
    /// What the peer is doing.
    Activity {
        /// The peer.
        account: AccountId,
        /// What.
        activity: Activity,
    },
    /// The chat goes on in a fresh session.
    Renewed {
        /// With whom.
        account: AccountId,
    },
    /// The peer began anew and was accepted: its client has nothing of what was said before. The session before is over; what was
    /// not acknowledged in it was just told to be unconfirmed, and these files of either side go no further.
    Restarted {
        /// With whom.
        account: AccountId,
        /// Files that were on offer or on their way.
        unfinished: Vec<FileId>,
    },
    /// The relay goes away: connect again after this many milliseconds.
    Draining {
        /// Milliseconds.
        ms: u32,
    },
    /// So many chunks of an own file have been written to the peer's socket.
    FileSent {
        /// The peer.
        account: AccountId,
        /// The file.
        file: FileId,
        /// Chunks in all.
        chunks: u32,
    },
    /// Something about a file, from the peer.
    #[cfg_attr(feature = "serde", serde(rename = "fileControl"))]
    File {
        /// The peer.
        account: AccountId,
        /// What.
        control: Control,
    },
    /// Seal these chunks of an own file and give the frame to [`super::Client::chunk`].
    ChunksWanted {
        /// For whom.
        account: AccountId,
        /// Which.
        wanted: ChunksWanted,
    },
    /// Something that arrived was refused, and only an attack or a defect explains it.
    Suspicious {
        /// In whose name it came.
        account: AccountId,
        /// What it was.
        what: Suspicion,
    },
    /// The conversation is over. Every own message without the peer's word is named, and nothing follows.
    Ended {
        /// With whom.
        account: AccountId,
        /// Why.
        by: EndedBy,
        /// Own messages that were not delivered, or may not have arrived.
        unsettled: Vec<Unsettled>,
        /// Files of either side that were on offer or on their way.
        unfinished: Vec<FileId>,
        /// The last messages of the peer may be missing.
        tail_missing: bool,
    },
}
