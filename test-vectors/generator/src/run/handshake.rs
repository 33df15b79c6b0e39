//! handshake_interactive.json, handshake_prekey.json, handshake_reject.json, glare.json, end.json

use duet_crypto::engine::{LocalIdentity, Software, block_on};
use duet_crypto::fingerprint::sas_emoji;
use duet_crypto::handshake::{
    self, Accepted, Confirmed, EndReason, IncomingOffer, Listener, Offer, PendingSession, Presence,
    Winner,
};
use duet_crypto::identity::{AccountId, IdentityKey, IdentitySeed};
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::prekeys::frame::PREKEY_LENGTH;
use duet_crypto::primitives::hash::sha256;
use duet_crypto::session::{Content, Session, padding};
use duet_crypto::trace::{EarlyTrace, HandshakeTrace};
use serde_json::{Value, json};

use super::identity::{named, symbols};
use super::messages::Shown;
use super::{content, messages, unknown};
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

/// The sections of a stream of random bytes, by the names that the files give them.
type Parts = &'static [(&'static str, usize)];

const INITIATOR: Parts = &[
    ("hid", 16),
    ("ex", 32),
    ("ekseed", 64),
    ("r", 32),
    ("rx", 32),
    ("eseed", 64),
];
const RESPONDER: Parts = &[
    ("ex", 32),
    ("m", 32),
    ("ready_rx", 32),
    ("ready_eseed", 64),
    ("ready_m", 32),
];
const INITIATOR_WITH_PREKEY: Parts = &[
    ("hid", 16),
    ("ex", 32),
    ("ekseed", 64),
    ("r", 32),
    ("mp", 32),
    ("rx", 32),
    ("eseed", 64),
];
const RESPONDER_WITH_PREKEY: Parts = &[
    ("pkid", 16),
    ("ox", 32),
    ("okseed", 64),
    ("ex", 32),
    ("m", 32),
    ("ready_rx", 32),
    ("ready_eseed", 64),
    ("ready_m", 32),
];

/// What both sides bring to a handshake. In a prekey start bob has published his prekey already.
pub(crate) struct Base {
    pub(crate) alice: LocalIdentity<Software>,
    pub(crate) bob: LocalIdentity<Software>,
    pub(crate) presence: Presence,
    pub(crate) rng_a: Replay,
    pub(crate) rng_b: Replay,
    pub(crate) listener: Listener<Software>,
    pub(crate) prekey: Option<[u8; PREKEY_LENGTH]>,
}

/// An honest run.
pub(crate) struct Completed {
    pub(crate) flight1: Vec<u8>,
    pub(crate) early: Vec<Vec<u8>>,
    pub(crate) accept: Vec<u8>,
    pub(crate) confirm: Vec<u8>,
    pub(crate) ready: Vec<u8>,
    pub(crate) a: Session,
    pub(crate) b: Session,
    pub(crate) trace: HandshakeTrace,
}

