//! Argon2id v1.3 (RFC 9106).

use ::argon2::{Algorithm, Argon2, Block, Params, Version};
use alloc::vec::Vec;
use zeroize::Zeroize as _;

use crate::errors;
use crate::hash::Secret32;

errors! {
    /// Why nothing was stretched.
    pub enum Argon2Error {
        /// The memory could not be allocated, or the costs are outside of RFC 9106's bounds.
        OutOfMemory => "the memory of an Argon2id could not be allocated",
    }
}

/// What an Argon2id costs. Bounds are the caller's: within those of RFC 9106, only missing memory can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// Writes the 32 bytes that a password and a salt become. Its memory is taken fallibly, since a browser tab may not have it, and
/// wiped: whoever reads it has the output.
///
/// # Errors
/// [`Argon2Error::OutOfMemory`].
pub fn argon2id(
    password: &[u8],
    salt: &[u8],
    cost: Cost,
    out: &mut Secret32,
) -> Result<(), Argon2Error> {
    let Cost {
        memory,
        passes,
        lanes,
    } = cost;
    let params = Params::new(memory, passes, lanes, Some(out.len()))
        .map_err(|_| Argon2Error::OutOfMemory)?;
    let mut blocks = Vec::new();
    blocks
        .try_reserve_exact(params.block_count())
        .map_err(|_| Argon2Error::OutOfMemory)?;
    blocks.resize(params.block_count(), Block::new());
    let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, &mut out[..], &mut blocks);
    blocks.iter_mut().for_each(|block| block.zeroize());
    result.map_err(|_| Argon2Error::OutOfMemory)
}
