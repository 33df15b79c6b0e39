//! Writes a ratchet script by playing it: each step goes through two live sessions as it is written down.

use duet_crypto::error::Code;
use duet_crypto::limits::{FAILURES_PER_WINDOW, FAILURES_WINDOW};
use duet_crypto::primitives::aead;
use duet_crypto::primitives::hash::{expand, extract, hmac, labelled};
use duet_crypto::primitives::kem::{DecapsulationKey, EncapsulationKey};
use duet_crypto::primitives::labels;
use duet_crypto::primitives::x25519::Secret;
use duet_crypto::session::{Header, RatchetTrace, SessionId, TurnTrace};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::case::{Failure, Input, Outputs, hex, unhex};
use crate::file::VectorFile;
use crate::rng::{Replay, blocks};
use crate::run::bytes_of;
use crate::run::messages::{Shown, message_keys};
use crate::run::session::{Live, merged};
use crate::scene::contents::{padded, plaintext};
use crate::scene::handshakes::turn_draws;

pub(super) struct Script {
    handshake: Value,
    shown: Shown,
    live: Live,
    steps: Vec<Value>,
    flags: BTreeSet<&'static str>,
    /// Draws for turns so far.
    draws: usize,
    /// The receivers' clock, in ms.
    pub(super) now: u64,
}

impl Script {
    /// The handshake, and B's READY as the first step. It is not delivered yet.
    pub(super) fn new(handshake: Value) -> Result<(Self, Vec<u8>), Failure> {
        Self::shown(handshake, Shown::Hashed)
    }

    /// The same; how frames are shown is up to the caller.
    pub(super) fn shown(handshake: Value, shown: Shown) -> Result<(Self, Vec<u8>), Failure> {
        let live = Live::new(Input::new(&handshake), shown)?;
        let rng = &handshake["rnd_b"];
        let rng = json!([rng["ready_rx"], rng["ready_eseed"], rng["ready_m"]]);
        let mut script = Self {
            handshake,
            shown,
            live,
            steps: Vec::new(),
            flags: BTreeSet::new(),
            draws: 3,
            now: 0,
        };
        let more = json!({"result": "valid", "times": 1, "content": {"type": "ready"}, "rng": rng});
        let step = script.step("b", "READY", &[], "send", more);
        let ready = script.sent(&step)?;
        Ok((script, ready))
    }

    /// The same, with READY delivered.
    pub(super) fn begun(handshake: Value) -> Result<Self, Failure> {
        let (mut script, ready) = Self::new(handshake)?;
        script.receive("a", "READY", &[], &ready)?;
        Ok(script)
    }

    fn step(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        op: &str,
        more: Value,
    ) -> Value {
        self.flags.extend(flags);
        let mut step = json!({"step": self.steps.len() + 1, "comment": comment, "flags": flags, "by": by, "op": op});
        if let (Value::Object(step), Value::Object(more)) = (&mut step, more) {
            step.extend(more);
        }
        step
    }

    /// Plays a step that must succeed.
    fn play(&mut self, step: &Value) -> Result<Outputs, Failure> {
        let outputs = self
            .live
            .step(Input::new(step))
            .map_err(|failure| self.at(step, &failure.to_string()))?;
        let written = merged(Input::new(step), outputs.clone());
        self.steps.push(Value::Object(written));
        Ok(outputs)
    }

    /// Plays a step that sends; gives the frame.
    fn sent(&mut self, step: &Value) -> Result<Vec<u8>, Failure> {
        self.play(step)?;
        self.live.made(self.steps.len() as u64).map(<[u8]>::to_vec)
    }

    fn refused(&mut self, step: Value, code: Code) -> Result<(), Failure> {
        match self.live.step(Input::new(&step)) {
            Err(Failure::Refused(given)) if given == code => {
                self.steps.push(step);
                Ok(())
            }
            Err(failure) => Err(self.at(&step, &failure.to_string())),
            Ok(_) => Err(self.at(&step, "accepted")),
        }
    }

    fn at(&self, step: &Value, what: &str) -> Failure {
        Failure::case(format!(
            "step {} ({}): {what}",
            self.steps.len() + 1,
            step["comment"]
        ))
    }