impl Base {
    pub(crate) fn read(case: Input<'_>) -> Result<Self, Failure> {
        let side = |seed: &str, name: &str| -> Result<LocalIdentity<Software>, Failure> {
            let seed = IdentitySeed::from_bytes(&case.array(seed)?);
            Ok(LocalIdentity::software(seed, named(case, name)?))
        };
        let rng = case.object("rng")?;
        let stream = |side: &str, names: &str, parts: Parts| -> Result<Replay, Failure> {
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
        let with_prekey = case.object("rnd_b")?.raw().get("pkid").is_some();
        let (parts_a, parts_b) = if with_prekey {
            (INITIATOR_WITH_PREKEY, RESPONDER_WITH_PREKEY)
        } else {
            (INITIATOR, RESPONDER)
        };
        let (bob, presence) = (
            side("bob_seed", "bob")?,
            Presence(case.array("presence_b")?),
        );
        let mut rng_b = stream("responder", "rnd_b", parts_b)?;
        let mut listener = Listener::new(bob.clone(), presence);
        let prekey = block_on(listener.publish_prekeys(with_prekey.into(), &mut rng_b))?.pop();
        Ok(Self {
            alice: side("alice_seed", "alice")?,
            bob,
            presence,
            rng_a: stream("initiator", "rnd_a", parts_a)?,
            rng_b,
            listener,
            prekey,
        })
    }

    /// Alice's OFFER, or her INIT if bob has a prekey.
    pub(crate) fn offer(&mut self) -> Result<Offer<Software>, Failure> {
        let Some(prekey) = self.prekey else {
            let (to, rng) = (self.bob.party(), &mut self.rng_a);
            return Ok(block_on(Offer::create(
                &self.alice,
                to,
                self.presence,
                rng,
            ))?);
        };
        self.init(&prekey)
    }

    /// Alice's INIT with a PREKEY that may be any bytes.
    pub(crate) fn init(&mut self, prekey: &[u8]) -> Result<Offer<Software>, Failure> {
        let (of, run) = (self.bob.party(), self.presence);
        let bundle = block_on(PrekeyBundle::verify(&self.alice, prekey, &of, &run))?;
        let offer = Offer::create_with_prekey(&self.alice, bundle, &mut self.rng_a);
        Ok(block_on(offer)?)
    }

    pub(crate) fn ring(&mut self, flight1: &[u8]) -> Result<IncomingOffer<Software>, Failure> {
        let from = self.alice.party().account;
        Ok(block_on(self.listener.receive(flight1, &from, None, 0))?)
    }

    pub(crate) fn pending(&mut self, flight1: &[u8]) -> Result<PendingSession<Software>, Failure> {
        Ok(block_on(self.ring(flight1)?.accept(&mut self.rng_b))?)
    }

    /// Both sides to the end, with these early messages. Their traces must be the same, and their generators used up.
    pub(crate) fn complete(mut self, early: &[Content]) -> Result<Completed, Failure> {
        let (alice, bob) = (self.alice.party().account, self.bob.party().account);
        let mut offer = self.offer()?;
        let flight1 = offer.frame().to_vec();
        let mut frames = Vec::new();
        for content in early {
            frames.push(offer.send_early(content)?.frame);
        }
        let mut incoming = self.ring(&flight1)?;
        // One while it rings, the others after the user accepted: both must do.
        let mut arriving = frames.iter().zip(early);
        if let Some((frame, content)) = arriving.next() {
            same(content, &incoming.receive_early(frame, &alice)?.content)?;
        }
        let mut pending = block_on(incoming.accept(&mut self.rng_b))?;
        for (frame, content) in arriving {
            same(content, &pending.receive_early(frame, &alice)?.content)?;
        }
        let accept = pending.frame().to_vec();
        offer.concerns(&accept, &bob)?;
        let Accepted {
            confirm,
            session: a,
        } = block_on(offer.accept(&accept, &bob, &mut self.rng_a))?;
        pending.concerns(&confirm, &alice)?;
        let Confirmed { ready, session: b } =
            block_on(pending.confirm(&confirm, &alice, &mut self.rng_b))?;
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
            flight1,
            early: frames,
            accept,
            confirm: confirm.to_vec(),
            ready,
            a,
            b,
            trace,
        })
    }
}

fn same(sent: &Content, received: &Content) -> Result<(), Failure> {
    if sent == received {
        Ok(())
    } else {
        Err(Failure::case("another early message than the one sent"))
    }
}

fn trace(session: &Session) -> Result<HandshakeTrace, Failure> {
    session
        .handshake_trace()
        .cloned()
        .ok_or_else(|| Failure::case("the core has no trace"))
}

pub(super) fn interactive(case: Input<'_>) -> Result<Outputs, Failure> {
    let base = Base::read(case)?;
    let mut out = people(&base);
    let done = base.complete(&[])?;
    keys(&mut out, &done);
    ready(&mut out, &done);
    Ok(out)
}

/// As [`interactive`], with the prekey before it, early messages in it, and the first message after it.
pub(super) fn prekey(case: Input<'_>) -> Result<Outputs, Failure> {
    let base = Base::read(case)?;
    let prekey = base.prekey.ok_or_else(|| Failure::case("has no prekey"))?;
    let mut out = people(&base);
    let contents = case
        .list("early")?
        .map(content::read)
        .collect::<Result<Vec<_>, _>>()?;
    let mut done = base.complete(&contents)?;
    let trace = done.trace.early.clone();
    let EarlyTrace {
        ss_p,
        ss_ox,
        es,
        ck_e,
        messages,
    } = trace.ok_or_else(|| Failure::case("the core has no early trace"))?;
    out.extend(outputs! {
        "prekey" => hex(&prekey),
        "prekey_sha256" => hex(&sha256(&[&prekey])),
        "ssp" => hex(&ss_p),
        "ssox" => hex(&ss_ox),
        "es" => hex(&es),
        "ck_e" => hex(&ck_e),
    });
    keys(&mut out, &done);
    let mut early = Vec::new();
    for (n, (message, frame)) in messages.iter().zip(&done.early).enumerate() {
        let length =
            padding::unpad(&message.plaintext).ok_or_else(|| Failure::case("not padded"))?;
        early.push(json!({
            "seq": n, "n": n, "mk": hex(&message.mk), "plaintext": hex(&message.plaintext[..length]), "frame": hex(frame),
        }));
    }
    out.insert("early_messages".into(), early.into());
    let counted = [done.a.early(), done.b.early()].map(|early| (early.sent, early.received));
    let all = u32::try_from(contents.len()).unwrap_or(u32::MAX);
    if counted != [(all, all); 2] {
        return Err(Failure::case("counts other early messages"));
    }
    ready(&mut out, &done);
    let ready_key = done.b.ratchet_trace().last.mk;
    let plaintext = messages::plaintext(&ready_key, &done.ready)?;
    out.insert("ready_plaintext".into(), hex(&plaintext).into());
    let first = content::read(case.object("first")?)?;
    let mut none = Replay::default();
    let (frame, message) = messages::sent(&mut done.a, &first, &mut none, Shown::Full)?;
    if done.b.receive(&frame, 0)?.content != first {
        return Err(Failure::case("another message than the one sent"));
    }
    out.insert("first_message".into(), message.into());
    Ok(out)
}

