//! The vectors of `simd128.rs` without SIMD, so that hosts can test the kernel.

use core::array::from_fn;
use core::ops::{BitAnd, BitOr, BitXor};
use zeroize::DefaultIsZeroes;

/// Sixteen bytes; lanes of eight are little-endian.
#[derive(Clone, Copy, Default)]
pub(super) struct V([u8; 16]);

impl V {
    pub(super) fn load(bytes: &[u8; 16]) -> Self {
        Self(*bytes)
    }

    pub(super) fn store(self, bytes: &mut [u8; 16]) {
        *bytes = self.0;
    }

    pub(super) fn splat(byte: u8) -> Self {
        Self([byte; 16])
    }

    pub(super) fn wide(first: u64, second: u64) -> Self {
        Self((u128::from(first) | u128::from(second) << 64).to_le_bytes())
    }

    fn lanes(self) -> [u64; 2] {
        let both = u128::from_le_bytes(self.0);
        #[allow(clippy::cast_possible_truncation, reason = "the halves")]
        [both as u64, (both >> 64) as u64]
    }

    pub(super) fn shl(self, bits: u32) -> Self {
        let [first, second] = self.lanes();
        Self::wide(first << bits, second << bits)
    }

    pub(super) fn shr(self, bits: u32) -> Self {
        let [first, second] = self.lanes();
        Self::wide(first >> bits, second >> bits)
    }

    pub(super) fn same(self, other: Self) -> Self {
        Self(from_fn(|i| if self.0[i] == other.0[i] { 0xff } else { 0 }))
    }

    pub(super) fn lookup(self, indices: Self) -> Self {
        Self(indices.0.map(|index| self.0[usize::from(index)]))
    }

    pub(super) fn last_then(self, next: Self) -> Self {
        Self(from_fn(|i| if i == 0 { self.0[15] } else { next.0[i - 1] }))
    }

    pub(super) fn up(self) -> Self {
        Self::wide(0, self.lanes()[0])
    }

    pub(super) fn down(self) -> Self {
        Self::wide(self.lanes()[1], 0)
    }

    pub(super) fn permute<
        const I0: usize,
        const I1: usize,
        const I2: usize,
        const I3: usize,
        const I4: usize,
        const I5: usize,
        const I6: usize,
        const I7: usize,
        const I8: usize,
        const I9: usize,
        const I10: usize,
        const I11: usize,
        const I12: usize,
        const I13: usize,
        const I14: usize,
        const I15: usize,
    >(
        self,
    ) -> Self {
        let order = [
            I0, I1, I2, I3, I4, I5, I6, I7, I8, I9, I10, I11, I12, I13, I14, I15,
        ];
        Self(order.map(|index| self.0[index]))
    }
}

impl DefaultIsZeroes for V {}

impl BitXor for V {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] ^ other.0[i]))
    }
}

impl BitAnd for V {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] & other.0[i]))
    }
}

impl BitOr for V {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] | other.0[i]))
    }
}