    /// Sends; gives the frame.
    pub(super) fn send(
        &mut self,
        by: &str,
        comment: &str,
        content: Value,
    ) -> Result<Vec<u8>, Failure> {
        self.send_times(by, comment, &[], 1, content)
    }

    /// Sends the same content `times` times; gives the last frame.
    pub(super) fn send_times(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        times: u32,
        content: Value,
    ) -> Result<Vec<u8>, Failure> {
        let makes_turn = matches!(self.state(by)?.newest, TurnTrace::Peers { .. });
        let rng = if makes_turn {
            self.draw().to_vec()
        } else {
            Vec::new()
        };
        let more = json!({"result": "valid", "times": times, "content": content, "rng": rng});
        let step = self.step(by, comment, flags, "send", more);
        self.sent(&step)
    }

    fn state(&mut self, by: &str) -> Result<RatchetTrace, Failure> {
        Ok(self.live.side(by)?.ratchet_trace())
    }

    /// What the message that makes a turn draws.
    fn draw(&mut self) -> [String; 3] {
        let draws = turn_draws(self.draws);
        self.draws += draws.len();
        draws
    }

    /// A content that is not sent.
    pub(super) fn unsent(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        content: Value,
    ) -> Result<(), Failure> {
        let more = json!({"result": "invalid", "error": code.name(), "times": 1, "content": content, "rng": []});
        let step = self.step(by, comment, flags, "send", more);
        self.refused(step, code)
    }

    /// Receives a frame that must be accepted.
    pub(super) fn receive(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        frame: &[u8],
    ) -> Result<(), Failure> {
        let more = json!({"result": "valid", "times": 1, "now": self.now});
        let step = self.step(by, comment, flags, "receive", more);
        let step = self.with_frame(step, frame);
        self.play(&step).map(drop)
    }

    /// Names the step that has sent or received the frame, if one has; or the pieces of one that are in it; or writes the
    /// frame.
    fn with_frame(&self, mut step: Value, frame: &[u8]) -> Value {
        let is_frame = |number: u64| {
            let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
            let step = index.and_then(|index| self.steps.get(index));
            step.is_some_and(|step| step["op"] == "send" || step["op"] == "receive")
        };
        let known = || self.live.all_made().filter(|(number, _)| is_frame(*number));
        if let Some((number, _)) = known().find(|(_, made)| *made == frame) {
            step["frame_of"] = json!(number);
            return step;
        }
        let best = known()
            .map(|(number, made)| (number, runs(made, frame)))
            .max_by_key(|(_, runs)| runs.iter().map(|(from, to)| to - from).sum::<usize>());
        match best {
            Some((number, runs)) if !runs.is_empty() => {
                step["pieces"] = json!(pieces(number, &runs, frame));
            }
            _ => step["frame"] = json!(hex(frame)),
        }
        step
    }

    /// Receives a frame that must be refused. After one that is tried the clock goes on, so that the next one is.
    pub(super) fn refuse(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        frame: &[u8],
    ) -> Result<(), Failure> {
        self.refuse_times(by, comment, flags, code, 1, frame)?;
        if code == Code::Decrypt {
            self.now += BETWEEN_FORGERIES;
        }
        Ok(())
    }

    /// The same frame again and again: the last time it is refused with `code`.
    pub(super) fn refuse_times(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        times: u32,
        frame: &[u8],
    ) -> Result<(), Failure> {
        let more =
            json!({"result": "invalid", "error": code.name(), "times": times, "now": self.now});
        let step = self.step(by, comment, flags, "receive", more);
        let step = self.with_frame(step, frame);
        self.refused(step, code)
    }

    /// Forgets the skipped keys that are too old.
    pub(super) fn forget(&mut self, by: &str, comment: &str) -> Result<(), Failure> {
        let more = json!({"result": "valid", "now": self.now});
        let step = self.step(by, comment, &[], "forget", more);
        self.play(&step).map(drop)
    }

    /// Sends, and delivers at once.
    pub(super) fn say(&mut self, by: &str, comment: &str, content: Value) -> Result<(), Failure> {
        let frame = self.send(by, comment, content)?;
        let other = if by == "a" { "b" } else { "a" };
        self.receive(other, &format!("{comment}, received"), &[], &frame)
    }

