//! What crosses the border as a plain JavaScript object. The TypeScript of each type is generated from it
//! (`npm run types`), and a test compares.

pub(crate) mod content;
#[cfg(test)]
mod drift;
pub(crate) mod fingerprint;
pub(crate) mod object;
pub(crate) mod relay;
pub(crate) mod vault;
