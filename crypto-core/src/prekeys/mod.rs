//! One-time prekeys (section 5).
//!
//! A responder that is online signs prekeys and gives them to the relay; an initiator takes one and can put data into
//! its first flight. A prekey is used once. Its secret lives in the memory of the run that made it and nowhere else:
//! [`crate::handshake::Listener`] keeps it, and forgets it with the first INIT that passes its checks.
//!
//! What comes from the relay is a claim until [`PrekeyBundle::verify`] has looked at it.

mod bundle;
pub mod frame;
mod store;

pub use crate::ids::PrekeyId;
pub use bundle::{PrekeyBundle, PrekeyError};
pub(crate) use store::{Prekey, PrekeyStore};