    /// The next message of a side with its keys: what a dishonest client could seal. The side's own state does not know
    /// of it, so an honest message takes the same number.
    pub(super) fn next(&mut self, by: &str) -> Result<Dishonest, Failure> {
        let state = self.state(by)?;
        let sid = self.sid();
        match state.newest {
            TurnTrace::Ours {
                dh_s,
                dk_s,
                rc,
                ck_s,
                n_s,
            } => Ok(Dishonest {
                sid,
                previous: state.pn,
                number: n_s,
                turn: state.turn,
                rx: Secret::from_bytes(&dh_s.into()).public_key(),
                re: DecapsulationKey::from_seed(&dk_s).encapsulation_key(),
                rc,
                key: Key::Chain(ck_s),
            }),
            TurnTrace::Peers { rx, re } => {
                let [own, seed, coins] = self.draw();
                let own = Secret::from_bytes(&fixed(&own)?.into());
                let own_re = DecapsulationKey::from_seed(&fixed(&seed)?).encapsulation_key();
                let coins = &mut Replay::new(unhex(&coins)?);
                let encapsulated = EncapsulationKey::new(&re)?.encapsulate(coins);
                let ss_x = own.agree(&rx)?;
                Ok(Dishonest {
                    sid,
                    previous: state.pn,
                    number: 0,
                    turn: state.turn + 1,
                    rx: own.public_key(),
                    re: own_re,
                    rc: encapsulated.ciphertext,
                    key: Key::Root(*extract(
                        &state.rk,
                        &[&encapsulated.secret[..], ss_x.expose()],
                    )),
                })
            }
        }
    }

    /// The next message of a side with this padded plaintext.
    pub(super) fn sealed(&mut self, by: &str, padded: &[u8]) -> Result<Vec<u8>, Failure> {
        self.next(by)?.seal(padded)
    }

    /// The same with a plaintext, padded as it must be.
    pub(super) fn dishonest(
        &mut self,
        by: &str,
        ctype: u8,
        seq: u32,
        ack: u32,
        body: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        self.sealed(by, &padded(plaintext(ctype, seq, ack, body)))
    }

    /// The frame that an earlier step has sent.
    pub(super) fn frame_of(&self, step: u64) -> Result<Vec<u8>, Failure> {
        self.live.made(step).map(<[u8]>::to_vec)
    }

    pub(super) fn sid(&self) -> SessionId {
        self.live.a.id()
    }

    /// Saves a session; gives the record and its state without padding.
    pub(super) fn save(
        &mut self,
        by: &str,
        comment: &str,
        key: &[u8; 32],
        (started, chunk_bytes): (u64, u64),
    ) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let salt = hex(&blocks(&format!("record salt {}", self.steps.len()), 16));
        let more = json!({
            "result": "valid", "key": hex(key), "started": started, "chunk_bytes": chunk_bytes, "rng": [salt],
        });
        let step = self.step(by, comment, &[], "save", more);
        let outputs = self.play(&step)?;
        Ok((bytes_of(&outputs, "record")?, bytes_of(&outputs, "state")?))
    }

    /// Puts the session of a record in the place of a live one.
    pub(super) fn restore(
        &mut self,
        by: &str,
        comment: &str,
        key: &[u8; 32],
        minimum: u64,
        record: &[u8],
    ) -> Result<(), Failure> {
        let more = json!({"result": "valid", "key": hex(key), "minimum": minimum});
        let step = self.step(by, comment, &[], "restore", more);
        let step = self.with_record(step, record);
        self.play(&step).map(drop)
    }

    /// A record that must not be restored.
    pub(super) fn unrestored(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        (key, minimum): (&[u8; 32], u64),
        record: &[u8],
    ) -> Result<(), Failure> {
        let more =
            json!({"result": "invalid", "error": code.name(), "key": hex(key), "minimum": minimum});
        let step = self.step(by, comment, flags, "restore", more);
        let step = self.with_record(step, record);
        self.refused(step, code)
    }

    fn with_record(&self, mut step: Value, record: &[u8]) -> Value {
        match self.live.all_made().find(|(_, made)| *made == record) {
            Some((number, _)) => step["record_of"] = json!(number),
            None => step["record"] = json!(hex(record)),
        }
        step
    }

    /// Adds the script to a file as one case.
    pub(super) fn finish(self, file: &mut VectorFile, comment: &str) -> Result<(), Failure> {
        let flags: Vec<&'static str> = self.flags.into_iter().collect();
        file.uses(&flags);
        let frames = match self.shown {
            Shown::Full => "full",
            Shown::Hashed => "hashed",
        };
        file.valid(
            comment,
            &[],
            json!({"handshake": self.handshake, "frames": frames, "steps": self.steps}),
        )
    }
}

