//! Messages (section 6).
/// Type of a message.
pub const MSG: u8 = 0x11;