fn people(base: &Base) -> Outputs {
    let (alice, bob) = (base.alice.party(), base.bob.party());
    outputs! {
        "aid_a" => hex(&alice.account.0),
        "aid_b" => hex(&bob.account.0),
        "ik_a" => hex(alice.key.as_bytes()),
        "ik_b" => hex(bob.key.as_bytes()),
    }
}

/// Transcript, secrets and frames, but for the early part.
fn keys(out: &mut Outputs, done: &Completed) {
    let HandshakeTrace {
        t,
        early: _,
        dsalt,
        ss_k,
        ss_x,
        hs,
        kc_a,
        kc_b,
        rk0,
        sid,
        sas,
    } = &done.trace;
    for (index, t) in t.iter().enumerate() {
        out.insert(format!("T{index}"), hex(t).into());
    }
    for (name, frame) in [
        ("flight1", &done.flight1),
        ("accept", &done.accept),
        ("confirm", &done.confirm),
    ] {
        out.insert(name.into(), hex(frame).into());
        out.insert(format!("{name}_sha256"), hex(&sha256(&[frame])).into());
    }
    out.extend(outputs! {
        "ssk" => hex(ss_k),
        "ssx" => hex(ss_x),
        "dsalt" => hex(dsalt),
        "hs" => hex(hs),
        "kcB" => hex(kc_b),
        "kcA" => hex(kc_a),
        "rk0" => hex(rk0),
        "sid" => hex(sid),
        "sas" => hex(sas),
        "sas_emoji" => symbols(&sas_emoji(sas)),
    });
}

/// The root steps of turn 0 and of B's first turn, and the message that makes it.
fn ready(out: &mut Outputs, done: &Completed) {
    let (first, ready) = (done.a.ratchet_trace().last, done.b.ratchet_trace().last);
    out.extend(outputs! {
        "turn0" => messages::root_step(&first),
        "ready_root" => messages::root_step(&ready),
        "ready_mk" => hex(&ready.mk),
        "ready" => hex(&done.ready),
    });
}

pub(super) fn reject(case: Input<'_>) -> Result<Outputs, Failure> {
    let mut base = Base::read(case.object("base")?)?;
    let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
    match case.text("at")? {
        "offer" => {
            let pin = pin(case)?;
            let mut receive = |frame: &[u8], from: &AccountId| {
                block_on(base.listener.receive(frame, from, pin.as_ref(), 0))?;
                Ok(())
            };
            before(case, &mut receive)?;
            receive(&frame, &from)?;
        }
        "ring" => {
            let incoming = block_on(base.listener.receive(&frame, &from, None, 0))?;
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

/// What came before, each as often as `times` says and with the error that it must have met, or null.
pub(super) fn before(
    case: Input<'_>,
    mut receive: impl FnMut(&[u8], &AccountId) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for earlier in case.list("before")? {
        let (frame, from) = (earlier.hex("frame")?, AccountId(earlier.array("from")?));
        let expected = match earlier.value("error")? {
            Value::Null => None,
            _ => Some(earlier.text("error")?),
        };
        for _ in 0..earlier.number::<u32>("times")? {
            match receive(&frame, &from) {
                Ok(()) if expected.is_none() => {}
                Err(Failure::Refused(code)) if expected == Some(code.name()) => {}
                Ok(()) => return Err(Failure::case("before: accepted")),
                Err(failure) => return Err(Failure::case(format!("before: {failure}"))),
            }
        }
    }
    Ok(())
}

/// Whom a first flight names as its sender.
pub(super) fn initiator(flight1: &[u8]) -> Result<AccountId, Failure> {
    flight1
        .get(35..67)
        .and_then(|aid| aid.try_into().ok())
        .map(AccountId)
        .ok_or_else(|| Failure::case("too short to name a sender"))
}

/// The key that the sender is pinned to, if any.
pub(super) fn pin(case: Input<'_>) -> Result<Option<IdentityKey>, Failure> {
    match case.value("pin")? {
        Value::Null => Ok(None),
        _ => Ok(Some(IdentityKey::from_bytes(&case.array("pin")?)?)),
    }
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
    let flight1 = offer.frame().to_vec();
    let incoming = base.ring(&flight1)?;
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
