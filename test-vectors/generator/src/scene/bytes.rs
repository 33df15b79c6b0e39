//! Bytes that were tampered with, and points that must not be used.

/// `bytes` with one bit flipped.
pub(crate) fn flipped(bytes: &[u8], index: usize) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[index] ^= 1;
    out
}

/// `frame` with other bytes at some offsets.
pub(crate) fn replaced(frame: &[u8], changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut out = frame.to_vec();
    for (at, bytes) in changes {
        out[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    out
}

/// p as a u coordinate: a second encoding of 0.
pub(crate) fn not_canonical() -> [u8; 32] {
    let mut out = [0xff; 32];
    (out[0], out[31]) = (0xed, 0x7f);
    out
}

/// 1: a u coordinate of order 4, a y coordinate of order 1.
pub(crate) fn one() -> [u8; 32] {
    let mut out = [0; 32];
    out[0] = 1;
    out
}

/// The encapsulation key with another first coefficient (12 bits, little-endian).
pub(crate) fn with_coefficient(ek: &[u8], coefficient: u16) -> Vec<u8> {
    let mut out = ek.to_vec();
    let [low, high] = coefficient.to_le_bytes();
    out[0] = low;
    out[1] = (out[1] & 0xf0) | high;
    out
}
