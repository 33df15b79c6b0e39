//! Transcript and keys (sections 4.4 and 5.2).
//!
//! The transcript hashes are public. The secrets can be read only with the feature `vectors`, which is for the
//! generator of the test vectors.

use super::frames::{ACCEPT_LENGTH, ACCEPT_SIGNED, CONFIRM_LENGTH, CONFIRM_SIGNED};
use crate::ids::SessionId;
use crate::primitives::hash::{Secret32, expand, extract, hmac, sha256};
use crate::primitives::labels;
use crate::session::{RootKey, SessionKeys};
use crate::trace::{EarlyTrace, HandshakeTrace, Recorder};

pub(super) use crate::prekeys::t0;

/// A transcript hash.
type Hash = [u8; 32];

/// Salt of `hs` in the interactive mode.
pub(super) const DSALT: [u8; 32] = [0; 32];

/// Bytes of the signature that ends a first flight.
const SIGNATURE: usize = 64;

/// `T1 = SHA(T0 || flight1[0..len-64))`, signed by `sig_A1`. `flight` is an OFFER or an INIT.
pub(super) fn t1(t0: &Hash, flight: &[u8]) -> Hash {
    let signed = flight.len().saturating_sub(SIGNATURE);
    sha256(&[t0, &flight[..signed]])
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

/// What both sides of a prekey start have after INIT (section 5.2).
pub(super) struct EarlyKeys {
    /// `ck_e`.
    pub(super) chain: Secret32,
    /// `dsalt`.
    pub(super) dsalt: Secret32,
    pub(super) trace: Recorder<EarlyTrace>,
}

impl EarlyKeys {
    /// `es = Extract(LP("early"), ss_p || DH(EX_A, OX_B))` and what comes out of it.
    pub(super) fn derive(ss_p: &[u8; 32], ss_ox: &[u8; 32], t1: &Hash) -> Self {
        let es = extract(labels::EARLY.lp(), &[ss_p, ss_ox]);
        let chain: Secret32 = expand(&es, &labels::EARLY_CHAIN, &[t1]);
        let mut trace = Recorder::new();
        trace.note(|trace: &mut EarlyTrace| {
            trace.ss_p = *ss_p;
            trace.ss_ox = *ss_ox;
            trace.es = *es;
            trace.ck_e = *chain;
        });
        Self {
            trace,
            chain,
            dsalt: expand(&es, &labels::EARLY_DERIVED, &[t1]),
        }
    }
}

/// The keys that both sides have after ACCEPT.
pub(super) struct HandshakeKeys {
    hs: Secret32,
    kc_a: Secret32,
    kc_b: Secret32,
}

impl HandshakeKeys {
    /// `hs = Extract(dsalt, ss_k || ss_x)` and the two confirmation keys.
    pub(super) fn derive(
        dsalt: &[u8; 32],
        ss_k: &[u8; 32],
        ss_x: &[u8; 32],
        t2: &Hash,
        trace: &mut Recorder<HandshakeTrace>,
    ) -> Self {
        let hs = extract(dsalt, &[ss_k, ss_x]);
        let keys = Self {
            kc_a: expand(&hs, &labels::CONFIRM_A, &[t2]),
            kc_b: expand(&hs, &labels::CONFIRM_B, &[t2]),
            hs,
        };
        trace.note(|trace| {
            trace.t[2] = *t2;
            trace.dsalt = *dsalt;
            trace.ss_k = *ss_k;
            trace.ss_x = *ss_x;
            trace.hs = *keys.hs;
            trace.kc_a = *keys.kc_a;
            trace.kc_b = *keys.kc_b;
        });
        keys
    }

    /// `HMAC(kc_B, T3)`.
    pub(super) fn mac_b(&self, t3: &Hash) -> Secret32 {
        hmac(&self.kc_b[..], &[t3])
    }

    /// `HMAC(kc_A, T5)`.
    pub(super) fn mac_a(&self, t5: &Hash) -> Secret32 {
        hmac(&self.kc_a[..], &[t5])
    }

    /// What the session starts from.
    pub(super) fn session_keys(
        &self,
        t3: &Hash,
        r_a: &[u8; 32],
        t6: &Hash,
        trace: &mut Recorder<HandshakeTrace>,
    ) -> SessionKeys {
        let keys = SessionKeys {
            root: RootKey::new(expand(&self.hs, &labels::ROOT, &[t6])),
            id: SessionId(*expand(&self.hs, &labels::SESSION_ID, &[t6])),
            sas: *expand(&self.hs, &labels::SAS, &[t3, r_a]),
        };
        trace.note(|trace| {
            trace.t[6] = *t6;
            trace.rk0 = keys.root.expose();
            trace.sid = keys.id.0;
            trace.sas = keys.sas;
        });
        keys
    }
}
