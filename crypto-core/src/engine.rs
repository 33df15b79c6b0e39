//! The asymmetric primitives, in software or on a platform's own implementation.
//!
//! The handshake is written once over [`Engine`]. Its functions are `async` because Web Crypto's are; [`Software`]
//! is ready at once, so callers without an executor use [`block_on`].
//!
//! No caller can skip a filter: what an engine gets has passed Appendix B already, and what it returns is checked
//! by the types ([`SharedSecret`] is never zero).

use alloc::sync::Arc;
use core::fmt;
use core::future::{Future, ready};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use rand_core::CryptoRng;

use crate::error::errors;
use crate::identity::{AccountId, IdentityKey, IdentitySeed, Party};
use crate::primitives::ed25519;
use crate::primitives::labels::Label;
use crate::primitives::x25519::{self, X25519Error};

pub use crate::primitives::x25519::SharedSecret;

errors! {
    /// An engine could not do what it was asked for.
    pub enum EngineError {
        /// The platform refused or failed.
        Failed => Engine,
        /// The peer's X25519 key is not canonical.
        NotCanonical => X25519Key,
        /// The agreement gave the all-zero result. Platforms that refuse it themselves map their error to this.
        Zero => X25519Zero,
    }
    from X25519Error {
        NotCanonical => NotCanonical,
        Zero => Zero,
    }
}

/// An X25519 key pair that an [`Engine`] has made.
pub struct AgreementKeys<A> {
    /// What the engine keeps of it: [`Engine::Agreement`].
    pub secret: A,
    /// The public key.
    pub public: [u8; 32],
}

impl<A> fmt::Debug for AgreementKeys<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret: _, public } = self;
        f.debug_struct("AgreementKeys")
            .field("public", public)
            .finish_non_exhaustive()
    }
}

/// An implementation of Ed25519 and X25519.
///
/// An implementor does exactly the named operation and nothing else; the functions of this crate do the filtering,
/// the labels and the order of checks.
pub trait Engine {
    /// A handle on an Ed25519 private key.
    type Identity;
    /// A single-use X25519 private key. Dropping it wipes it, as well as the platform can.
    type Agreement;

    /// Signs `message`, which begins with a label of this protocol.
    fn sign(
        &self,
        identity: &Self::Identity,
        message: &[u8],
    ) -> impl Future<Output = Result<[u8; 64], EngineError>>;

    /// Verifies a signature without the cofactor (RFC 8032). The filter of Appendix B has already run.
    fn verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> impl Future<Output = Result<bool, EngineError>>;

    /// Makes an X25519 key pair. [`Software`] draws 32 bytes from `rng`; a platform may use its own generator.
    fn generate_agreement(
        &self,
        rng: &mut dyn CryptoRng,
    ) -> impl Future<Output = Result<AgreementKeys<Self::Agreement>, EngineError>>;

    /// X25519. `public` is canonical.
    fn agree(
        &self,
        secret: &Self::Agreement,
        public: &[u8; 32],
    ) -> impl Future<Output = Result<SharedSecret, EngineError>>;
}

/// The engine of this crate: ed25519-dalek and x25519-dalek. All its futures are ready at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Software;

impl Engine for Software {
    type Identity = IdentitySeed;
    type Agreement = x25519::Secret;

    fn sign(
        &self,
        identity: &Self::Identity,
        message: &[u8],
    ) -> impl Future<Output = Result<[u8; 64], EngineError>> {
        ready(Ok(identity.sign(message)))
    }

    fn verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> impl Future<Output = Result<bool, EngineError>> {
        ready(Ok(ed25519::verify(key, message, signature)))
    }

    fn generate_agreement(
        &self,
        rng: &mut dyn CryptoRng,
    ) -> impl Future<Output = Result<AgreementKeys<Self::Agreement>, EngineError>> {
        let secret = x25519::Secret::generate(rng);
        let public = secret.public_key();
        ready(Ok(AgreementKeys { secret, public }))
    }

    fn agree(
        &self,
        secret: &Self::Agreement,
        public: &[u8; 32],
    ) -> impl Future<Output = Result<SharedSecret, EngineError>> {
        ready(secret.agree(public).map_err(EngineError::from))
    }
}

/// One's own side: an engine, the private key it holds, the account and the public key.
///
/// Handshakes keep a handle on it, so that one cannot be finished under another identity than it was begun with.
pub struct LocalIdentity<E: Engine>(Arc<Local<E>>);

struct Local<E: Engine> {
    engine: E,
    identity: E::Identity,
    party: Party,
}

impl<E: Engine> LocalIdentity<E> {
    /// Binds an engine's private key to its account. `party.key` is the public half of `identity`; if it is not,
    /// every signature made here is refused by its receiver.
    pub fn new(engine: E, identity: E::Identity, party: Party) -> Self {
        Self(Arc::new(Local {
            engine,
            identity,
            party,
        }))
    }

    /// The account and the public key.
    #[must_use]
    pub fn party(&self) -> Party {
        self.0.party
    }

    pub(crate) fn engine(&self) -> &E {
        &self.0.engine
    }

    /// `Sign(ik, label, m)`: private, so that the identity key signs nothing but what this crate writes.
    pub(crate) async fn sign(&self, label: &Label, m: &[u8; 32]) -> Result<[u8; 64], EngineError> {
        self.0
            .engine
            .sign(&self.0.identity, &ed25519::message(label, m))
            .await
    }

    /// `Verify(IK, label, m, sig)`: the filter first, then the engine.
    pub(crate) async fn verify(
        &self,
        key: &IdentityKey,
        label: &Label,
        m: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<bool, EngineError> {
        // An `IdentityKey` has passed the key's half of the filter.
        if ed25519::check_signature(signature).is_err() {
            return Ok(false);
        }
        self.0
            .engine
            .verify(key.as_bytes(), &ed25519::message(label, m), signature)
            .await
    }

    /// `DH(secret, public)` on the engine.
    pub(crate) async fn agree(
        &self,
        secret: &E::Agreement,
        public: &[u8; 32],
    ) -> Result<SharedSecret, EngineError> {
        x25519::check_key(public)?;
        self.0.engine.agree(secret, public).await
    }
}

impl LocalIdentity<Software> {
    /// An identity in software.
    #[must_use]
    pub fn software(seed: IdentitySeed, account: AccountId) -> Self {
        let party = Party {
            account,
            key: seed.public_key(),
        };
        Self::new(Software, seed, party)
    }

    /// The seed, for an envelope (section 8).
    #[must_use]
    pub fn seed(&self) -> &IdentitySeed {
        &self.0.identity
    }
}

impl<E: Engine> Clone for LocalIdentity<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: Engine> fmt::Debug for LocalIdentity<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Local {
            engine: _,
            identity: _,
            party,
        } = &*self.0;
        f.debug_struct("LocalIdentity")
            .field("party", party)
            .finish_non_exhaustive()
    }
}

/// Runs a future to its end on this thread: the synchronous door for engines that never wait, such as [`Software`].
///
/// It polls without sleeping, so it is not for engines that do wait.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        core::hint::spin_loop();
    }
}
