//! Segments.
/// Type of CHUNK.
pub const CHUNK: u8 = 0x12;
