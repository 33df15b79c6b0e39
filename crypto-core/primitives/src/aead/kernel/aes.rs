//! AES-256 in counter mode, eight blocks at a time, bitsliced (Käsper and Schwabe, CHES 2009): eight vectors, one for each bit of
//! a byte; in each, a byte for every byte of the state, with a bit for each of the blocks. No table, no branch and no address
//! depends on a secret.
//!
//! Rows are never shifted (fixslicing, Adomnicai and Peyrin, TCHES 2021): the columns of each round are taken from where they
//! would be, and the output is put in order once. The S-box is Boyar and Peralta's; its constant 0x63 is part of the round keys.

use zeroize::{Zeroize as _, Zeroizing};

use super::permutation::{Order, natural, neighbour, permute};
use super::vector::V;

/// One vector for each bit of a byte.
type Planes = [V; 8];

const ROUNDS: usize = 14;

/// The round keys in planes, the same in all eight blocks. Wiped on drop.
pub(super) struct RoundKeys([Planes; ROUNDS + 1]);

impl RoundKeys {
    pub(super) fn zero() -> Self {
        Self([Planes::default(); ROUNDS + 1])
    }

    /// Expands a key (FIPS 197, 5.2).
    pub(super) fn expand(&mut self, key: &[u8; 32]) {
        let mut words = Zeroizing::new([0_u32; 4 * (ROUNDS + 1)]);
        for (word, bytes) in words.iter_mut().zip(key.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let mut constant = 1;
        for i in 8..words.len() {
            let mut last = words[i - 1];
            if i % 8 == 0 {
                last = sub_word(last.rotate_right(8)) ^ constant;
                constant <<= 1;
            } else if i % 8 == 4 {
                last = sub_word(last);
            }
            words[i] = words[i - 8] ^ last;
        }
        for (round, planes) in self.0.iter_mut().enumerate() {
            let mut bytes = Zeroizing::new([0; 16]);
            for (four, word) in bytes.as_chunks_mut().0.iter_mut().zip(&words[4 * round..]) {
                *four = word.to_le_bytes();
            }
            // What the S-box of the round before leaves out.
            let constant = if round == 0 { 0 } else { 0x63 };
            *planes = planes_of(&bytes, round, constant);
        }
    }

    /// The cipher of one block of zeros, which is the key of GHASH.
    pub(super) fn of_zeros(&self) -> V {
        self.encrypt(self.0[0])[0]
    }

    /// Eight blocks, whitened, through all rounds: to eight blocks in the order of FIPS 197. Not inlined: it is three kilobytes.
    #[inline(never)]
    fn encrypt(&self, mut state: Planes) -> [V; 8] {
        let Self(keys) = self;
        // After `r` rounds, what is one column to the right was shifted there `r` times.
        for four in 0..3 {
            let at = 4 * four + 1;
            state = add(mix::<1>(substitute(state)), &keys[at]);
            state = add(mix::<2>(substitute(state)), &keys[at + 1]);
            state = add(mix::<3>(substitute(state)), &keys[at + 2]);
            state = add(mix::<0>(substitute(state)), &keys[at + 3]);
        }
        state = add(mix::<1>(substitute(state)), &keys[ROUNDS - 1]);
        state = add(substitute(state), &keys[ROUNDS]);
        transpose(state).map(|block| permute!(block, natural()))
    }
}

impl Drop for RoundKeys {
    fn drop(&mut self) {
        self.0.as_flattened_mut().zeroize();
    }
}

/// The key stream of one nonce.
pub(super) struct KeyStream<'a> {
    keys: &'a RoundKeys,
    /// Eight counter blocks from 0 on, whitened.
    first: Planes,
}

impl<'a> KeyStream<'a> {
    #[inline(never)]
    pub(super) fn new(keys: &'a RoundKeys, nonce: &[u8; 12]) -> Self {
        let mut block = [0; 16];
        block[..12].copy_from_slice(nonce);
        let mut first = add(planes_of(&block, 0, 0), &keys.0[0]);
        // The lowest three bits of the counter number the blocks: its last byte is the state's, too.
        for (plane, blocks) in first.iter_mut().zip([0xaa, 0xcc, 0xf0_u8]) {
            *plane = *plane ^ V::wide(0, u64::from(blocks) << 56);
        }
        Self { keys, first }
    }

