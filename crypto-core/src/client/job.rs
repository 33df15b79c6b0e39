//! Asymmetric work, as values that own what they need: the client never waits for an engine.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::Code;
use crate::handshake::{
    AdmittedFlight, EndError, EndReason, FirstFlight, IncomingOffer, Offer, PendingSession,
    Presence, UnknownPrekey, VerifiedFlight,
};
use crate::identity::{AccountId, Party};
use crate::prekeys::{OwnPrekey, PrekeyBundle, PrekeyError};
use crate::relay::{self, Challenge};
use crate::session::{OverFrame, Session, SessionId, verify_over};

/// Names a job that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub(super) u64);

/// Work for the engine. Jobs are independent of each other and may be run at once; one that never ends counts as failed
/// after ten seconds, and then its result is dropped.
pub struct Job<E: Engine> {
    id: JobId,
    local: LocalIdentity<E>,
    work: Box<Work<E>>,
}

/// A job's result, for [`super::Client::done`].
pub struct Finished<E: Engine> {
    pub(super) id: JobId,
    pub(super) result: Box<Result<Product<E>, Code>>,
}

/// A handshake that waits for a word of the peer's.
pub(super) enum Handshake<E: Engine> {
    Offered(Offer<E>),
    Incoming(IncomingOffer<E>),
    Pending(PendingSession<E>),
}

pub(super) enum Work<E: Engine> {
    Login {
        challenge: Challenge,
        presence: Presence,
        token: Zeroizing<String>,
    },
    Prekeys {
        presence: Presence,
        count: usize,
    },
    Verify(FirstFlight),
    Open(AdmittedFlight<E>),
    DeclineUnknown(UnknownPrekey),
    TurnAway(FirstFlight),
    Offer {
        peer: Party,
        presence: Presence,
        prekey: Option<Vec<u8>>,
    },
    Answer(IncomingOffer<E>),
    Accept {
        offer: Offer<E>,
        frame: Vec<u8>,
    },
    Confirm {
        pending: PendingSession<E>,
        frame: Vec<u8>,
    },
    Cancel(Offer<E>),
    Decline(IncomingOffer<E>, EndReason),
    VerifyEnd(Handshake<E>, Vec<u8>),
    SignOver(SessionId),
    VerifyOver {
        sid: SessionId,
        peer: Party,
        frame: Vec<u8>,
    },
}

/// What a job makes.
pub(super) enum Product<E: Engine> {
    Login(Vec<u8>),
    Prekeys(Vec<OwnPrekey<E>>),
    Verified(VerifiedFlight),
    Opened(IncomingOffer<E>),
    /// An END, or an OVER.
    Word(Vec<u8>),
    Offered(Offer<E>),
    /// The prekey was not of use; under another key if it says so.
    PrekeyRefused(PrekeyError, Vec<u8>),
    Answered(PendingSession<E>),
    Accepted {
        confirm: Vec<u8>,
        session: Session,
    },
    Confirmed {
        ready: Vec<u8>,
        session: Session,
    },
    EndVerified(Handshake<E>, Result<EndReason, EndError>),
    OverVerified(SessionId),
}

impl<E: Engine> Job<E> {
    pub(super) fn new(id: JobId, local: LocalIdentity<E>, work: Work<E>) -> Self {
        Self {
            id,
            local,
            work: Box::new(work),
        }
    }

    /// Names it.
    #[must_use]
    pub const fn id(&self) -> JobId {
        self.id
    }

    /// Does the work. `rng` is drawn from as the handshake's functions say.
    pub async fn run(self, rng: &mut dyn CryptoRng) -> Finished<E> {
        let result = Box::new(run(&self.local, *self.work, rng).await);
        Finished {
            id: self.id,
            result,
        }
    }
}

async fn run<E: Engine>(
    local: &LocalIdentity<E>,
    work: Work<E>,
    rng: &mut dyn CryptoRng,
) -> Result<Product<E>, Code> {
    Ok(match work {
        Work::Login {
            challenge,
            presence,
            token,
        } => Product::Login(relay::login(local, &challenge, &presence, &token).await?),
        Work::Prekeys { presence, count } => {
            Product::Prekeys(OwnPrekey::generate(local, presence, count, rng).await?)
        }
        Work::Verify(flight) => Product::Verified(flight.verify(local).await?),
        Work::Open(flight) => Product::Opened(flight.open().await?),
        Work::TurnAway(flight) => Product::Word(word(flight.turn_away(local).await)?),
        Work::DeclineUnknown(unknown) => Product::Word(unknown.decline(local).await?.to_vec()),
        Work::Offer {
            peer,
            presence,
            prekey: None,
        } => Product::Offered(Offer::create(local, peer, presence, rng).await?),
        Work::Offer {
            peer,
            presence,
            prekey: Some(frame),
        } => match PrekeyBundle::verify(local, &frame, &peer, &presence).await {
            Ok(bundle) => Product::Offered(Offer::create_with_prekey(local, bundle, rng).await?),
            Err(PrekeyError::Engine) => return Err(Code::Engine),
            Err(error) => Product::PrekeyRefused(error, frame),
        },
        Work::Answer(incoming) => Product::Answered(incoming.accept(rng).await?),
        Work::Accept { offer, frame } => {
            let from = offer.peer().account;
            let accepted = offer.accept(&frame, &from, rng).await?;
            Product::Accepted {
                confirm: accepted.confirm.to_vec(),
                session: accepted.session,
            }
        }
        Work::Confirm { pending, frame } => {
            let from = pending.peer().account;
            let confirmed = pending.confirm(&frame, &from, rng).await?;
            Product::Confirmed {
                ready: confirmed.ready,
                session: confirmed.session,
            }
        }
        Work::Cancel(offer) => Product::Word(word(offer.cancel().await)?),
        Work::Decline(incoming, reason) => Product::Word(word(incoming.decline(reason).await)?),
        Work::VerifyEnd(handshake, frame) => {
            let verdict = handshake.verify_end(&frame).await;
            Product::EndVerified(handshake, verdict)
        }
        Work::SignOver(sid) => Product::Word(OverFrame::sign(local, sid).await?.encode().to_vec()),
        Work::VerifyOver { sid, peer, frame } => {
            verify_over(local, sid, &peer, &frame, &peer.account).await?;
            Product::OverVerified(sid)
        }
    })
}

fn word<const N: usize>(end: Result<[u8; N], EngineError>) -> Result<Vec<u8>, Code> {
    Ok(end?.to_vec())
}

impl<E: Engine> Handshake<E> {
    /// Its peer has been compared with the sender of the frame before the job was made.
    async fn verify_end(&self, frame: &[u8]) -> Result<EndReason, EndError> {
        match self {
            Self::Offered(offer) => offer.verify_end(frame, &offer.peer().account).await,
            Self::Incoming(offer) => offer.verify_end(frame, &offer.peer().account).await,
            Self::Pending(pending) => pending.verify_end(frame, &pending.peer().account).await,
        }
    }
}

impl<E: Engine> fmt::Debug for Job<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            local: _,
            work: _,
        } = self;
        f.debug_tuple("Job").field(id).finish()
    }
}

impl<E: Engine> fmt::Debug for Finished<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, result: _ } = self;
        f.debug_tuple("Finished").field(id).finish()
    }
}

/// Whom a job is for, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awaited {
    pub(super) account: Option<AccountId>,
    pub(super) until: u64,
}
