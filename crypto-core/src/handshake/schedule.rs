//! Transcript and keys (section 4.4).
//!
//! The transcript hashes are public. The secrets can be read only with the feature `vectors`, which is for the
//! generator of the test vectors.

use crate::ids::SessionId;
use crate::primitives::hash::{Secret32, expand, extract, hmac, labelled, sha256};
use crate::primitives::labels;

use super::frames::{
    ACCEPT_LENGTH, ACCEPT_SIGNED, CONFIRM_LENGTH, CONFIRM_SIGNED, OFFER_LENGTH, OFFER_SIGNED,
};

/// A transcript hash.
type Hash = [u8; 32];

/// Salt of `hs` in the interactive mode.
const DSALT: [u8; 32] = [0; 32];

/// `T0 = LH("transcript", "")`.
pub(super) fn t0() -> Hash {
    labelled(&labels::TRANSCRIPT, &[])
}

/// `T1 = SHA(T0 || flight1[0..len-64))`, signed by `sig_A1`.
pub(super) fn t1(offer: &[u8; OFFER_LENGTH]) -> Hash {
    sha256(&[&t0(), &offer[..OFFER_SIGNED]])
}

/// `T2 = SHA(T1 || sig_A1 || ACCEPT[0..1139))`, signed by `sig_B`.
pub(super) fn t2(t1: &Hash, sig_a1: &[u8; 64], accept: &[u8; ACCEPT_LENGTH]) -> Hash {
    sha256(&[t1, sig_a1, &accept[..ACCEPT_SIGNED]])
}

/// `T3 = SHA(T2 || sig_B)`, confirmed by `mac_B`.
pub(super) fn t3(t2: &Hash, sig_b: &[u8; 64]) -> Hash {
    sha256(&[t2, sig_b])
}

/// `T4 = SHA(T3 || mac_B || CONFIRM[0..86))`, signed by `sig_A2`.
pub(super) fn t4(t3: &Hash, mac_b: &[u8; 32], confirm: &[u8; CONFIRM_LENGTH]) -> Hash {
    sha256(&[t3, mac_b, &confirm[..CONFIRM_SIGNED]])
}

/// `T5 = SHA(T4 || sig_A2)`, confirmed by `mac_A`.
pub(super) fn t5(t4: &Hash, sig_a2: &[u8; 64]) -> Hash {
    sha256(&[t4, sig_a2])
}

/// `T6 = SHA(T5 || mac_A)`, bound into the session.
pub(super) fn t6(t5: &Hash, mac_a: &[u8; 32]) -> Hash {
    sha256(&[t5, mac_a])
}

/// The keys that both sides have after ACCEPT.
pub(super) struct HandshakeKeys {
    hs: Secret32,
    kc_a: Secret32,
    kc_b: Secret32,
    #[cfg(feature = "vectors")]
    secrets: ([u8; 32], [u8; 32]),
}

impl HandshakeKeys {
    /// `hs = Extract(dsalt, ss_k || ss_x)` and the two confirmation keys.
    pub(super) fn derive(ss_k: &[u8; 32], ss_x: &[u8; 32], t2: &Hash) -> Self {
        let hs = extract(&DSALT, &[ss_k, ss_x]);
        Self {
            kc_a: expand(&hs, &labels::CONFIRM_A, &[t2]),
            kc_b: expand(&hs, &labels::CONFIRM_B, &[t2]),
            hs,
            #[cfg(feature = "vectors")]
            secrets: (*ss_k, *ss_x),
        }
    }

    /// `HMAC(kc_B, T3)`.
    pub(super) fn mac_b(&self, t3: &Hash) -> Secret32 {
        hmac(&self.kc_b[..], &[t3])
    }

    /// `HMAC(kc_A, T5)`.
    pub(super) fn mac_a(&self, t5: &Hash) -> Secret32 {
        hmac(&self.kc_a[..], &[t5])
    }

    /// Everything at once, for the vectors.
    #[cfg(feature = "vectors")]
    pub(super) fn trace(&self, t: [Hash; 7], session: &SessionKeys) -> Trace {
        Trace {
            t,
            ss_k: self.secrets.0,
            ss_x: self.secrets.1,
            hs: *self.hs,
            kc_a: *self.kc_a,
            kc_b: *self.kc_b,
            rk0: *session.root,
            sid: session.id.0,
            sas: session.sas,
        }
    }

    /// What the session starts from.
    pub(super) fn session_keys(&self, t3: &Hash, r_a: &[u8; 32], t6: &Hash) -> SessionKeys {
        SessionKeys {
            root: expand(&self.hs, &labels::ROOT, &[t6]),
            id: SessionId(*expand(&self.hs, &labels::SESSION_ID, &[t6])),
            sas: *expand(&self.hs, &labels::SAS, &[t3, r_a]),
        }
    }
}

/// What a session starts from.
pub(crate) struct SessionKeys {
    /// `rk0`.
    pub(crate) root: Secret32,
    /// `sid`.
    pub(crate) id: SessionId,
    /// `sas`.
    pub(crate) sas: [u8; 4],
}

/// Every intermediate value of one handshake, for the test vectors. It wipes nothing: vectors are public.
#[cfg(feature = "vectors")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `T0` to `T6`.
    pub t: [[u8; 32]; 7],
    /// ML-KEM shared secret.
    pub ss_k: [u8; 32],
    /// X25519 shared secret.
    pub ss_x: [u8; 32],
    /// Handshake secret.
    pub hs: [u8; 32],
    /// The initiator's confirmation key.
    pub kc_a: [u8; 32],
    /// The responder's confirmation key.
    pub kc_b: [u8; 32],
    /// Root key of the ratchet.
    pub rk0: [u8; 32],
    /// Session id.
    pub sid: [u8; 16],
    /// Short authentication string.
    pub sas: [u8; 4],
}