    /// Blocks `counter` to `counter + 7`; the counter is a multiple of 8.
    pub(super) fn eight(&self, counter: u32) -> [V; 8] {
        // The counter's bytes are the last column.
        let lane = |byte: u8| u64::from(byte) << 24;
        let [a, b, c, d] = counter.to_be_bytes();
        let bytes = V::wide(lane(a) | lane(b) << 32, lane(c) | lane(d) << 32);
        let mut state = self.first;
        for (bit, plane) in state.iter_mut().enumerate() {
            *plane = *plane ^ plane_of(bytes, bit);
        }
        self.keys.encrypt(state)
    }
}

/// 0xff for every byte with this bit.
#[inline(always)]
fn plane_of(bytes: V, bit: usize) -> V {
    let only = V::splat(1 << bit);
    (bytes & only).same(only)
}

/// A block in the order of FIPS 197 as eight equal blocks in planes, with the columns where `round` looks for them.
#[inline(never)]
fn planes_of(block: &[u8; 16], round: usize, constant: u8) -> Planes {
    let mut rows = Zeroizing::new([0; 16]);
    for (i, byte) in block.iter().enumerate() {
        let (column, row) = (i / 4, i % 4);
        rows[4 * row + (column + round * row) % 4] = byte ^ constant;
    }
    let rows = V::load(&rows);
    core::array::from_fn(|bit| plane_of(rows, bit))
}

#[inline(always)]
fn add(state: Planes, key: &Planes) -> Planes {
    core::array::from_fn(|bit| state[bit] ^ key[bit])
}

/// The S-box on each byte of a word.
#[inline(never)]
fn sub_word(word: u32) -> u32 {
    let bytes = V::wide(word.into(), 0);
    let planes = substitute(core::array::from_fn(|bit| plane_of(bytes, bit)));
    let mut out = V::default();
    for (bit, plane) in planes.into_iter().enumerate() {
        out = out | (plane & V::splat(1 << bit));
    }
    let mut bytes = Zeroizing::new([0; 16]);
    out.store(&mut bytes);
    let [a, b, c, d, ..] = *bytes;
    u32::from_le_bytes([a, b, c, d]) ^ 0x6363_6363
}

/// MixColumns after `SHIFT` (mod 4) shifts of the rows that were not made.
#[inline(always)]
fn mix<const SHIFT: usize>(a: Planes) -> Planes {
    // One and two rows below, in the same column.
    let below: fn(V) -> V = match SHIFT {
        1 => |v| permute!(v, neighbour(1, 1)),
        2 => |v| permute!(v, neighbour(1, 2)),
        3 => |v| permute!(v, neighbour(1, 3)),
        _ => |v| permute!(v, neighbour(1, 0)),
    };
    let two_below: fn(V) -> V = match SHIFT % 2 {
        1 => |v| permute!(v, neighbour(2, 2)),
        _ => |v| permute!(v, neighbour(2, 0)),
    };
    let b = a.map(below);
    let c: Planes = core::array::from_fn(|bit| a[bit] ^ b[bit]);
    let high = c[7];
    // 2 (a + b) + b + (a + b two below), modulo x^8 + x^4 + x^3 + x + 1.
    [
        b[0] ^ high ^ two_below(c[0]),
        b[1] ^ (c[0] ^ high) ^ two_below(c[1]),
        b[2] ^ c[1] ^ two_below(c[2]),
        b[3] ^ (c[2] ^ high) ^ two_below(c[3]),
        b[4] ^ (c[3] ^ high) ^ two_below(c[4]),
        b[5] ^ c[4] ^ two_below(c[5]),
        b[6] ^ c[5] ^ two_below(c[6]),
        b[7] ^ c[6] ^ two_below(c[7]),
    ]
}

/// Eight planes of blocks as eight blocks: in each byte, an 8 by 8 matrix of bits is transposed.
#[inline(always)]
fn transpose(mut q: Planes) -> [V; 8] {
    for (distance, mask) in [(1, 0x55), (2, 0x33), (4, 0x0f)] {
        for low in 0..8 {
            if low & distance == 0 {
                let high = low | distance;
                #[allow(clippy::cast_possible_truncation, reason = "at most 4")]
                let bits = distance as u32;
                let changed = (q[low].shr(bits) ^ q[high]) & V::splat(mask);
                q[high] = q[high] ^ changed;
                q[low] = q[low] ^ changed.shl(bits);
            }
        }
    }
    q
}

