//! Interactive handshake (section 4).
pub mod frames;
