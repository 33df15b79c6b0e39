//! Lengths that say little about what is inside.

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

#[cfg(test)]
mod tests {
    use super::padme;

    #[test]
    fn lengths_round_up_by_an_eighth_at_most() {
        for (n, padded) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (9, 10),
            (1_000, 1_024),
            (1_025, 1_088),
            (u64::MAX, 127 << 57),
        ] {
            assert_eq!(padme(n), padded, "{n}");
        }
        for n in 0..100_000 {
            let padded = padme(n);
            assert!(padded >= n && padded - n <= n / 8, "{n}");
            assert_eq!(padme(padded), padded, "{n}");
        }
    }
}
