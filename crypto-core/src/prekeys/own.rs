//! A prekey that was made and is not kept yet.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::frame::PREKEY_LENGTH;
use super::store::Prekey;
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::ids::Presence;
use crate::limits;

errors! {
    /// Prekeys that are not made, or not kept. Nothing has changed.
    pub enum PublishError {
        /// More than 20 at once.
        TooMany => PrekeysFull,
        /// They were made for another run.
        OtherRun => PrekeyPresence,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError => Engine;
}

/// A prekey of one's own with its secrets, made without a listener; [`crate::handshake::Listener::keep_prekeys`] takes it.
/// Dropping it wipes it.
pub struct OwnPrekey<E: Engine> {
    pub(crate) prekey: Prekey<E>,
    pub(crate) presence: Presence,
    /// Boxed: many of them are moved about.
    pub(crate) frame: Box<[u8; PREKEY_LENGTH]>,
}

impl<E: Engine> OwnPrekey<E> {
    /// Makes `count` of them, at most 20, for the run `presence`.
    ///
    /// # Errors
    /// [`PublishError`]; then none was made.
    pub async fn generate(
        local: &LocalIdentity<E>,
        presence: Presence,
        count: usize,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Self>, PublishError> {
        if count > limits::PREKEYS {
            return Err(PublishError::TooMany);
        }
        let mut made = Vec::with_capacity(count);
        for _ in 0..count {
            let (prekey, frame) = Prekey::generate(local, presence, rng).await?;
            made.push(Self {
                prekey,
                presence,
                frame: Box::new(frame),
            });
        }
        Ok(made)
    }

    /// The PREKEY frame, for the relay.
    #[must_use]
    pub const fn frame(&self) -> &[u8; PREKEY_LENGTH] {
        &self.frame
    }
}

impl<E: Engine> fmt::Debug for OwnPrekey<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            prekey,
            presence,
            frame: _,
        } = self;
        f.debug_struct("OwnPrekey")
            .field("pkid", &prekey.pkid)
            .field("presence", presence)
            .finish_non_exhaustive()
    }
}
