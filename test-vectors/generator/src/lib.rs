//! The vectors of PAIR/1: how the files of `test-vectors/` are written, and how a case of them is run through the core.
//!
//! A case is run in one place ([`run`]) for both purposes. To write a file, [`cases`] gives the inputs and the core
//! gives the outputs. To check one, the core gets the inputs that the file has and must give the outputs that the file
//! has. A refusal is written with the code that its author expects, never with the one that the core happened to give.

mod case;
mod cases;
mod client;
mod file;
mod rng;
mod run;
mod scene;

pub use case::{Failure, Input};
pub use cases::{FILES, emoji_table};
pub use client::{CORPUS, corpus, replay};
pub use file::{Difference, VectorFile, folder, resolved};
pub use run::run;
