//! WebAssembly bindings of `duet-crypto` for the npm package `@duet-chat/crypto`.
use wasm_bindgen::prelude::wasm_bindgen;

/// Returns the version of the bindings.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
