//! GHASH (NIST SP 800-38D, 6.4) with tables that are held in vectors: each entry is looked up by a shuffle of bytes, so no address
//! depends on a secret.
//!
//! A block is 32 nibbles. For each power of the key and each of a byte's two nibbles there is a table of the 16 products, by bytes: 17
//! vectors, one for each byte of a product. One shuffle looks up one byte of the products of 16 nibbles; these are added up from the
//! last byte to the first, and shifted by a byte in between. Up to eight blocks, each with its own power, are reduced together.

use zeroize::Zeroize as _;

use super::permutation::{Order, permute, reversed};
use super::vector::V;

/// Blocks that are reduced together.
const TOGETHER: usize = 8;
/// Bytes of a nibble's product with a block.
const PRODUCT: usize = 17;

/// The products of one power of the key: with the high nibbles of bytes first, then with the low ones.
type Table = [[V; PRODUCT]; 2];

/// Tables of the powers 1 to 8. Wiped on drop.
pub(super) struct Key([Table; TOGETHER]);

impl Key {
    pub(super) fn zero() -> Self {
        Self([Table::default(); TOGETHER])
    }

    /// Makes the tables of a key.
    pub(super) fn expand(&mut self, h: V) {
        let mut power = h;
        for i in 0..TOGETHER {
            if i > 0 {
                power = self.together(V::default(), &[power]);
            }
            self.0[i] = table(power);
        }
    }

    /// `y` after these blocks, at most eight.
    #[inline(never)]
    fn together(&self, y: V, blocks: &[V]) -> V {
        let mut nibbles = [(V::default(), V::default()); TOGETHER];
        for (at, (nibbles, block)) in nibbles.iter_mut().zip(blocks).enumerate() {
            *nibbles = halves(if at == 0 { y ^ *block } else { *block });
        }
        let nibbles = &nibbles[..blocks.len()];
        let (mut low, mut high) = (V::default(), V::default());
        for byte in (0..PRODUCT).rev() {
            (low, high) = shifted(low, high);
            // The first block has the highest power.
            for (table, (above, below)) in self.0[..blocks.len()].iter().rev().zip(nibbles) {
                low = low ^ table[0][byte].lookup(*above) ^ table[1][byte].lookup(*below);
            }
        }
        reduced(low, high)
    }

    /// As [`Self::together`] of eight blocks: the loop that counts.
    #[inline(always)]
    fn eight(&self, y: V, blocks: &[u8; 16 * TOGETHER]) -> V {
        let Self([t1, t2, t3, t4, t5, t6, t7, t8]) = self;
        let [b0, b1, b2, b3, b4, b5, b6, b7] = load_all(blocks);
        let [n0, n1, n2, n3] = [halves(y ^ b0), halves(b1), halves(b2), halves(b3)];
        let [n4, n5, n6, n7] = [halves(b4), halves(b5), halves(b6), halves(b7)];
        let at = |table: &Table, byte: usize, (above, below): (V, V)| {
            table[0][byte].lookup(above) ^ table[1][byte].lookup(below)
        };
        let sum = |byte: usize| {
            ((at(t8, byte, n0) ^ at(t7, byte, n1)) ^ (at(t6, byte, n2) ^ at(t5, byte, n3)))
                ^ ((at(t4, byte, n4) ^ at(t3, byte, n5)) ^ (at(t2, byte, n6) ^ at(t1, byte, n7)))
        };
        let (mut low, mut high) = (sum(PRODUCT - 1), V::default());
        for byte in (0..PRODUCT - 1).rev() {
            (low, high) = shifted(low, high);
            low = low ^ sum(byte);
        }
        reduced(low, high)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.as_flattened_mut().as_flattened_mut().zeroize();
    }
}

/// `GHASH(aad || 0* || ciphertext || 0* || lengths)`.
pub(super) fn ghash(key: &Key, aad: &[u8], ciphertext: &[u8]) -> V {
    let mut y = V::default();
    let (mut blocks, mut count) = whole_runs(key, &mut y, aad);
    if count > 0 {
        y = key.together(y, &blocks[..count]);
    }
    (blocks, count) = whole_runs(key, &mut y, ciphertext);
    if count == TOGETHER {
        y = key.together(y, &blocks[..count]);
        count = 0;
    }
    let bits = |bytes: &[u8]| (8 * bytes.len() as u64).swap_bytes();
    blocks[count] = V::wide(bits(aad), bits(ciphertext));
    key.together(y, &blocks[..=count])
}

/// Takes all runs of eight blocks, and gives the blocks that are left with their number; the last one filled up with zeros.
#[inline(always)]
fn whole_runs(key: &Key, y: &mut V, bytes: &[u8]) -> ([V; TOGETHER], usize) {
    let (runs, rest) = bytes.as_chunks();
    for run in runs {
        *y = key.eight(*y, run);
    }
    let mut last = [0; 16 * TOGETHER];
    last[..rest.len()].copy_from_slice(rest);
    (load_all(&last), rest.len().div_ceil(16))
}

#[inline(always)]
fn load_all(bytes: &[u8; 16 * TOGETHER]) -> [V; TOGETHER] {
    let blocks = bytes.as_chunks().0;
    core::array::from_fn(|i| V::load(&blocks[i]))
}

/// High and low nibbles of bytes.
#[inline(always)]
fn halves(block: V) -> (V, V) {
    let low = V::splat(0x0f);
    (block.shr(4) & low, block & low)
}

/// 32 bytes, one byte on.
#[inline(always)]
fn shifted(low: V, high: V) -> (V, V) {
    (V::default().last_then(low), low.last_then(high))
}

/// The products of all nibbles with `h`. GHASH's bits are reversed: the highest bit of the first byte is `x^0`.
#[inline(never)]
fn table(h: V) -> Table {
    let mut bytes = [0; 16];
    h.store(&mut bytes);
    let whole = u128::from_be_bytes(bytes);
    bytes.zeroize();
    // `x^j h`: the byte that is shifted out at the end is the seventeenth.
    let shifted = |j: u32, byte: usize| -> u64 {
        let bytes = (whole >> j).to_be_bytes();
        // At most seven bits.
        #[allow(clippy::cast_possible_truncation)]
        let out = if j == 0 { 0 } else { (whole << (8 - j)) as u8 };
        bytes.get(byte).copied().unwrap_or(out).into()
    };
    let mut table = Table::default();
    for (half, products) in table.iter_mut().enumerate() {
        let first = if half == 0 { 0 } else { 4 };
        for (byte, product) in products.iter_mut().enumerate() {
            // Bit 3 of a nibble is its lowest power of x. In each factor, the bytes whose index has that bit are 1.
            let low = (shifted(first + 3, byte) * 0x0100_0100_0100_0100)
                ^ (shifted(first + 2, byte) * 0x0101_0000_0101_0000)
                ^ (shifted(first + 1, byte) * 0x0101_0101_0000_0000);
            *product = V::wide(low, low ^ (shifted(first, byte) * 0x0101_0101_0101_0101));
        }
    }
    table
}

/// 32 bytes modulo `x^128 + x^7 + x^2 + x + 1`.
#[inline(always)]
fn reduced(low: V, high: V) -> V {
    let r = permute!(high, reversed());
    let over = |v: V| v.shl(63) ^ v.shl(62) ^ v.shl(57);
    // What leaves one lane of eight comes into the other one.
    let r = r ^ over(r).up();
    let m = r ^ r.shr(1) ^ r.shr(2) ^ r.shr(7) ^ over(r).down();
    low ^ permute!(m, reversed())
}
