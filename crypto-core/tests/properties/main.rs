//! Properties: whatever the network does to messages and files, people read what was sent and nothing else.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "../common/mod.rs"]
mod common;
mod conversation;
mod files;
#[path = "../model/mod.rs"]
mod model;
