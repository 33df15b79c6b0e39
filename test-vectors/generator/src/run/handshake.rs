//! handshake_interactive.json, handshake_reject.json, glare.json, end.json

use duet_crypto::engine::{LocalIdentity, Software, block_on};
use duet_crypto::fingerprint::sas_emoji;
use duet_crypto::handshake::{
    self, EndReason, IncomingOffer, Listener, Offer, PendingSession, Presence, Winner,
    schedule::Trace,
};
use duet_crypto::identity::{AccountId, IdentityKey, IdentitySeed};
use duet_crypto::primitives::hash::sha256;
use duet_crypto::session::Session;
use serde_json::Value;

use super::identity::{named, symbols};
use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs, unhex};
use crate::rng::Replay;

/// The sections of the two streams of random bytes, by the names that the files give them.
const INITIATOR: &[(&str, usize)] = &[
    ("hid", 16),
    ("ex", 32),
    ("ekseed", 64),
    ("r", 32),
    ("rx", 32),
];
const RESPONDER: &[(&str, usize)] = &[("ex", 32), ("m", 32), ("rx", 32)];

/// What both sides bring to a handshake.
pub(crate) struct Base {
    pub(crate) alice: LocalIdentity<Software>,
    pub(crate) bob: LocalIdentity<Software>,
    pub(crate) presence: Presence,
    pub(crate) rng_a: Replay,
    pub(crate) rng_b: Replay,
}

/// An honest run.
pub(crate) struct Completed {
    pub(crate) offer: Vec<u8>,
    pub(crate) accept: Vec<u8>,
    pub(crate) confirm: Vec<u8>,
    pub(crate) ready: Vec<u8>,
    pub(crate) a: Session,
    pub(crate) b: Session,
    pub(crate) trace: Trace,
}

impl Base {
    pub(crate) fn read(case: Input<'_>) -> Result<Self, Failure> {
        let side = |seed: &str, name: &str| -> Result<LocalIdentity<Software>, Failure> {
            let seed = IdentitySeed::from_bytes(&case.array(seed)?);
            Ok(LocalIdentity::software(seed, named(case, name)?))
        };
        let rng = case.object("rng")?;
        let stream =
            |side: &str, names: &str, parts: &[(&str, usize)]| -> Result<Replay, Failure> {
                let (stream, names) = (rng.joined(side)?, case.object(names)?);
                let mut named = Vec::new();
                for (name, length) in parts {
                    let part = names.hex(name)?;
                    if part.len() != *length {
                        return Err(Failure::case(format!("{name} is not {length} bytes")));
                    }
                    named.extend(part);
                }
                if stream == named {
                    Ok(Replay::new(stream))
                } else {
                    Err(Failure::case("rng and its names differ"))
                }
            };
        Ok(Self {
            alice: side("alice_seed", "alice")?,
            bob: side("bob_seed", "bob")?,
            presence: Presence(case.array("presence_b")?),
            rng_a: stream("initiator", "rnd_a", INITIATOR)?,
            rng_b: stream("responder", "rnd_b", RESPONDER)?,
        })
    }

    pub(crate) fn offer(&mut self) -> Result<Offer<Software>, Failure> {
        Ok(block_on(Offer::create(
            &self.alice,
            self.bob.party(),
            self.presence,
            &mut self.rng_a,
        ))?)
    }

    fn listener(&self) -> Listener<Software> {
        Listener::new(self.bob.clone(), self.presence)
    }

    fn ring(&self, offer: &[u8]) -> Result<IncomingOffer<Software>, Failure> {
        Ok(block_on(self.listener().receive(
            offer,
            &self.alice.party().account,
            None,
        ))?)
    }

    fn pending(&mut self, offer: &[u8]) -> Result<PendingSession<Software>, Failure> {
        Ok(block_on(self.ring(offer)?.accept(&mut self.rng_b))?)
    }

    /// Both sides to the end. Their traces must be the same, and their generators used up.
    pub(crate) fn complete(mut self) -> Result<Completed, Failure> {
        let (alice, bob) = (self.alice.party().account, self.bob.party().account);
        let offer = self.offer()?;
        let flight = offer.frame().to_vec();
        let pending = self.pending(&flight)?;
        let accept = pending.frame().to_vec();
        offer.concerns(&accept, &bob)?;
        let (confirm, a) = block_on(offer.accept(&accept, &bob, &mut self.rng_a))?;
        pending.concerns(&confirm, &alice)?;
        let (ready, b) = block_on(pending.confirm(&confirm, &alice, &mut self.rng_b))?;
        let trace = trace(&a)?;
        if trace != self::trace(&b)? {
            return Err(Failure::case("the two sides have different keys"));
        }
        if !self.rng_a.is_used_up() || !self.rng_b.is_used_up() {
            return Err(Failure::case(
                "the handshake draws more or less than its rng has",
            ));
        }
        Ok(Completed {
            offer: flight,
            accept,
            confirm: confirm.to_vec(),
            ready,
            a,
            b,
            trace,
        })
    }
}

fn trace(session: &Session) -> Result<Trace, Failure> {
    session
        .handshake_trace()
        .cloned()
        .ok_or_else(|| Failure::case("the core has no trace"))
}

