//! Who is connected, and how what they say reaches one another (protocol.md section 9, FEATURES.md R1-R4): one-to-one, online
//! only, nothing kept. Nothing here reads a socket or asks the database: [`crate::relay`] does, and stands above.
//!
//! A payload takes this way: its sender's reader asks the [`directory`] for a [`route`], and sends the frame along it with a
//! [`receipt`]. At this node that puts it into the recipient's [`outbox`], which writes at once if its socket has room: on the
//! way from one socket to the other no task waits for another one. What does not fit waits in [`lanes`], and the recipient's
//! own task goes on when its socket has room again. The receipt settles when the frame is written, or when it is dropped:
//! either way the sender gets its ACK.
//!
//! Only readers ever wait for room in somebody's outbox, and only sockets make room, so two clients that send to each other
//! at full speed cannot stop one another.
//!
//! | module | what it is |
//! |---|---|
//! | [`directory`] | who is connected, who watches whom |
//! | [`route`] | the way to a run of an account, at this node or another one |
//! | [`receipt`] | what becomes of a payload |
//! | [`connection`] | what is shared of one connection |
//! | [`outbox`] | the writing side of a connection |
//! | [`lanes`] | what waits for a socket, and in which order it leaves |
//! | [`fair`] | taking turns between senders |
//! | [`acks`] | acknowledgements that wait for company |
//! | [`arrived`] | what a connection was sent already, where there are several nodes |
//! | [`closing`] | which connections are to end |
//! | [`door`] | who gets through to whom |
//! | [`sender`] | what somebody has on its way |
//! | [`budget`] | bytes that wait, of all connections together |
//! | [`recent`] | which frames were seen already |
//! | [`stock`] | one-time prekeys, and who was given which |

pub mod acks;
pub mod arrived;
pub mod budget;
pub mod closing;
pub mod connection;
pub mod directory;
pub mod door;
pub mod fair;
pub mod lanes;
pub(crate) mod locked;
pub mod outbox;
pub mod receipt;
pub mod recent;
pub mod route;
pub mod sender;
pub mod stock;
