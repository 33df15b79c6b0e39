//! WebAssembly bindings of `duet-crypto` for the npm package `@duet-chat/crypto`.
//!
//! The TypeScript in `../ts` is the public API; what is exported here is its private half, and no stable interface.
//! The border has three rules:
//!
//! - **Errors are numbers** ([`failure::Failure`]): the core's stable code. Anything else that comes out is a trap.
//! - **Whatever may need Web Crypto is a [`task::Task`]**: a future of the core that the TypeScript side steps through.
//! - **Bytes are copied** in and out; no view on WebAssembly memory leaves a call.
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "hosts compile the bindings for their tests only")
)]

pub mod client;
pub mod engine;
mod failure;
pub mod files;
pub mod fingerprint;
pub mod handshake;
pub mod identity;
pub mod memory;
pub mod password;
mod platform;
pub mod probe;
pub mod random;
pub mod relay;
pub mod session;
mod slot;
pub mod task;
pub mod testing;
pub mod vault;
mod wire;

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
