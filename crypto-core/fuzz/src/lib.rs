//! What the fuzzers run: one function per target, each a property of any bytes.
//!
//! There is one definition of each. `fuzz_targets/` hands it to libFuzzer, and `tests/corpora.rs` of the library runs it on
//! every file of `corpus/`, so that what a fuzzer once found stays found.

// A target fails by panicking.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

#[path = "../../tests/common/mod.rs"]
mod common;
// The property test has more of it.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/client/hostile/mod.rs"]
mod hostile;
// The stories have more of it.
#[path = "../../tests/model/mod.rs"]
mod model;
#[allow(dead_code)]
#[path = "../../tests/client/relay.rs"]
mod relay;

mod clients;
mod clocks;
mod conversations;
mod decoders;
mod envelopes;
mod flights;
mod honest;
mod meeting;
mod people;
mod scripts;
pub mod seeds;
mod transfer;

/// A target: takes any bytes, panics if a property does not hold.
pub type Target = fn(&[u8]);

macro_rules! targets {
    ($($name:ident = $module:ident;)+) => {
        /// Every target with the name of its binary and of its corpus.
        pub const TARGETS: &[(&str, Target)] = &[$((stringify!($name), $module::$name),)+];
        $(pub use $module::$name;)+
    };
}

targets! {
    handshake = decoders;
    message = decoders;
    content = decoders;
    file_messages = decoders;
    chunk = decoders;
    cobblestone = decoders;
    relay_client = decoders;
    relay_server = decoders;
    texts = decoders;
    prekey_bundle = decoders;
    envelope = envelopes;
    identity_record = envelopes;
    backup_record = envelopes;
    session_record = envelopes;
    conversation = conversations;
    prekey_conversation = conversations;
    first_flight = flights;
    meeting = meeting;
    transfer = transfer;
    people = people;
    clocks = clocks;
    clients = clients;
}
