//! The client of the core, told as stories: two and three people, a relay, a clock that is ours.
// The helpers of a test may fail it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod calls;
mod clock;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod conversations;
mod deeds;
mod files;
mod handshakes;
mod hostile;
mod interruptions;
mod late;
mod leaving;
mod misbehaviour;
mod new_runs;
mod property;
mod relay;
mod renewals;
mod repairs;
mod returns;
mod strangers;
mod world;
