//! Writes a ratchet script by playing it: each step goes through two live sessions as it is written down.

use duet_crypto::error::Code;
use duet_crypto::primitives::aead;
use duet_crypto::primitives::hash::hmac;
use duet_crypto::session::{HEADER_LENGTH, Header, SessionId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::case::{Failure, Input, Outputs, hex, unhex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::messages::message_keys;
use crate::run::session::{Live, merged, ready_outputs};
use crate::scene::contents::{padded, plaintext};

pub(super) struct Script {
    handshake: Value,
    live: Live,
    steps: Vec<Value>,
    flags: BTreeSet<&'static str>,
    /// Ratchet keys that a side has seen already: they draw nothing.
    seen: BTreeSet<(String, [u8; 32])>,
    draws: usize,
    /// The receivers' clock, in ms.
    pub(super) now: u64,
}

impl Script {
    /// The handshake, and B's READY as the first step. It is not delivered yet.
    pub(super) fn new(handshake: Value) -> Result<(Self, Vec<u8>), Failure> {
        let (live, ready) = Live::new(Input::new(&handshake))?;
        let mut script = Self {
            handshake,
            live,
            steps: Vec::new(),
            flags: BTreeSet::new(),
            seen: BTreeSet::new(),
            draws: 0,
            now: 0,
        };
        // B knows RX_A from CONFIRM.
        script
            .seen
            .insert(("b".into(), script.live.b.ratchet_trace().dh_r));
        let step = script.step(
            "b",
            "READY",
            &[],
            "send",
            json!({
                "result": "valid", "times": 1, "content": {"type": "ready"}, "rng": [],
            }),
        );
        let outputs = ready_outputs(&script.live, &ready)?;
        script.push(&step, outputs);
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

    fn push(&mut self, step: &Value, outputs: Outputs) {
        self.steps
            .push(Value::Object(merged(Input::new(step), outputs)));
    }

    fn play(&mut self, step: &Value) -> Result<Outputs, Failure> {
        self.live
            .step(Input::new(step))
            .map_err(|failure| self.at(step, &failure.to_string()))
    }

    fn refused(&mut self, step: &Value, code: Code) -> Result<(), Failure> {
        match self.live.step(Input::new(step)) {
            Err(Failure::Refused(given)) if given == code => {
                self.push(step, Outputs::new());
                Ok(())
            }
            Err(failure) => Err(self.at(step, &failure.to_string())),
            Ok(_) => Err(self.at(step, "accepted")),
        }
    }

    fn at(&self, step: &Value, what: &str) -> Failure {
        Failure::case(format!(
            "ratchet.json, step {} ({}): {what}",
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
        let more = json!({"result": "valid", "times": times, "content": content, "rng": []});
        let step = self.step(by, comment, flags, "send", more);
        let outputs = self.play(&step)?;
        let frame = unhex(
            outputs
                .get("frame")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        )?;
        self.push(&step, outputs);
        Ok(frame)
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
        self.refused(&step, code)
    }

    /// Receives a frame that must be accepted.
    pub(super) fn receive(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        frame: &[u8],
    ) -> Result<(), Failure> {
        let mut rng = Vec::new();
        if let Some(key) = frame
            .get(18..50)
            .and_then(|key| <[u8; 32]>::try_from(key).ok())
            && self.seen.insert((by.into(), key))
        {
            rng.push(self.draw());
        }
        let more = json!({"result": "valid", "times": 1, "now": self.now, "rng": rng});
        let step = self.step(by, comment, flags, "receive", more);
        let step = self.with_frame(step, frame);
        let outputs = self.play(&step)?;
        self.push(&step, outputs);
        Ok(())
    }

    /// Names the step that has made the frame, if one has; else writes the frame.
    fn with_frame(&self, mut step: Value, frame: &[u8]) -> Value {
        let frame = json!(hex(frame));
        match self
            .steps
            .iter()
            .find(|made| made["op"] == "send" && made["frame"] == frame)
        {
            Some(made) => step["frame_of"] = made["step"].clone(),
            None => step["frame"] = frame,
        }
        step
    }

    /// Receives a frame that must be refused.
    pub(super) fn refuse(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        frame: &[u8],
    ) -> Result<(), Failure> {
        self.refuse_times(by, comment, flags, code, 1, frame)
    }

    /// Receives an authentic frame under a new ratchet key that is malformed inside: the turn is made before that is seen.
    pub(super) fn refuse_after_turn(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        frame: &[u8],
    ) -> Result<(), Failure> {
        let rng = self.draw();
        self.refuse_with(by, comment, flags, code, (1, frame), &[rng])
    }

    fn draw(&mut self) -> String {
        self.draws += 1;
        hex(&blocks(&format!("ratchet key {}", self.draws), 32))
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
        self.refuse_with(by, comment, flags, code, (times, frame), &[])
    }

    fn refuse_with(
        &mut self,
        by: &str,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        (times, frame): (u32, &[u8]),
        rng: &[String],
    ) -> Result<(), Failure> {
        let more = json!({
            "result": "invalid", "error": code.name(), "times": times, "now": self.now, "rng": rng,
        });
        let step = self.step(by, comment, flags, "receive", more);
        let step = self.with_frame(step, frame);
        self.refused(&step, code)
    }

    /// Sends, and delivers at once.
    pub(super) fn say(&mut self, by: &str, comment: &str, content: Value) -> Result<(), Failure> {
        let frame = self.send(by, comment, content)?;
        let other = if by == "a" { "b" } else { "a" };
        self.receive(other, &format!("{comment}, received"), &[], &frame)
    }

    /// The next frame of a side with any padded plaintext: what a dishonest client could seal. The side's own state
    /// does not know of it.
    pub(super) fn sealed(&mut self, by: &str, padded: &[u8]) -> Result<Vec<u8>, Failure> {
        let session = self.live.side(by)?;
        let trace = session.ratchet_trace();
        let header = Header {
            sid: session.id(),
            ratchet_key: trace.dh_s_public,
            previous: trace.pn,
            number: trace.n_s,
        };
        let head: [u8; HEADER_LENGTH] = header.encode();
        let mk = hmac(&trace.ck_s, &[&[1]]);
        let mut body = padded.to_vec();
        let tag = aead::seal(&message_keys(&mk), &head, &mut body)
            .map_err(|_| Failure::case("too long"))?;
        Ok([&head[..], &body, &tag].concat())
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
        let bytes = |name: &str| {
            unhex(
                outputs
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            )
        };
        let made = (bytes("record")?, bytes("state")?);
        self.push(&step, outputs);
        Ok(made)
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
        let more = json!({"result": "valid", "key": hex(key), "minimum": minimum, "rng": []});
        let step = self.step(by, comment, &[], "restore", more);
        let step = self.with_record(step, record);
        let outputs = self.play(&step)?;
        self.push(&step, outputs);
        Ok(())
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
        let more = json!({
            "result": "invalid", "error": code.name(), "key": hex(key), "minimum": minimum, "rng": [],
        });
        let step = self.step(by, comment, flags, "restore", more);
        let step = self.with_record(step, record);
        self.refused(&step, code)
    }

    fn with_record(&self, mut step: Value, record: &[u8]) -> Value {
        let record = json!(hex(record));
        match self
            .steps
            .iter()
            .find(|made| made["record"] == record && made["op"] == "save")
        {
            Some(made) => step["record_of"] = made["step"].clone(),
            None => step["record"] = record,
        }
        step
    }

    /// Adds the script to a file as one case.
    pub(super) fn finish(self, file: &mut VectorFile, comment: &str) -> Result<(), Failure> {
        let flags: Vec<&'static str> = self.flags.into_iter().collect();
        file.uses(&flags);
        file.valid(
            comment,
            &[],
            json!({"handshake": self.handshake, "steps": self.steps}),
        )
    }
}
