//! The vectors of PAIR/1: how the files of `test-vectors/` are written, and how a case of them is run through the core.
//!
//! A case is run in one place ([`run`]) for both purposes. To write a file, [`cases`] gives the inputs and the core
//! gives the outputs. To check one, the core gets the inputs that the file has and must give the outputs that the file
//! has. A refusal is written with the code that its author expects, never with the one that the core happened to give.

mod case;
mod cases;
mod file;
mod rng;
mod run;

pub use case::{Failure, Input};
pub use cases::{FILES, emoji_table};
pub use file::{Difference, VectorFile, resolved};
pub use run::run;

use std::path::PathBuf;

/// The folder of the files: `test-vectors/`.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
