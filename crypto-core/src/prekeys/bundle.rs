//! A prekey as its taker sees it.

use alloc::boxed::Box;
use core::fmt;

use super::PrekeyId;
use super::frame::{PREKEY_LENGTH, PREKEY_SIGNED, PrekeyFrame};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{IdentityKey, Party};
use crate::ids::Presence;
use crate::primitives::{hash, kem, labels, x25519};
use crate::transcript::Transcript;

errors! {
    /// A PREKEY that is not used. But for [`PrekeyError::IdentityChanged`] it is the relay's fault or the prekey has
    /// come too late: begin with an OFFER instead.
    pub enum PrekeyError {
        /// Wrong length, version or type, or a highest version of 0.
        Malformed => PrekeyForm,
        /// The signature does not verify under the key that the frame names, or that key is not a good one.
        Signature => PrekeySignature,
        /// `OK_B` fails the modulus check.
        EncapsulationKey => PrekeyKey,
        /// `OX_B` is not canonical.
        AgreementKey => PrekeyKey,
        /// Of another account.
        Account => PrekeyPeer,
        /// Well signed for this account, under another key than the expected one: block the peer (section 3.4).
        IdentityChanged => IdentityChanged,
        /// Of another run.
        Presence => PrekeyPresence,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError => Engine;
}

/// A verified prekey of a peer's run. It is used up by the offer that is made with it:
///
/// ```compile_fail,E0382
/// # use duet_crypto::{engine::{LocalIdentity, Software, block_on}, handshake::Offer, prekeys::PrekeyBundle};
/// fn twice(local: &LocalIdentity<Software>, prekey: PrekeyBundle, rng: &mut dyn rand_core::CryptoRng) {
///     let first = block_on(Offer::create_with_prekey(local, prekey, rng));
///     let second = block_on(Offer::create_with_prekey(local, prekey, rng));
/// }
/// ```
///
/// It comes from [`PrekeyBundle::verify`] and nowhere else:
///
/// ```compile_fail,E0451
/// use duet_crypto::prekeys::PrekeyBundle;
/// fn forge(bundle: PrekeyBundle) -> PrekeyBundle {
///     PrekeyBundle { agreement_key: [9; 32], ..bundle }
/// }
/// ```
pub struct PrekeyBundle {
    pub(crate) pkid: PrekeyId,
    pub(crate) peer: Party,
    pub(crate) presence: Presence,
    /// `T0`.
    pub(crate) t0: Transcript<0>,
    /// `OX_B`.
    pub(crate) agreement_key: [u8; 32],
    /// `OK_B`.
    pub(crate) encapsulation_key: Box<kem::EncapsulationKey>,
}

impl PrekeyBundle {
    /// All checks of section 5.1, in its order. `frame` is what the relay handed out; `peer` is whom it was asked for:
    /// `peer.key` is the pinned key, or the directory's if there is no pin; `presence` is the run that the offer will
    /// name.
    ///
    /// # Errors
    /// [`PrekeyError`]; [`PrekeyError::IdentityChanged`] asks for more than beginning with an OFFER.
    pub async fn verify<E: Engine>(
        local: &LocalIdentity<E>,
        frame: &[u8],
        peer: &Party,
        presence: &Presence,
    ) -> Result<Self, PrekeyError> {
        let raw: &[u8; PREKEY_LENGTH] = frame.try_into().map_err(|_| PrekeyError::Malformed)?;
        let prekey = PrekeyFrame::decode(raw).map_err(|_| PrekeyError::Malformed)?;
        let key = IdentityKey::from_bytes(&prekey.owner_key).map_err(|_| PrekeyError::Signature)?;
        if !local
            .verify(&key, &labels::SIG_PREKEY, &signed(raw), &prekey.signature)
            .await?
        {
            return Err(PrekeyError::Signature);
        }
        let encapsulation_key = kem::EncapsulationKey::new(&prekey.encapsulation_key)
            .map_err(|_| PrekeyError::EncapsulationKey)?;
        x25519::check_key(&prekey.agreement_key).map_err(|_| PrekeyError::AgreementKey)?;
        if prekey.owner != peer.account {
            return Err(PrekeyError::Account);
        }
        if key != peer.key {
            return Err(PrekeyError::IdentityChanged);
        }
        if prekey.presence != *presence {
            return Err(PrekeyError::Presence);
        }
        Ok(Self {
            pkid: prekey.pkid,
            peer: *peer,
            presence: *presence,
            t0: Transcript::begin(raw),
            agreement_key: prekey.agreement_key,
            encapsulation_key: Box::new(encapsulation_key),
        })
    }

    /// Names the prekey.
    #[must_use]
    pub const fn pkid(&self) -> PrekeyId {
        self.pkid
    }

    /// Whose it is.
    #[must_use]
    pub const fn peer(&self) -> Party {
        self.peer
    }

    /// Of which run.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.presence
    }
}

/// `LH("prekey", frame[0..1315))`.
pub(super) fn signed(frame: &[u8; PREKEY_LENGTH]) -> [u8; 32] {
    hash::labelled(&labels::PREKEY, &[&frame[..PREKEY_SIGNED]])
}

impl fmt::Debug for PrekeyBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pkid,
            peer,
            presence,
            t0: _,
            agreement_key: _,
            encapsulation_key: _,
        } = self;
        f.debug_struct("PrekeyBundle")
            .field("pkid", pkid)
            .field("peer", peer)
            .field("presence", presence)
            .finish_non_exhaustive()
    }
}
