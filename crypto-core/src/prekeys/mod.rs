//! One-time prekeys (section 5).
//!
//! A responder that is online signs prekeys and gives them to the relay; an initiator takes one and can put data into
//! its first flight. A prekey is used once. Its secret lives in the memory of the run that made it and nowhere else.

pub mod frame;

pub use crate::ids::PrekeyId;
