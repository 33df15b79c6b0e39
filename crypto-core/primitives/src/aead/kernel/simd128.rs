//! Sixteen bytes in a vector of WebAssembly. The only `unsafe` of the crate: a load and a store, through references to as many bytes.
#![allow(unsafe_code, reason = "loads and stores of vectors have no other form")]

use core::arch::wasm32::{
    i8x16_swizzle, u8x16_eq, u8x16_shuffle, u8x16_splat, u64x2, u64x2_shl, u64x2_shr, u64x2_splat,
    v128, v128_and, v128_load, v128_or, v128_store, v128_xor,
};
use core::ops::{BitAnd, BitOr, BitXor};
use zeroize::DefaultIsZeroes;

/// Sixteen bytes; lanes of eight are little-endian.
#[derive(Clone, Copy)]
pub(super) struct V(v128);

impl V {
    #[inline(always)]
    pub(super) fn load(bytes: &[u8; 16]) -> Self {
        // SAFETY: the reference is to 16 bytes that can be read; this load wants no alignment.
        Self(unsafe { v128_load(bytes.as_ptr().cast()) })
    }

    #[inline(always)]
    pub(super) fn store(self, bytes: &mut [u8; 16]) {
        // SAFETY: the reference is to 16 bytes that can be written; this store wants no alignment.
        unsafe { v128_store(bytes.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    pub(super) fn splat(byte: u8) -> Self {
        Self(u8x16_splat(byte))
    }

    /// Two lanes.
    #[inline(always)]
    pub(super) fn wide(first: u64, second: u64) -> Self {
        Self(u64x2(first, second))
    }

    /// Each lane of eight, shifted.
    #[inline(always)]
    pub(super) fn shl(self, bits: u32) -> Self {
        Self(u64x2_shl(self.0, bits))
    }

    #[inline(always)]
    pub(super) fn shr(self, bits: u32) -> Self {
        Self(u64x2_shr(self.0, bits))
    }

    /// 0xff where the bytes are the same, 0 elsewhere.
    #[inline(always)]
    pub(super) fn same(self, other: Self) -> Self {
        Self(u8x16_eq(self.0, other.0))
    }

    /// The byte of this table at each of the indices, which are below 16. In constant time: no address depends on them.
    #[inline(always)]
    pub(super) fn lookup(self, indices: Self) -> Self {
        Self(i8x16_swizzle(self.0, indices.0))
    }

    /// The bytes `15..31` of the two after each other.
    #[inline(always)]
    pub(super) fn last_then(self, next: Self) -> Self {
        Self(u8x16_shuffle::<
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            27,
            28,
            29,
            30,
        >(self.0, next.0))
    }

    /// The first lane in the second one's place, and zeros.
    #[inline(always)]
    pub(super) fn up(self) -> Self {
        Self(u8x16_shuffle::<
            16,
            16,
            16,
            16,
            16,
            16,
            16,
            16,
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
        >(self.0, u64x2_splat(0)))
    }

    /// The second lane in the first one's place, and zeros.
    #[inline(always)]
    pub(super) fn down(self) -> Self {
        Self(u8x16_shuffle::<
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            16,
            16,
            16,
            16,
            16,
            16,
            16,
        >(self.0, u64x2_splat(0)))
    }

    /// Byte `I0` first, then byte `I1`, ...
    #[inline(always)]
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
        Self(u8x16_shuffle::<
            I0,
            I1,
            I2,
            I3,
            I4,
            I5,
            I6,
            I7,
            I8,
            I9,
            I10,
            I11,
            I12,
            I13,
            I14,
            I15,
        >(self.0, self.0))
    }
}

impl Default for V {
    #[inline(always)]
    fn default() -> Self {
        Self(u64x2_splat(0))
    }
}

impl DefaultIsZeroes for V {}

impl BitXor for V {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }
}

impl BitAnd for V {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }
}

impl BitOr for V {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }
}