/// A message of somebody who has the keys, before it is sealed. Its fields can be changed.
pub(super) struct Dishonest {
    sid: SessionId,
    pub(super) previous: u32,
    pub(super) number: u32,
    pub(super) turn: u32,
    pub(super) rx: [u8; 32],
    pub(super) re: [u8; 1184],
    pub(super) rc: [u8; 1088],
    key: Key,
}

enum Key {
    /// Of this number of a turn that has begun.
    Chain([u8; 32]),
    /// `Extract` of a turn's root step, for number 0: what follows depends on the turn's public part.
    Root([u8; 32]),
}

impl Dishonest {
    /// Seals a padded plaintext.
    pub(super) fn seal(&self, padded: &[u8]) -> Result<Vec<u8>, Failure> {
        let chain = match &self.key {
            Key::Chain(chain) => *chain,
            Key::Root(prk) => {
                let turn = self.turn.to_be_bytes();
                let th = labelled(&labels::TURN, &[&turn, &self.rx, &self.re, &self.rc]);
                let o = expand::<64>(prk, &labels::RATCHET, &[&self.sid.0, &th]);
                fixed_bytes(&o[32..])?
            }
        };
        let header = Header {
            sid: self.sid,
            previous: self.previous,
            number: self.number,
            turn: self.turn,
            agreement_key: &self.rx,
            encapsulation_key: &self.re,
            ciphertext: &self.rc,
        };
        let head = header.encode();
        let mk = hmac(&chain, &[&[1]]);
        let mut body = padded.to_vec();
        let tag = aead::seal(&message_keys(&mk), &head, &mut body)
            .map_err(|_| Failure::case("too long"))?;
        Ok([&head[..], &body, &tag].concat())
    }
}

fn fixed<const N: usize>(text: &str) -> Result<[u8; N], Failure> {
    fixed_bytes(&unhex(text)?)
}

fn fixed_bytes<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Failure> {
    let fixed = bytes.try_into();
    fixed.map_err(|_| Failure::case(format!("not {N} bytes")))
}

/// Ten a second are tried.
const BETWEEN_FORGERIES: u64 = FAILURES_WINDOW / FAILURES_PER_WINDOW as u64;

/// A shorter run is written out: naming it would take more.
const SHORTEST_RUN: usize = 64;

/// Where `frame` has the same bytes as `made`, in runs that are worth a name.
fn runs(made: &[u8], frame: &[u8]) -> Vec<(usize, usize)> {
    let length = made.len().min(frame.len());
    let mut runs = Vec::new();
    let mut from = 0;
    while from < length {
        let same = |at: &usize| made[*at] == frame[*at];
        let to = (from..length)
            .take_while(same)
            .last()
            .map_or(from, |at| at + 1);
        if to - from >= SHORTEST_RUN {
            runs.push((from, to));
        }
        from = to.max(from) + 1;
    }
    runs
}

/// `frame` as pieces: these runs of step `number`, and what is between them.
fn pieces(number: u64, runs: &[(usize, usize)], frame: &[u8]) -> Vec<Value> {
    let mut out = Vec::new();
    let mut at = 0;
    for (from, to) in runs {
        if at < *from {
            out.push(json!({"hex": hex(&frame[at..*from])}));
        }
        out.push(json!({"step": number, "from": from, "to": to}));
        at = *to;
    }
    if at < frame.len() {
        out.push(json!({"hex": hex(&frame[at..])}));
    }
    out
}
