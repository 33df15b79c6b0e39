//! Accounts and sessions (FEATURES.md A1 to A8).
//!
//! | module | what it is |
//! |---|---|
//! | [`session`], [`devices`] | register, log in, refresh, log out, revoke; the sessions of an account, its password, its end |
//! | [`credentials`], [`attempts`], [`password`] | a name with its login secret; one attempt at a time; Argon2id |
//! | [`access`], [`token`], [`signing_key`] | access tokens of requests and sockets |
//! | [`refresh_token`], [`cookie`] | the refresh token; cookies |
//! | [`known_device`] | devices that others cannot lock out |
//! | [`second_factor`] | what is asked for after the password |

pub mod access;
pub mod attempts;
pub mod cookie;
pub mod counted;
pub mod credentials;
pub mod devices;
mod hs256;
pub mod known_device;
pub mod password;
pub mod refresh_token;
pub mod second_factor;
pub mod session;
pub mod signing_key;
pub mod token;
