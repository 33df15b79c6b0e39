//! Handshake frames.
/// Type of OFFER.
pub const OFFER: u8 = 0x01;
/// Type of ACCEPT.
pub const ACCEPT: u8 = 0x03;
/// Type of CONFIRM.
pub const CONFIRM: u8 = 0x04;
/// Type of END.
pub const END: u8 = 0x05;
