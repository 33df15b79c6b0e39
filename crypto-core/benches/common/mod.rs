//! Shared by the benchmarks: the tests' people, and messages of the sizes that are measured.
// Not every benchmark uses everything; the helpers of a benchmark may fail it.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, unused_imports)]

#[path = "../../tests/common/mod.rs"]
mod people;

pub use people::*;

use duet_crypto::session::{Content, Session};

/// Sizes of texts by their names. The last one is the longest text there is: 4,000 characters of four bytes.
pub const SIZES: [(&str, usize); 3] = [("64 B", 64), ("1 KiB", 1024), ("16 KiB", 16_000)];

/// A text of `size` bytes.
pub fn text(size: usize) -> String {
    let (character, width) = if size > 4000 { ("🦊", 4) } else { ("x", 1) };
    character.repeat(size / width)
}

/// The message that says it.
pub fn message(size: usize) -> Content {
    Content::Text {
        text: text(size),
        reply: None,
    }
}

/// Two sessions, the next message of the first of which turns no ratchet.
pub fn one_way(rng: &mut TestRng) -> (Session, Session) {
    let (mut a, mut b) = sessions(rng);
    let first = a.send(&Content::Receipt, rng).unwrap();
    b.receive(&first.frame, 0).unwrap();
    (a, b)
}
