//! Sixteen bytes at once: WebAssembly's own, or the same without SIMD for tests on hosts.

#[cfg(not(target_arch = "wasm32"))]
pub(super) use super::portable::V;
#[cfg(target_arch = "wasm32")]
pub(super) use super::simd128::V;
