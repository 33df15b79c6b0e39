//! Transcript and keys (sections 4.4 and 5.2).
//!
//! The transcript hashes are public. The secrets can be read only with the feature `vectors`, which is for the
//! generator of the test vectors.

use super::frames::{ACCEPT_LENGTH, ACCEPT_SIGNED, CONFIRM_LENGTH, CONFIRM_SIGNED};
use crate::ids::SessionId;
use crate::primitives::hash::{Secret32, equal, expand, extract, hmac, labelled};
use crate::primitives::labels;
use crate::session::{RootKey, SessionKeys};
use crate::trace::{EarlyTrace, HandshakeTrace, Recorder};
use crate::transcript::Transcript;

/// Salt of `hs` in the interactive mode.
pub(super) const DSALT: [u8; 32] = [0; 32];

/// Bytes of the signature that ends a first flight.
const SIGNATURE: usize = 64;

/// `T1 = SHA(T0 || flight1[0..len-64))`, signed by `sig_A1`. `flight` is an OFFER or an INIT.
pub(super) fn t1(t0: &Transcript<0>, flight: &[u8]) -> Transcript<1> {
    let signed = flight.len().saturating_sub(SIGNATURE);
    t0.then([&flight[..signed], &[]])
}

/// `T2 = SHA(T1 || sig_A1 || ACCEPT[0..1139))`, signed by `sig_B`.
pub(super) fn t2(
    t1: &Transcript<1>,
    sig_a1: &[u8; 64],
    accept: &[u8; ACCEPT_LENGTH],
) -> Transcript<2> {
    t1.then([sig_a1, &accept[..ACCEPT_SIGNED]])
}

/// `T3 = SHA(T2 || sig_B)`, confirmed by `mac_B`.
pub(super) fn t3(t2: &Transcript<2>, sig_b: &[u8; 64]) -> Transcript<3> {
    t2.then([sig_b, &[]])
}

/// `T4 = SHA(T3 || mac_B || CONFIRM up to sig_A2)`, signed by `sig_A2`.
pub(super) fn t4(t3: &Transcript<3>, mac_b: &Mac, confirm: &[u8; CONFIRM_LENGTH]) -> Transcript<4> {
    t3.then([mac_b.as_bytes(), &confirm[..CONFIRM_SIGNED]])
}

/// `T5 = SHA(T4 || sig_A2)`, confirmed by `mac_A`.
pub(super) fn t5(t4: &Transcript<4>, sig_a2: &[u8; 64]) -> Transcript<5> {
    t4.then([sig_a2, &[]])
}

/// `T6 = SHA(T5 || mac_A)`, bound into the session.
pub(super) fn t6(t5: &Transcript<5>, mac_a: &Mac) -> Transcript<6> {
    t5.then([mac_a.as_bytes(), &[]])
}

/// `cm_A`: what an initiator is held to before it knows the responder's keys.
pub(super) struct Commitment([u8; 32]);

impl Commitment {
    /// `LH("commit", r_A)`.
    pub(super) fn to(opening: &[u8; 32]) -> Self {
        Self(labelled(&labels::COMMIT, &[opening]))
    }

    /// As an OFFER carries it.
    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub(super) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `opening` is what was committed to.
    pub(super) fn opens_with(&self, opening: &[u8; 32]) -> bool {
        equal(&Self::to(opening).0, &self.0)
    }
}

/// A key confirmation, `mac_A` or `mac_B`, as one's own side computes it. Wiped on drop: until it is sent it is secret.
pub(super) struct Mac(Secret32);

impl Mac {
    /// The bytes, to send or to take into the transcript.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the peer sent the same, compared in constant time.
    pub(super) fn verifies(&self, sent: &[u8; 32]) -> bool {
        equal(&self.0, sent)
    }
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
    pub(super) fn derive(ss_p: &[u8; 32], ss_ox: &[u8; 32], t1: &Transcript<1>) -> Self {
        let es = extract(labels::EARLY.lp(), &[ss_p, ss_ox]);
        let chain: Secret32 = expand(&es, &labels::EARLY_CHAIN, &[t1.as_bytes()]);
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
            dsalt: expand(&es, &labels::EARLY_DERIVED, &[t1.as_bytes()]),
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
        t2: &Transcript<2>,
        trace: &mut Recorder<HandshakeTrace>,
    ) -> Self {
        let hs = extract(dsalt, &[ss_k, ss_x]);
        let keys = Self {
            kc_a: expand(&hs, &labels::CONFIRM_A, &[t2.as_bytes()]),
            kc_b: expand(&hs, &labels::CONFIRM_B, &[t2.as_bytes()]),
            hs,
        };
        trace.note(|trace| {
            trace.t[2] = *t2.as_bytes();
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
    pub(super) fn mac_b(&self, t3: &Transcript<3>) -> Mac {
        Mac(hmac(&self.kc_b[..], &[t3.as_bytes()]))
    }

    /// `HMAC(kc_A, T5)`.
    pub(super) fn mac_a(&self, t5: &Transcript<5>) -> Mac {
        Mac(hmac(&self.kc_a[..], &[t5.as_bytes()]))
    }

    /// What the session starts from.
    pub(super) fn session_keys(
        &self,
        t3: &Transcript<3>,
        r_a: &[u8; 32],
        t6: &Transcript<6>,
        trace: &mut Recorder<HandshakeTrace>,
    ) -> SessionKeys {
        let keys = SessionKeys {
            root: RootKey::new(expand(&self.hs, &labels::ROOT, &[t6.as_bytes()])),
            id: SessionId(*expand(&self.hs, &labels::SESSION_ID, &[t6.as_bytes()])),
            sas: *expand(&self.hs, &labels::SAS, &[t3.as_bytes(), r_a]),
        };
        trace.note(|trace| {
            trace.t[6] = *t6.as_bytes();
            trace.rk0 = keys.root.expose();
            trace.sid = keys.id.0;
            trace.sas = keys.sas;
        });
        keys
    }
}
