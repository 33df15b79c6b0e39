//! What cases are made of: people, handshakes, contents and bytes. Nothing here knows a file or runs a case.

pub(crate) mod bytes;
pub(crate) mod contents;
pub(crate) mod handshakes;
pub(crate) mod layout;
pub(crate) mod people;
