//! Intermediate values for the generator of the test vectors. They are secrets: only the feature `vectors` keeps them.

#[cfg(feature = "vectors")]
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What is noted while a protocol runs: an empty value that takes no note where the vectors are not built.
#[cfg_attr(feature = "vectors", derive(Clone, Default))]
pub(crate) struct Recorder<T> {
    /// Boxed: room for what is not noted would be filled with whatever lay on the stack, secrets too.
    #[cfg(feature = "vectors")]
    noted: Option<Box<T>>,
    #[cfg(not(feature = "vectors"))]
    noted: core::marker::PhantomData<fn() -> T>,
}

#[cfg(feature = "vectors")]
impl<T: Default> Recorder<T> {
    /// Nothing noted.
    pub(crate) const fn new() -> Self {
        Self { noted: None }
    }

    /// Takes a note.
    pub(crate) fn note(&mut self, write: impl FnOnce(&mut T)) {
        write(self.noted.get_or_insert_default());
    }

    /// Takes a note of what another one noted, if it did.
    pub(crate) fn join<U: Clone>(&mut self, other: &Recorder<U>, write: impl FnOnce(&mut T, U)) {
        if let Some(noted) = &other.noted {
            self.note(|own| write(own, U::clone(noted)));
        }
    }

    /// What was noted.
    pub(crate) fn noted(&self) -> Option<&T> {
        self.noted.as_deref()
    }
}

#[cfg(not(feature = "vectors"))]
#[allow(clippy::unused_self)]
impl<T: Default> Recorder<T> {
    /// Nothing noted.
    pub(crate) const fn new() -> Self {
        Self {
            noted: core::marker::PhantomData,
        }
    }

    /// Takes no note.
    pub(crate) fn note(&mut self, _write: impl FnOnce(&mut T)) {}

    /// Takes no note.
    pub(crate) fn join<U: Clone>(&mut self, _other: &Recorder<U>, _write: impl FnOnce(&mut T, U)) {}
}

/// Every intermediate value of one handshake, for the test vectors. It wipes nothing: vectors are public.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandshakeTrace {
    /// `T0` to `T6`.
    pub t: [[u8; 32]; 7],
    /// What a prekey start has before them.
    pub early: Option<EarlyTrace>,
    /// Salt of `hs`: zeros, or out of the early secret.
    pub dsalt: [u8; 32],
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

/// Every intermediate value of a prekey start before ACCEPT, for the test vectors. It wipes nothing: vectors are public.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlyTrace {
    /// ML-KEM shared secret of `CT_P`.
    pub ss_p: [u8; 32],
    /// `DH(EX_A, OX_B)`.
    pub ss_ox: [u8; 32],
    /// Early secret.
    pub es: [u8; 32],
    /// First key of the early chain.
    pub ck_e: [u8; 32],
    /// The early messages that were sealed or opened, in order.
    pub messages: Vec<EarlyMessageTrace>,
}

/// One early message of an [`EarlyTrace`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlyMessageTrace {
    /// Message key.
    pub mk: [u8; 32],
    /// Key and nonce of the seal.
    pub okm: [u8; 44],
    /// Padded plaintext.
    pub plaintext: Vec<u8>,
}
