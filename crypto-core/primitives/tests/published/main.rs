//! Published vectors, run through the wrappers that the protocol uses: Wycheproof, RFCs, NIST, and edge cases after CCTV.
//! Those of chunked encryption are in the tests of `duet-crypto`.
//!
//! Every test counts what it ran: a file that is empty or reads differently fails. Where the core refuses what a vector
//! allows, the ids stand in a list with the reason; a vector that joins or leaves the list fails the test.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "../common/mod.rs"]
mod common;

mod aead;
mod ed25519;
mod ed25519_edges;
mod hash;
mod kem;
mod passwords;
mod x25519;

/// Fields of a fixture's lines: hexadecimal, separated by spaces, `-` for an empty one; `#` begins a comment.
fn lines<const N: usize>(text: &str) -> Vec<[Vec<u8>; N]> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<Vec<u8>> = line
                .split(' ')
                .map(|field| common::hex(if field == "-" { "" } else { field }))
                .collect();
            fields
                .try_into()
                .expect("as many fields as the header says")
        })
        .collect()
}

/// The ids of `refused` are exactly those of `expected`.
fn same_ids(what: &str, refused: &[usize], expected: &[usize]) {
    assert_eq!(refused, expected, "{what}");
}
