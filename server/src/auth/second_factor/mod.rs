//! The second factor of an account (FEATURES.md A8): who has one is asked for it after the right password.
//!
//! | module | what it is |
//! |---|---|
//! | [`totp`], [`recovery`], [`passkeys`] | codes of an app, codes on paper, keys of a device |
//! | [`tickets`] | what was begun and waits for its second half |
//! | [`asking`], [`checking`], [`login`] | a login: asks, checks what is given, and lets in |
//! | [`settings`], [`passkey_settings`] | turned on and off by the account's owner |

pub mod asking;
mod change;
pub mod checking;
pub mod login;
pub mod passkey_settings;
pub mod passkeys;
pub mod recovery;
pub mod settings;
pub mod tickets;
pub mod totp;
