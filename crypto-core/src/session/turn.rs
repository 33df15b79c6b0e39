//! The keys of one turn of the ratchet (sections 6.1 to 6.3).
//!
//! A turn has one sending chain of one side and a public part that makes it: `RX` (X25519), `RE` (ML-KEM-768) and `RC`, a
//! ciphertext for the `RE` of the turn before. Whose key a value is stands in its type: [`OwnTurn`] holds private keys and
//! [`RatchetPublic`] is their public part; [`RemoteRatchetPublic`] holds keys of the peer's.

use alloc::boxed::Box;
use alloc::vec::Vec;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::header::{Header, turn_hash};
use crate::bytes::Reader;
use crate::ids::SessionId;
use crate::primitives::hash::Secret32;
use crate::primitives::kem::{self, Encapsulated};
use crate::primitives::x25519::{self, SharedSecret, X25519Error};

/// A ratchet key of the peer's that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RatchetKeyError {
    /// `RX` is not canonical.
    Agreement,
    /// `RE` fails the modulus check of FIPS 203 section 7.2.
    Encapsulation,
}

/// The public part of a turn of ours, as each of its messages carries it.
pub(crate) struct RatchetPublic {
    turn: u32,
    agreement: [u8; 32],
    encapsulation: [u8; kem::ENCAPSULATION_KEY],
    ciphertext: [u8; kem::CIPHERTEXT],
}

impl RatchetPublic {
    /// The head of message `number` of this turn.
    pub(super) const fn header(&self, sid: SessionId, previous: u32, number: u32) -> Header<'_> {
        Header {
            sid,
            previous,
            number,
            turn: self.turn,
            agreement_key: &self.agreement,
            encapsulation_key: &self.encapsulation,
            ciphertext: &self.ciphertext,
        }
    }

    /// `th` of this turn.
    pub(super) fn turn_hash(&self) -> [u8; 32] {
        let (agreement, encapsulation) = (&self.agreement, &self.encapsulation);
        turn_hash(self.turn, agreement, encapsulation, &self.ciphertext)
    }

    /// `RX`.
    pub(crate) const fn agreement(&self) -> &[u8; 32] {
        &self.agreement
    }

    /// `RE`.
    pub(crate) const fn encapsulation(&self) -> &[u8; kem::ENCAPSULATION_KEY] {
        &self.encapsulation
    }

    /// `RC`.
    #[cfg(feature = "vectors")]
    pub(super) const fn ciphertext(&self) -> &[u8; kem::CIPHERTEXT] {
        &self.ciphertext
    }
}

/// The secrets of a root step. Wiped on drop.
pub(crate) struct TurnSecrets {
    /// `ss_k`; none in turn 0.
    pub(super) encapsulated: Option<Secret32>,
    /// `ss_x`.
    pub(super) agreed: SharedSecret,
}

impl TurnSecrets {
    /// Those of turn 0, whose root key is hybrid already.
    pub(crate) const fn first(agreed: SharedSecret) -> Self {
        Self {
            encapsulated: None,
            agreed,
        }
    }
}

/// The private keys of a turn of ours, from its first message until the peer's next turn is opened. Wiped on drop.
pub(crate) struct OwnTurn {
    agreement: x25519::Secret,
    decapsulation: kem::DecapsulationKey,
    /// Boxed: what moves with the secrets is small.
    public: Box<RatchetPublic>,
}

impl OwnTurn {
    /// A's turn 0. Draws `rx`, 32 bytes, and `d || z`, 64 bytes, from `rng`.
    pub(crate) fn first(rng: &mut dyn CryptoRng) -> Self {
        let agreement = x25519::Secret::generate(rng);
        let decapsulation = kem::DecapsulationKey::generate(rng);
        Self::new(0, agreement, decapsulation, &[0; kem::CIPHERTEXT])
    }

    /// Makes turn `turn`, the answer to `peer`. Draws `rx`, 32 bytes, `d || z`, 64 bytes, and `m`, 32 bytes, from `rng`.
    pub(super) fn answer(
        turn: u32,
        peer: &RemoteRatchetPublic,
        rng: &mut dyn CryptoRng,
    ) -> (Self, TurnSecrets) {
        let agreement = x25519::Secret::generate(rng);
        let decapsulation = kem::DecapsulationKey::generate(rng);
        let Encapsulated { ciphertext, secret } = peer.encapsulation.encapsulate(rng);
        // Whether an agreement gives zero depends on the public key alone, and with this one an agreement has succeeded.
        #[allow(clippy::expect_used)]
        let agreed = agreement
            .agree(&peer.agreement)
            .expect("the peer's key has given a secret before");
        let secrets = TurnSecrets {
            encapsulated: Some(secret),
            agreed,
        };
        let own = Self::new(turn, agreement, decapsulation, &ciphertext);
        (own, secrets)
    }

