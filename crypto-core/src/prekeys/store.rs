//! The prekeys of one's own run.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::fmt;
use rand_core::CryptoRng;

use super::PrekeyId;
use super::bundle::signed;
use super::frame::{PREKEY_LENGTH, PREKEY_SIGNED, PrekeyFrame};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::ids::Presence;
use crate::limits;
use crate::primitives::{kem, labels};
use crate::transcript::Transcript;

/// The secrets of the latest prekeys, oldest first. Not `Clone`; a prekey leaves it by [`PrekeyStore::take`], once.
pub(crate) struct PrekeyStore<E: Engine>(VecDeque<Prekey<E>>);

/// One prekey with its secrets. Dropping it wipes it.
pub(crate) struct Prekey<E: Engine> {
    pub(crate) pkid: PrekeyId,
    /// `T0` of the handshake that uses it.
    pub(crate) t0: Transcript<0>,
    pub(crate) secrets: Box<PrekeySecrets<E>>,
}

/// In one place that does not move.
pub(crate) struct PrekeySecrets<E: Engine> {
    /// `ox`.
    pub(crate) agreement: E::Agreement,
    /// The private half of `OK_B`.
    pub(crate) kem: kem::DecapsulationKey,
}

impl<E: Engine> Prekey<E> {
    /// Draws `pkid` 16, `ox` 32 (by the engine) and the ML-KEM seed 64, and signs.
    pub(crate) async fn generate(
        local: &LocalIdentity<E>,
        presence: Presence,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, [u8; PREKEY_LENGTH]), EngineError> {
        let pkid = PrekeyId::generate(rng);
        let agreement = local.engine().generate_agreement(rng).await?;
        let kem = kem::DecapsulationKey::generate(rng);
        let me = local.party();
        let mut frame = PrekeyFrame {
            pkid,
            max_version: limits::VERSION,
            presence,
            owner: me.account,
            owner_key: *me.key.as_bytes(),
            agreement_key: agreement.public,
            encapsulation_key: kem.encapsulation_key(),
            signature: [0; 64],
        }
        .encode();
        let signature = local.sign(&labels::SIG_PREKEY, &signed(&frame)).await?;
        frame[PREKEY_SIGNED..].copy_from_slice(&signature);
        let prekey = Self {
            pkid,
            t0: Transcript::begin(&frame),
            secrets: Box::new(PrekeySecrets {
                agreement: agreement.secret,
                kem,
            }),
        };
        Ok((prekey, frame))
    }
}

impl<E: Engine> PrekeyStore<E> {
    pub(crate) const fn new() -> Self {
        Self(VecDeque::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn find(&self, pkid: &PrekeyId) -> Option<&Prekey<E>> {
        self.0.iter().find(|prekey| prekey.pkid == *pkid)
    }

    /// Deletes a prekey and gives it out for the one use it has.
    pub(crate) fn take(&mut self, pkid: &PrekeyId) -> Option<Prekey<E>> {
        let index = self.0.iter().position(|prekey| prekey.pkid == *pkid)?;
        self.0.remove(index)
    }

    /// Keeps a prekey. The oldest one goes if there are too many: whoever holds it is told to begin with an OFFER.
    pub(crate) fn push(&mut self, prekey: Prekey<E>) {
        if self.0.len() >= limits::PREKEYS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(prekey);
    }
}

impl<E: Engine> fmt::Debug for PrekeyStore<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(prekeys) = self;
        f.debug_list()
            .entries(prekeys.iter().map(|prekey| prekey.pkid))
            .finish()
    }
}