/// SubBytes without its constant: the 115 gates, with their names, of Boyar and Peralta, "A new combinational logic minimization
/// technique with applications to cryptology" (eprint 2009/191).
#[inline(always)]
fn substitute(bits: Planes) -> Planes {
    let [x7, x6, x5, x4, x3, x2, x1, x0] = bits;
    let y14 = x3 ^ x5;
    let y13 = x0 ^ x6;
    let y9 = x0 ^ x3;
    let y8 = x0 ^ x5;
    let t0 = x1 ^ x2;
    let y1 = t0 ^ x7;
    let y4 = y1 ^ x3;
    let y12 = y13 ^ y14;
    let y2 = y1 ^ x0;
    let y5 = y1 ^ x6;
    let y3 = y5 ^ y8;
    let t1 = x4 ^ y12;
    let y15 = t1 ^ x5;
    let y20 = t1 ^ x1;
    let y6 = y15 ^ x7;
    let y10 = y15 ^ t0;
    let y11 = y20 ^ y9;
    let y7 = x7 ^ y11;
    let y17 = y10 ^ y11;
    let y19 = y10 ^ y8;
    let y16 = t0 ^ y11;
    let y21 = y13 ^ y16;
    let y18 = x0 ^ y16;
    let t2 = y12 & y15;
    let t3 = y3 & y6;
    let t4 = t3 ^ t2;
    let t5 = y4 & x7;
    let t6 = t5 ^ t2;
    let t7 = y13 & y16;
    let t8 = y5 & y1;
    let t9 = t8 ^ t7;
    let t10 = y2 & y7;
    let t11 = t10 ^ t7;
    let t12 = y9 & y11;
    let t13 = y14 & y17;
    let t14 = t13 ^ t12;
    let t15 = y8 & y10;
    let t16 = t15 ^ t12;
    let t17 = t4 ^ t14;
    let t18 = t6 ^ t16;
    let t19 = t9 ^ t14;
    let t20 = t11 ^ t16;
    let t21 = t17 ^ y20;
    let t22 = t18 ^ y19;
    let t23 = t19 ^ y21;
    let t24 = t20 ^ y18;
    let t25 = t21 ^ t22;
    let t26 = t21 & t23;
    let t27 = t24 ^ t26;
    let t28 = t25 & t27;
    let t29 = t28 ^ t22;
    let t30 = t23 ^ t24;
    let t31 = t22 ^ t26;
    let t32 = t31 & t30;
    let t33 = t32 ^ t24;
    let t34 = t23 ^ t33;
    let t35 = t27 ^ t33;
    let t36 = t24 & t35;
    let t37 = t36 ^ t34;
    let t38 = t27 ^ t36;
    let t39 = t29 & t38;
    let t40 = t25 ^ t39;
    let t41 = t40 ^ t37;
    let t42 = t29 ^ t33;
    let t43 = t29 ^ t40;
    let t44 = t33 ^ t37;
    let t45 = t42 ^ t41;
    let z0 = t44 & y15;
    let z1 = t37 & y6;
    let z2 = t33 & x7;
    let z3 = t43 & y16;
    let z4 = t40 & y1;
    let z5 = t29 & y7;
    let z6 = t42 & y11;
    let z7 = t45 & y17;
    let z8 = t41 & y10;
    let z9 = t44 & y12;
    let z10 = t37 & y3;
    let z11 = t33 & y4;
    let z12 = t43 & y13;
    let z13 = t40 & y5;
    let z14 = t29 & y2;
    let z15 = t42 & y9;
    let z16 = t45 & y14;
    let z17 = t41 & y8;
    let t46 = z15 ^ z16;
    let t47 = z10 ^ z11;
    let t48 = z5 ^ z13;
    let t49 = z9 ^ z10;
    let t50 = z2 ^ z12;
    let t51 = z2 ^ z5;
    let t52 = z7 ^ z8;
    let t53 = z0 ^ z3;
    let t54 = z6 ^ z7;
    let t55 = z16 ^ z17;
    let t56 = z12 ^ t48;
    let t57 = t50 ^ t53;
    let t58 = z4 ^ t46;
    let t59 = z3 ^ t54;
    let t60 = t46 ^ t57;
    let t61 = z14 ^ t57;
    let t62 = t52 ^ t58;
    let t63 = t49 ^ t58;
    let t64 = z4 ^ t59;
    let t65 = t61 ^ t62;
    let t66 = z1 ^ t63;
    let s0 = t59 ^ t63;
    let s6 = t56 ^ t62;
    let s7 = t48 ^ t60;
    let t67 = t64 ^ t65;
    let s3 = t53 ^ t66;
    let s4 = t51 ^ t66;
    let s5 = t47 ^ t65;
    let s1 = t64 ^ s3;
    let s2 = t55 ^ t67;
    [s7, s6, s5, s4, s3, s2, s1, s0]
}