    fn new(
        turn: u32,
        agreement: x25519::Secret,
        decapsulation: kem::DecapsulationKey,
        ciphertext: &[u8; kem::CIPHERTEXT],
    ) -> Self {
        let public = Box::new(RatchetPublic {
            turn,
            agreement: agreement.public_key(),
            encapsulation: decapsulation.encapsulation_key(),
            ciphertext: *ciphertext,
        });
        Self {
            agreement,
            decapsulation,
            public,
        }
    }

    /// What the messages of this turn carry; of turn 0, what CONFIRM does.
    pub(crate) fn public(&self) -> &RatchetPublic {
        &self.public
    }

    /// `DH(rx, EX_B)`: the secret of turn 0.
    pub(crate) fn agree(&self, ephemeral: &[u8; 32]) -> Result<TurnSecrets, X25519Error> {
        self.agreement.agree(ephemeral).map(TurnSecrets::first)
    }

    /// The secrets of the peer's turn that answers this one.
    pub(super) fn open(&self, header: &Header<'_>) -> Result<TurnSecrets, X25519Error> {
        let encapsulated = self.decapsulation.decapsulate(header.ciphertext);
        let agreed = self.agreement.agree(header.agreement_key)?;
        Ok(TurnSecrets {
            encapsulated: Some(encapsulated),
            agreed,
        })
    }

    /// Bytes of a turn in a record: `rx || d || z || RC`.
    pub(super) const RECORD: usize = 32 + kem::SEED + kem::CIPHERTEXT;

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        let Self {
            agreement,
            decapsulation,
            public,
        } = self;
        out.extend_from_slice(agreement.expose());
        out.extend_from_slice(&decapsulation.seed()[..]);
        out.extend_from_slice(&public.ciphertext);
    }

    /// Reads what [`Self::write_record`] wrote of turn `turn`. `RC` is zero in turn 0, and there only.
    pub(super) fn read_record(reader: &mut Reader<'_>, turn: u32) -> Option<Self> {
        let agreement = x25519::Secret::from_bytes(&Zeroizing::new(reader.array().ok()?));
        let seed = Zeroizing::new(reader.array().ok()?);
        let ciphertext: [u8; kem::CIPHERTEXT] = reader.array().ok()?;
        let is_zero = ciphertext == [0; kem::CIPHERTEXT];
        (is_zero == (turn == 0)).then(|| {
            let decapsulation = kem::DecapsulationKey::from_seed(&seed);
            Self::new(turn, agreement, decapsulation, &ciphertext)
        })
    }

    /// The private keys, for the test vectors.
    #[cfg(feature = "vectors")]
    pub(super) fn expose(&self) -> ([u8; 32], [u8; kem::SEED]) {
        (*self.agreement.expose(), *self.decapsulation.seed())
    }
}

/// `RX` and `RE` of the peer's newest turn, checked.
pub(crate) struct RemoteRatchetPublic {
    agreement: [u8; 32],
    encapsulation: kem::EncapsulationKey,
}

impl RemoteRatchetPublic {
    /// Checks the peer's keys, `RX` first. That an agreement with `RX` gives a secret shows when it is used: only then may
    /// a turn answer it.
    ///
    /// # Errors
    /// [`RatchetKeyError`].
    pub(crate) fn check(
        agreement: &[u8; 32],
        encapsulation: &[u8; kem::ENCAPSULATION_KEY],
    ) -> Result<Self, RatchetKeyError> {
        x25519::check_key(agreement).map_err(|_| RatchetKeyError::Agreement)?;
        let encapsulation = kem::EncapsulationKey::new(encapsulation)
            .map_err(|_| RatchetKeyError::Encapsulation)?;
        Ok(Self {
            agreement: *agreement,
            encapsulation,
        })
    }

    /// `th(0)`, of A's turn 0 with these keys.
    pub(super) fn first_turn_hash(&self) -> [u8; 32] {
        let encapsulation = self.encapsulation();
        turn_hash(0, &self.agreement, &encapsulation, &[0; kem::CIPHERTEXT])
    }

    /// `RX`.
    #[cfg(feature = "vectors")]
    pub(super) const fn agreement(&self) -> &[u8; 32] {
        &self.agreement
    }

    /// `RE`.
    pub(super) fn encapsulation(&self) -> [u8; kem::ENCAPSULATION_KEY] {
        self.encapsulation.to_bytes()
    }

    /// Bytes of the keys in a record: `RX || RE`.
    pub(super) const RECORD: usize = 32 + kem::ENCAPSULATION_KEY;

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.agreement);
        out.extend_from_slice(&self.encapsulation());
    }

    /// Reads what [`Self::write_record`] wrote. An agreement shows that `RX` is of no low order.
    pub(super) fn read_record(reader: &mut Reader<'_>) -> Option<Self> {
        let (agreement, encapsulation) = (reader.array().ok()?, reader.array().ok()?);
        let any = x25519::Secret::from_bytes(&Secret32::new([1; 32]));
        any.agree(&agreement).ok()?;
        Self::check(&agreement, &encapsulation).ok()
    }
}
