//! What `@duet-chat/crypto/subtle` computes of the draft "Modern Algorithms in the Web Cryptography API": ML-KEM-768 and SHA-3. A module
//! of its own, which is loaded when one of them is used, so that nobody else loads it.
//!
//! Functions of bytes, as in the first module: `None` stands for a length that no such input has, and nothing here panics.
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "hosts compile the bindings for their tests only")
)]

pub mod hash;
pub mod kem;
/// Of the main module: what is freed is wiped there, and here.
#[path = "../../../src/memory.rs"]
pub mod memory;
