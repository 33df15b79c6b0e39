//! Padding to few lengths (section 6.4).

use crate::limits;

/// Padmé (Nikitin et al., 2019): keeps the highest bits of a length and rounds the rest up, so that O(log log n) bits
/// of it leak and at most 12 % are added. Lengths above 2^63 saturate.
#[must_use]
pub const fn padme(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let e = n.ilog2();
    let s = e.ilog2() + 1;
    let mask = (1 << (e - s)) - 1;
    n.saturating_add(mask) & !mask
}

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
