//! prekey_reject.json

use duet_crypto::engine::{Software, block_on};
use duet_crypto::handshake::{EarlyError, EarlyMessage, IncomingOffer, PendingSession};
use duet_crypto::identity::AccountId;
use duet_crypto::primitives::hash::sha256;

use super::handshake::{Base, before, initiator, pin};
use super::{content, unknown};
use crate::case::{Failure, Input, Outputs, hex, outputs};

pub(super) fn reject(case: Input<'_>) -> Result<Outputs, Failure> {
    let mut base = Base::read(case.object("base")?)?;
    match case.text("at")? {
        "bundle" => {
            let offer = base.init(&case.hex("frame")?)?;
            Ok(outputs! { "flight1_sha256" => hex(&sha256(&[offer.frame()])) })
        }
        "send" => {
            let content = content::read(case.object("content")?)?;
            let mut offer = base.offer()?;
            for _ in 1..case.number::<u32>("times")? {
                offer.send_early(&content)?;
            }
            let sent = offer.send_early(&content)?;
            Ok(outputs! { "seq" => sent.seq, "frame" => hex(&sent.frame) })
        }
        "init" => init(case, base),
        "unknown" => {
            let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
            let end = block_on(base.listener.decline_unknown_prekey(&frame, &from))?;
            Ok(outputs! { "end" => hex(&end) })
        }
        "early" => early(case, base),
        "accept" => {
            let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
            let offer = base.offer()?;
            offer.concerns(&frame, &from)?;
            block_on(offer.accept(&frame, &from, &mut base.rng_a))?;
            Ok(outputs! {})
        }
        "confirm" => {
            let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
            let mut bob = Bob::new(&mut base, true)?;
            before(case, |frame, from| {
                Ok(bob.receive(frame, from).map(drop)?)
            })?;
            let Bob::Pending(pending) = bob else {
                return Err(Failure::case("nothing was accepted"));
            };
            pending.concerns(&frame, &from)?;
            let session = block_on(pending.confirm(&frame, &from, &mut base.rng_b))?.session;
            let early = session.early();
            Ok(outputs! { "sent" => early.sent, "received" => early.received })
        }
        at => Err(unknown(at)),
    }
}

fn init(case: Input<'_>, mut base: Base) -> Result<Outputs, Failure> {
    before(case, |frame, from| {
        block_on(base.listener.receive(frame, from, None, 0))?;
        Ok(())
    })?;
    let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
    let offer = block_on(base.listener.receive(&frame, &from, pin(case)?.as_ref(), 0))?;
    if offer.peer().account != initiator(&frame)? {
        return Err(Failure::case("rings for somebody else"));
    }
    Ok(outputs! { "prekeys" => base.listener.prekeys(), "early" => offer.is_prekey_start() })
}

/// The two places at which bob takes early messages.
enum Bob {
    Incoming(Box<IncomingOffer<Software>>),
    Pending(Box<PendingSession<Software>>),
}

impl Bob {
    fn new(base: &mut Base, accepted: bool) -> Result<Self, Failure> {
        let offer = base.offer()?;
        Ok(if accepted {
            Self::Pending(Box::new(base.pending(offer.frame())?))
        } else {
            Self::Incoming(Box::new(base.ring(offer.frame())?))
        })
    }

    fn receive(&mut self, frame: &[u8], from: &AccountId) -> Result<EarlyMessage, EarlyError> {
        match self {
            Self::Incoming(incoming) => incoming.receive_early(frame, from),
            Self::Pending(pending) => pending.receive_early(frame, from),
        }
    }
}

fn early(case: Input<'_>, mut base: Base) -> Result<Outputs, Failure> {
    let mut bob = Bob::new(&mut base, case.flag("accepted")?)?;
    before(case, |frame, from| {
        Ok(bob.receive(frame, from).map(drop)?)
    })?;
    let message = bob.receive(&case.hex("frame")?, &AccountId(case.array("from")?))?;
    Ok(outputs! { "seq" => message.seq, "content" => content::write(message.content)? })
}
