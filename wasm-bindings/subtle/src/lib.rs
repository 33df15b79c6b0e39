//! What `@duet-chat/crypto/subtle` computes where Web Crypto cannot: functions of bytes, without keys that live on, without
//! randomness, and without a word of the protocol. The specification's part (names, checks, formats) is TypeScript, in
//! `../../ts/subtle/`, which passes only what that part has checked.
//!
//! Lengths are checked here all the same: `None` stands for an input that no algorithm takes, and nothing here panics.
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "hosts compile the bindings for their tests only")
)]

pub mod aes;
mod chain;
pub mod curves;
mod gcm;
pub mod hash;
pub mod mac;
/// Of the main module: what is freed is wiped there, and here.
#[path = "../../src/memory.rs"]
pub mod memory;

use wasm_bindgen::prelude::wasm_bindgen;

/// Which compilation of the module this is.
#[wasm_bindgen]
#[must_use]
pub fn variant() -> String {
    if cfg!(target_feature = "simd128") {
        "simd128"
    } else {
        "baseline"
    }
    .to_owned()
}
