//! Padding to few lengths (section 6.4).

use crate::limits;

pub use crate::primitives::padding::padme;

/// Length of the padded form of `n` bytes, `n` counting the 0x80 that ends the plaintext.
#[must_use]
pub const fn bucket(n: usize) -> usize {
    if n <= limits::MESSAGE_BUCKET_MIN {
        return limits::MESSAGE_BUCKET_MIN;
    }
    // usize is at most 64 bits; the result exceeds `n` by at most 12 %, and callers bound `n` far below that.
    #[allow(clippy::cast_possible_truncation)]
    {
        padme(n as u64) as usize
    }
}

/// The length of the plaintext in a padded buffer, or `None` if the padding is not exactly what the plaintext calls
/// for. For authenticated data only.
#[must_use]
pub fn unpad(padded: &[u8]) -> Option<usize> {
    let end = padded.iter().rposition(|&byte| byte != 0)?;
    (padded[end] == 0x80 && bucket(end + 1) == padded.len()).then_some(end)
}

/// Whether a ciphertext (without its tag) may have this length.
pub(crate) const fn is_bucket(padded: usize) -> bool {
    padded <= limits::MESSAGE_PLAINTEXT_MAX && bucket(padded) == padded
}
