//! ratchet.json, session_record.json

use duet_crypto::session::Session;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use super::handshake::Base;
use super::messages::{Shown, root_of, root_step, sent_outputs, state};
use super::record::{restore, save};
use super::{content, unknown};
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

/// The two sides of a script, alive.
pub(crate) struct Live {
    pub(crate) a: Session,
    pub(crate) b: Session,
    shown: Shown,
    /// Frames and records, by the steps that made them or have them.
    made: BTreeMap<u64, Vec<u8>>,
    /// What the case gives besides its steps.
    begin: Outputs,
}

impl Live {
    /// After the handshake, with B's READY: the handshake sends it, and it is the first step of every script.
    pub(crate) fn new(handshake: Input<'_>, shown: Shown) -> Result<Self, Failure> {
        let done = Base::read(handshake)?.complete(&[])?;
        let first = done.a.ratchet_trace();
        let begin = outputs! {
            "sid" => hex(&done.a.id().0), "turn0" => root_step(&first.last), "state_a" => state(&first)?,
        };
        Ok(Self {
            a: done.a,
            b: done.b,
            shown,
            made: BTreeMap::from([(READY, done.ready)]),
            begin,
        })
    }

    pub(crate) fn side(&mut self, name: &str) -> Result<&mut Session, Failure> {
        match name {
            "a" => Ok(&mut self.a),
            "b" => Ok(&mut self.b),
            _ => Err(unknown(name)),
        }
    }

    /// The frame or record that step `step` made or has.
    pub(crate) fn made(&self, step: u64) -> Result<&[u8], Failure> {
        let made = self.made.get(&step);
        made.map(Vec::as_slice)
            .ok_or_else(|| Failure::case(format!("step {step} has made nothing")))
    }

    /// Every frame or record with its step, oldest first.
    pub(crate) fn all_made(&self) -> impl DoubleEndedIterator<Item = (u64, &[u8])> {
        self.made.iter().map(|(step, made)| (*step, &made[..]))
    }

    /// Runs one step and gives its outputs, or the code with which it is refused.
    pub(crate) fn step(&mut self, step: Input<'_>) -> Result<Outputs, Failure> {
        let (number, op) = (step.number("step")?, step.text("op")?);
        if number == READY {
            return self.ready_outputs();
        }
        match op {
            "send" => {
                let shown = self.shown;
                let mut rng = Replay::new(step.joined("rng")?);
                let (frame, out) = send(self.side(step.text("by")?)?, step, &mut rng, shown)?;
                self.made.insert(number, frame);
                used_up(&rng).map(|()| out)
            }
            "receive" => {
                let frame = self.frame(step)?;
                let out = receive(self.side(step.text("by")?)?, step, &frame);
                if step.raw().get("frame").is_some() {
                    self.made.insert(number, frame);
                }
                out
            }
            "forget" => {
                let session = self.side(step.text("by")?)?;
                session.forget(step.number("now")?);
                Ok(outputs! { "state" => state(&session.ratchet_trace())? })
            }
            "save" => {
                let mut rng = Replay::new(step.joined("rng")?);
                let (record, out) = save(self.side(step.text("by")?)?, step, &mut rng)?;
                self.made.insert(number, record);
                used_up(&rng).map(|()| out)
            }
            "restore" => {
                let record = match step.raw().get("record_of").and_then(Value::as_u64) {
                    Some(made) => self.made(made)?.to_vec(),
                    None => step.hex("record")?,
                };
                restore(self.side(step.text("by")?)?, step, &record)
            }
            op => Err(unknown(op)),
        }
    }

    /// The frame that a step receives: its own bytes, that of an earlier step, or pieces of such.
    fn frame(&self, step: Input<'_>) -> Result<Vec<u8>, Failure> {
        if let Some(made) = step.raw().get("frame_of").and_then(Value::as_u64) {
            return self.made(made).map(<[u8]>::to_vec);
        }
        if step.raw().get("pieces").is_none() {
            return step.hex("frame");
        }
        let mut frame = Vec::new();
        for piece in step.list("pieces")? {
            if piece.raw().get("hex").is_some() {
                frame.extend(piece.hex("hex")?);
                continue;
            }
            let made = self.made(piece.number("step")?)?;
            let part = made.get(piece.number("from")?..piece.number("to")?);
            frame.extend_from_slice(part.ok_or_else(|| Failure::case("a piece beyond its frame"))?);
        }
        Ok(frame)
    }

    /// READY as the handshake sent it.
    fn ready_outputs(&self) -> Result<Outputs, Failure> {
        sent_outputs(&self.b, (0, 0), 0, self.made(READY)?, self.shown)
    }
}

/// The step that is B's READY.
const READY: u64 = 1;

fn used_up(rng: &Replay) -> Result<(), Failure> {
    if rng.is_used_up() {
        Ok(())
    } else {
        Err(Failure::case("draws more or less than its rng has"))
    }
}

fn send(
    session: &mut Session,
    step: Input<'_>,
    rng: &mut Replay,
    shown: Shown,
) -> Result<(Vec<u8>, Outputs), Failure> {
    let content = content::read(step.object("content")?)?;
    let (ack, before) = (session.received(), session.ratchet_trace().turn);
    for _ in 1..step.number::<u32>("times")? {
        session.send(&content, rng)?;
    }
    let sent = session.send(&content, rng)?;
    let outputs = sent_outputs(session, (sent.seq, ack), before, &sent.frame, shown)?;
    Ok((sent.frame, outputs))
}

fn receive(session: &mut Session, step: Input<'_>, frame: &[u8]) -> Result<Outputs, Failure> {
    let (now, before) = (step.number("now")?, session.ratchet_trace().turn);
    for _ in 1..step.number::<u32>("times")? {
        if session.receive(frame, now).is_ok() {
            return Err(Failure::case("accepted again and again"));
        }
    }
    let received = session.receive(frame, now)?;
    let trace = session.ratchet_trace();
    Ok(outputs! {
        "seq" => received.seq, "ack" => received.ack, "content" => content::write(received.content)?,
        "mk" => hex(&trace.last.mk), "root" => root_of(&trace, before), "state" => state(&trace)?,
    })
}

/// The handshake has sent B's READY already. The script has it as a step like any other, its first, so that a reader finds
/// every frame.
pub(super) fn ratchet(case: Input<'_>) -> Result<Outputs, Failure> {
    let shown = match case.text("frames")? {
        "full" => Shown::Full,
        "hashed" => Shown::Hashed,
        frames => return Err(unknown(frames)),
    };
    let mut live = Live::new(case.object("handshake")?, shown)?;
    let mut steps = Vec::new();
    for step in case.list("steps")? {
        let number: u64 = step.number("step")?;
        let outputs = match (live.step(step), step.text("result")?) {
            (Ok(outputs), "valid") => outputs,
            (Err(Failure::Refused(code)), "invalid") if code.name() == step.text("error")? => {
                Outputs::new()
            }
            (Ok(_), _) => return Err(Failure::case(format!("step {number}: accepted"))),
            (Err(failure), _) => return Err(Failure::case(format!("step {number}: {failure}"))),
        };
        steps.push(Value::Object(merged(step, outputs)));
    }
    let mut out = outputs! { "steps" => steps };
    out.extend(live.begin);
    Ok(out)
}

/// A step as it is written: its inputs, then its outputs.
pub(crate) fn merged(step: Input<'_>, outputs: Outputs) -> Map<String, Value> {
    let mut out = step.raw().as_object().cloned().unwrap_or_default();
    out.extend(outputs);
    out
}
