//! ratchet.json, session_record.json

use duet_crypto::session::Session;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use super::handshake::Base;
use super::messages::{plaintext, sent};
use super::record::{restore, save};
use super::{content, unknown};
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

/// The two sides of a script, alive.
pub(crate) struct Live {
    pub(crate) a: Session,
    pub(crate) b: Session,
    /// Frames and records, by the steps that made them.
    made: BTreeMap<u64, Vec<u8>>,
}

impl Live {
    /// After the handshake, with B's READY: the handshake sends it, and it is the first step of every script.
    pub(crate) fn new(handshake: Input<'_>) -> Result<(Self, Vec<u8>), Failure> {
        let done = Base::read(handshake)?.complete(&[])?;
        let made = BTreeMap::from([(1, done.ready.clone())]);
        Ok((
            Self {
                a: done.a,
                b: done.b,
                made,
            },
            done.ready,
        ))
    }

    pub(crate) fn side(&mut self, name: &str) -> Result<&mut Session, Failure> {
        match name {
            "a" => Ok(&mut self.a),
            "b" => Ok(&mut self.b),
            _ => Err(unknown(name)),
        }
    }

    /// Runs one step and gives its outputs, or the code with which it is refused.
    pub(crate) fn step(&mut self, step: Input<'_>) -> Result<Outputs, Failure> {
        let given = self.given(step)?;
        let session = self.side(step.text("by")?)?;
        let mut rng = Replay::new(step.joined("rng")?);
        let op = step.text("op")?;
        let (made, out) = match op {
            "send" => {
                let content = content::read(step.object("content")?)?;
                for _ in 1..step.number::<u32>("times")? {
                    session.send(&content, &mut rng)?;
                }
                let (frame, outputs) = sent(session, &content)?;
                (Some(frame), outputs)
            }
            "receive" => {
                let frame = given.ok_or_else(|| Failure::case("has no frame"))?;
                let received = receive(session, step, &frame, &mut rng);
                if rng.is_exhausted() {
                    return Err(Failure::case("draws more than its rng has"));
                }
                (None, received?)
            }
            "save" => {
                let (record, outputs) = save(session, step, &mut rng)?;
                (Some(record), outputs)
            }
            "restore" => {
                let record = given.ok_or_else(|| Failure::case("has no record"))?;
                (None, restore(session, step, &record)?)
            }
            op => return Err(unknown(op)),
        };
        if let Some(made) = made {
            self.made.insert(step.number("step")?, made);
        }
        if rng.is_used_up() {
            Ok(out)
        } else {
            Err(Failure::case("draws more or less than its rng has"))
        }
    }

    /// The frame or record that a step starts from: its own bytes, or those of an earlier step.
    fn given(&self, step: Input<'_>) -> Result<Option<Vec<u8>>, Failure> {
        for (own, of) in [("frame", "frame_of"), ("record", "record_of")] {
            if let Some(made) = step.raw().get(of).and_then(Value::as_u64) {
                return Ok(self.made.get(&made).cloned());
            }
            if step.raw().get(own).is_some() {
                return step.hex(own).map(Some);
            }
        }
        Ok(None)
    }
}

fn receive(
    session: &mut Session,
    step: Input<'_>,
    frame: &[u8],
    rng: &mut Replay,
) -> Result<Outputs, Failure> {
    let now = step.number("now")?;
    for _ in 1..step.number::<u32>("times")? {
        if session.receive(frame, now).is_ok() {
            return Err(Failure::case("accepted again and again"));
        }
    }
    let received = session.receive(frame, now)?;
    Ok(outputs! {
        "seq" => received.seq, "ack" => received.ack, "content" => content::write(&received.content)?,
    })
}

/// The handshake has sent B's READY already. The script has it as a step like any other, its first, so that a reader finds
/// every frame.
pub(super) fn ratchet(case: Input<'_>) -> Result<Outputs, Failure> {
    let (mut live, ready) = Live::new(case.object("handshake")?)?;
    let sid = hex(&live.a.id().0);
    let mut steps = Vec::new();
    for step in case.list("steps")? {
        let outcome = if is_ready(step)? {
            ready_outputs(&live, &ready)
        } else {
            live.step(step)
        };
        let number: usize = step.number("step")?;
        let outputs = match (outcome, step.text("result")?) {
            (Ok(outputs), "valid") => outputs,
            (Err(Failure::Refused(code)), "invalid") if code.name() == step.text("error")? => {
                Outputs::new()
            }
            (Ok(_), _) => return Err(Failure::case(format!("step {number}: accepted"))),
            (Err(failure), _) => return Err(Failure::case(format!("step {number}: {failure}"))),
        };
        steps.push(Value::Object(merged(step, outputs)));
    }
    Ok(outputs! { "steps" => steps, "sid" => sid })
}

/// Whether a step is B's own READY.
fn is_ready(step: Input<'_>) -> Result<bool, Failure> {
    let sends = step.text("op")? == "send" && step.text("result")? == "valid";
    Ok(sends && *step.value("content")? == json!({"type": "ready"}))
}

/// READY as the handshake sent it.
pub(crate) fn ready_outputs(live: &Live, ready: &[u8]) -> Result<Outputs, Failure> {
    let trace = live.b.ratchet_trace();
    Ok(outputs! {
        "seq" => 0, "ack" => 0, "pn" => 0, "n" => 0, "mk" => hex(&trace.mk),
        "plaintext" => hex(&plaintext(&trace.mk, ready)?), "frame" => hex(ready),
    })
}

/// A step as it is written: its inputs, then its outputs.
pub(crate) fn merged(step: Input<'_>, outputs: Outputs) -> Map<String, Value> {
    let mut out = step.raw().as_object().cloned().unwrap_or_default();
    out.extend(outputs);
    out
}