pub(super) fn interactive(case: Input<'_>) -> Result<Outputs, Failure> {
    let base = Base::read(case)?;
    let (alice, bob) = (base.alice.party(), base.bob.party());
    let done = base.complete()?;
    let mut out = outputs! {
        "aid_a" => hex(&alice.account.0),
        "aid_b" => hex(&bob.account.0),
        "ik_a" => hex(alice.key.as_bytes()),
        "ik_b" => hex(bob.key.as_bytes()),
    };
    for (index, t) in done.trace.t.iter().enumerate() {
        out.insert(format!("T{index}"), hex(t).into());
    }
    for (name, frame) in [
        ("flight1", &done.offer),
        ("accept", &done.accept),
        ("confirm", &done.confirm),
    ] {
        out.insert(name.into(), hex(frame).into());
        out.insert(format!("{name}_sha256"), hex(&sha256(&[frame])).into());
    }
    let Trace {
        t: _,
        ss_k,
        ss_x,
        hs,
        kc_a,
        kc_b,
        rk0,
        sid,
        sas,
    } = &done.trace;
    out.extend(outputs! {
        "ssk" => hex(ss_k),
        "ssx" => hex(ss_x),
        "dsalt" => hex(&[0; 32]),
        "hs" => hex(hs),
        "kcB" => hex(kc_b),
        "kcA" => hex(kc_a),
        "rk0" => hex(rk0),
        "sid" => hex(sid),
        "sas" => hex(sas),
        "sas_emoji" => symbols(&sas_emoji(sas)),
        "ready" => hex(&done.ready),
    });
    Ok(out)
}

pub(super) fn reject(case: Input<'_>) -> Result<Outputs, Failure> {
    let mut base = Base::read(case.object("base")?)?;
    let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
    match case.text("at")? {
        "offer" => {
            let mut listener = base.listener();
            for earlier in case.list("before")? {
                let earlier = unhex(earlier.raw().as_str().unwrap_or_default())?;
                let sender = earlier
                    .get(35..67)
                    .and_then(|aid| aid.try_into().ok())
                    .map(AccountId);
                let sender =
                    sender.ok_or_else(|| Failure::case("an earlier frame is too short"))?;
                block_on(listener.receive(&earlier, &sender, None))?;
            }
            let pin = match case.value("pin")? {
                Value::Null => None,
                _ => Some(IdentityKey::from_bytes(&case.array("pin")?)?),
            };
            block_on(listener.receive(&frame, &from, pin.as_ref()))?;
        }
        "ring" => {
            let incoming = block_on(base.listener().receive(&frame, &from, None))?;
            block_on(incoming.accept(&mut base.rng_b))?;
        }
        "accept" => {
            let offer = base.offer()?;
            offer.concerns(&frame, &from)?;
            block_on(offer.accept(&frame, &from, &mut base.rng_a))?;
        }
        "confirm" => {
            let offer = base.offer()?;
            let pending = base.pending(offer.frame())?;
            pending.concerns(&frame, &from)?;
            block_on(pending.confirm(&frame, &from, &mut base.rng_b))?;
        }
        at => return Err(unknown(at)),
    }
    Ok(outputs! {})
}

pub(super) fn glare(case: Input<'_>) -> Result<Outputs, Failure> {
    let key = |name: &str| -> Result<IdentityKey, Failure> {
        Ok(IdentityKey::from_bytes(&case.array(name)?)?)
    };
    let winner = match handshake::winner(&key("own")?, &key("peer")?) {
        Winner::Own => "own",
        Winner::Peer => "peer",
    };
    Ok(outputs! { "winner" => winner })
}

const REASONS: [(&str, EndReason); 5] = [
    ("declined", EndReason::Declined),
    ("busy", EndReason::Busy),
    ("cancelled", EndReason::Cancelled),
    ("prekey-unknown", EndReason::PrekeyUnknown),
    ("version", EndReason::Version),
];

pub(super) fn end(case: Input<'_>) -> Result<Outputs, Failure> {
    let mut base = Base::read(case.object("base")?)?;
    let offer = base.offer()?;
    let incoming = base.ring(offer.frame())?;
    let initiator = match case.text("role")? {
        "initiator" => true,
        "responder" => false,
        role => return Err(unknown(role)),
    };
    match case.text("op")? {
        "encode" => {
            let name = case.text("reason")?;
            let (_, reason) = REASONS
                .iter()
                .find(|(other, _)| *other == name)
                .ok_or_else(|| unknown(name))?;
            let frame = match (initiator, reason) {
                (true, EndReason::Cancelled) => block_on(offer.cancel())?,
                (true, _) => return Err(Failure::case("an initiator only cancels")),
                (false, reason) => block_on(incoming.decline(*reason))?,
            };
            Ok(outputs! { "frame" => hex(&frame) })
        }
        "verify" => {
            let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
            let reason = if initiator {
                block_on(incoming.verify_end(&frame, &from))?
            } else {
                block_on(offer.verify_end(&frame, &from))?
            };
            let name = REASONS
                .iter()
                .find(|(_, other)| *other == reason)
                .map(|(name, _)| *name);
            Ok(
                outputs! { "reason" => name.ok_or_else(|| Failure::case("a reason without a name"))? },
            )
        }
        op => Err(unknown(op)),
    }
}
