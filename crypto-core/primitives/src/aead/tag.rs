//! What every backend answers with: a tag, or that there was none that fits.

/// Bytes of a tag.
pub const TAG_LENGTH: usize = 16;

/// The data is not what was sealed under this key, nonce and associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthentic;
