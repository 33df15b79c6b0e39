//! Accounts and sessions (FEATURES.md A1 to A6).
//!
//! | module | what it is |
//! |---|---|
//! | [`session`] | register, log in, refresh, log out, revoke |
//! | [`credentials`], [`attempts`], [`password`] | a name with its login secret; one attempt at a time; Argon2id |
//! | [`access`], [`token`], [`signing_key`] | access tokens of requests and sockets |
//! | [`cookie`] | the refresh cookie |

pub mod access;
pub mod attempts;
pub mod cookie;
pub mod credentials;
mod hs256;
pub mod password;
pub mod session;
pub mod signing_key;
pub mod token;
