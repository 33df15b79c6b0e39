//! WebSocket (RFC 6455) over a TCP socket, with or without TLS, for servers. It knows nothing of Duet.
//!
//! The handshake is `tungstenite`'s. The frames are read and written here, because what the relay promises about memory and
//! floods cannot be had through a library's interface (docs/decisions/0013-frames-of-our-own.md): a limit that grows at the
//! login, no buffer kept by an idle connection, bounds on control frames and fragments, and writing from whatever task has
//! something to write.
//!
//! | module | what it is |
//! |---|---|
//! | [`handshake`] | the request that opens one |
//! | [`header`] | the head of a frame |
//! | [`message`] | a message, with room for the head that it leaves with |
//! | [`receiver`] | the reading half: frames, put together to messages |
//! | [`link`] | the socket in two halves, and the writing one |
//! | `secured` | the same with TLS |
//!
//! permessage-deflate is not negotiated: ciphertext does not compress, and compressing secrets beside chosen text leaks
//! them (CRIME).

pub mod handshake;
pub mod header;
pub mod link;
pub mod message;
pub mod receiver;
mod secured;

pub use link::Link;
pub use message::Message;
pub use receiver::{Incoming, Receiver};
