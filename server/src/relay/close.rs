//! Why the relay closes a WebSocket. The codes and what a client does after each are the protocol's.

pub use duet_crypto::relay::{AfterClose, CloseCode};
