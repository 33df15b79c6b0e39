//! ratchet.json, session_record.json, padding.json, limits.json

use duet_crypto::error::Code;
use duet_crypto::files::cobblestone::CHUNK_PLAINTEXT;
use duet_crypto::files::segment::SEGMENT_SEALED;
use duet_crypto::handshake::frames::{
    ACCEPT_LENGTH, CONFIRM_LENGTH, END_LENGTH, INIT_LENGTH, OFFER_LENGTH,
};
use duet_crypto::limits;
use duet_crypto::prekeys::frame::PREKEY_LENGTH;
use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::session::record::RecordKey;
use duet_crypto::session::{Content, HEADER_LENGTH, Lifetime, Session, padding};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use super::handshake::Base;
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
                    session.send(&content)?;
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
        if session.receive(frame, now, rng).is_ok() {
            return Err(Failure::case("accepted again and again"));
        }
    }
    let received = session.receive(frame, now, rng)?;
    Ok(outputs! {
        "seq" => received.seq, "ack" => received.ack, "content" => content::write(&received.content)?,
    })
}

fn save(
    session: &mut Session,
    step: Input<'_>,
    rng: &mut Replay,
) -> Result<(Vec<u8>, Outputs), Failure> {
    let key = step.array("key")?;
    let mut lifetime = Lifetime::new(step.number("started")?);
    lifetime.count_chunk(step.number("chunk_bytes")?);
    let record = session.save(&RecordKey::from_bytes(&key), &lifetime, rng)?;
    let outputs = outputs! {
        "revision" => session.revision(),
        "state" => hex(&state(&key, &record)?),
        "record" => hex(&record),
    };
    Ok((record, outputs))
}

/// Where the start and the chunk bytes of a lifetime are in a state.
const STATE_STARTED: usize = 142;
const STATE_CHUNKS: usize = 150;

fn restore(session: &mut Session, step: Input<'_>, record: &[u8]) -> Result<Outputs, Failure> {
    let key = step.array("key")?;
    let restored = Session::restore(
        record,
        &RecordKey::from_bytes(&key),
        step.number("minimum")?,
    )?;
    let state = state(&key, record)?;
    let number = |at: usize| {
        let bytes = state.get(at..).and_then(|rest| rest.first_chunk());
        bytes
            .map(|bytes| u64::from_be_bytes(*bytes))
            .ok_or_else(|| Failure::case("shorter than a state"))
    };
    let (started, chunk_bytes) = (number(STATE_STARTED)?, number(STATE_CHUNKS)?);
    let mut lifetime = Lifetime::new(started);
    lifetime.count_chunk(chunk_bytes);
    if restored.1 != lifetime {
        return Err(Failure::case("another lifetime than the record's"));
    }
    *session = restored.0;
    Ok(outputs! {
        "revision" => session.revision(), "started" => started, "chunk_bytes" => chunk_bytes,
    })
}

/// Bytes of a record before its sealed state, and where its salt is.
const RECORD_HEAD: usize = 66;
const RECORD_SALT: usize = 18;

/// The keys of a record with this salt: key and nonce, and the commitment.
pub(crate) fn record_keys(key: &[u8; 32], salt: &[u8]) -> ([u8; KEY_AND_NONCE], [u8; 32]) {
    let o = hash::expand::<76>(key, &labels::SESSION_RECORD, &[salt]);
    let (mut okm, mut commitment) = ([0; KEY_AND_NONCE], [0; 32]);
    okm.copy_from_slice(&o[..KEY_AND_NONCE]);
    commitment.copy_from_slice(&o[KEY_AND_NONCE..]);
    (okm, commitment)
}

/// What a record carries, without its padding.
fn state(key: &[u8; 32], record: &[u8]) -> Result<Vec<u8>, Failure> {
    let short = || Failure::case("shorter than a record");
    let (head, sealed) = record.split_at_checked(RECORD_HEAD).ok_or_else(short)?;
    let (sealed, tag) = sealed.split_last_chunk::<TAG_LENGTH>().ok_or_else(short)?;
    let mut buffer = sealed.to_vec();
    let (okm, _) = record_keys(key, &head[RECORD_SALT..RECORD_SALT + 16]);
    aead::open(&okm, head, &mut buffer, tag)
        .map_err(|_| Failure::case("sealed under other keys"))?;
    let end = buffer.iter().rposition(|byte| *byte != 0);
    buffer.truncate(end.unwrap_or_default());
    Ok(buffer)
}

/// Sends, and opens the frame again with its message key.
pub(crate) fn sent(
    session: &mut Session,
    content: &Content,
) -> Result<(Vec<u8>, Outputs), Failure> {
    let ack = session.received();
    let message = session.send(content)?;
    let trace = session.ratchet_trace();
    let outputs = outputs! {
        "seq" => message.seq,
        "ack" => ack,
        "pn" => trace.pn,
        "n" => trace.n_s - 1,
        "mk" => hex(&trace.mk),
        "plaintext" => hex(&plaintext(&trace.mk, &message.frame)?),
        "frame" => hex(&message.frame),
    };
    Ok((message.frame, outputs))
}

/// What a frame carries, without its padding.
pub(crate) fn plaintext(mk: &[u8; 32], frame: &[u8]) -> Result<Vec<u8>, Failure> {
    let short = || Failure::case("shorter than a message");
    let (head, sealed) = frame.split_at_checked(HEADER_LENGTH).ok_or_else(short)?;
    let (sealed, tag) = sealed.split_last_chunk::<TAG_LENGTH>().ok_or_else(short)?;
    let mut buffer = sealed.to_vec();
    aead::open(&message_keys(mk), head, &mut buffer, tag)
        .map_err(|_| Failure::case("the message key is another one"))?;
    let length = padding::unpad(&buffer).ok_or_else(|| Failure::case("not padded"))?;
    buffer.truncate(length);
    Ok(buffer)
}

pub(crate) fn message_keys(mk: &[u8; 32]) -> [u8; KEY_AND_NONCE] {
    *hash::expand(mk, &labels::MESSAGE, &[])
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

pub(super) fn padding(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "padme" => Ok(outputs! { "out" => padding::padme(case.number("n")?) }),
        "bucket" => Ok(outputs! { "out" => padding::bucket(case.number("n")?) }),
        "pad" => {
            let mut x = case.hex("x")?;
            let (length, size) = (x.len(), padding::bucket(x.len() + 1));
            x.push(0x80);
            x.resize(size, 0);
            if padding::unpad(&x) != Some(length) {
                return Err(Failure::case("the core does not undo it"));
            }
            Ok(outputs! { "out" => hex(&x) })
        }
        "unpad" => {
            let x = case.hex("x")?;
            let length = padding::unpad(&x).ok_or(Failure::Refused(Code::Padding))?;
            Ok(outputs! { "out" => hex(&x[..length]) })
        }
        op => Err(unknown(op)),
    }
}

/// The core's bounds, by the names of limits.json.
pub(crate) fn bounds() -> [(&'static str, u64); 43] {
    let size = |n: usize| n as u64;
    [
        ("offer_bytes", size(OFFER_LENGTH)),
        ("init_bytes", size(INIT_LENGTH)),
        ("prekey_bytes", size(PREKEY_LENGTH)),
        ("accept_bytes", size(ACCEPT_LENGTH)),
        ("confirm_bytes", size(CONFIRM_LENGTH)),
        ("end_bytes", size(END_LENGTH)),
        ("max_plaintext_bytes", size(limits::MESSAGE_PLAINTEXT_MAX)),
        (
            "max_handshake_frame_bytes",
            size(limits::PAYLOAD_HANDSHAKE_MAX),
        ),
        ("max_message_frame_bytes", size(limits::PAYLOAD_MESSAGE_MAX)),
        ("max_chunk_frame_bytes", size(limits::PAYLOAD_CHUNK_MAX)),
        ("file_chunk_bytes", size(CHUNK_PLAINTEXT)),
        ("segment_bytes", size(SEGMENT_SEALED)),
        ("max_file_bytes", limits::FILE_SIZE_MAX),
        ("max_messages_per_chain", limits::CHAIN_MESSAGES.into()),
        ("max_skipped_per_frame", limits::SKIPPED_PER_CHAIN.into()),
        ("max_skipped_stored", size(limits::SKIPPED_STORED)),
        ("skipped_key_ms", limits::SKIPPED_LIFETIME),
        ("max_unacknowledged", size(limits::UNACKNOWLEDGED)),
        ("max_failed_decryptions", limits::FAILURES.into()),
        ("max_session_ms", limits::SESSION_LIFETIME),
        ("max_session_messages", limits::SESSION_MESSAGES.into()),
        ("max_text_characters", size(limits::TEXT_MAX_CHARS)),
        ("max_name_bytes", size(limits::NAME_MAX)),
        ("max_preview_bytes", size(limits::PREVIEW_MAX)),
        ("max_token_bytes", size(limits::TOKEN_MAX)),
        ("max_offers_remembered", size(limits::OFFERS_REMEMBERED)),
        ("max_pending_handshakes", size(limits::PENDING_HANDSHAKES)),
        ("max_handshakes_per_hour", size(limits::HANDSHAKES_PER_HOUR)),
        ("max_prekeys", size(limits::PREKEYS)),
        ("prekeys_low", size(limits::PREKEYS_LOW)),
        ("max_early_messages", limits::EARLY_MESSAGES.into()),
        ("max_session_chunk_bytes", limits::SESSION_CHUNK_BYTES),
        ("argon2_memory_kib", limits::ARGON2_MEMORY.into()),
        ("argon2_passes", limits::ARGON2_PASSES.into()),
        ("argon2_lanes", limits::ARGON2_LANES.into()),
        (
            "min_argon2_memory_kib",
            (*limits::ARGON2_MEMORY_BOUNDS.start()).into(),
        ),
        (
            "max_argon2_memory_kib",
            (*limits::ARGON2_MEMORY_BOUNDS.end()).into(),
        ),
        (
            "min_argon2_passes",
            (*limits::ARGON2_PASSES_BOUNDS.start()).into(),
        ),
        (
            "max_argon2_passes",
            (*limits::ARGON2_PASSES_BOUNDS.end()).into(),
        ),
        (
            "min_argon2_lanes",
            (*limits::ARGON2_LANES_BOUNDS.start()).into(),
        ),
        (
            "max_argon2_lanes",
            (*limits::ARGON2_LANES_BOUNDS.end()).into(),
        ),
        (
            "min_pbkdf2_iterations",
            (*limits::PBKDF2_ITERATIONS_BOUNDS.start()).into(),
        ),
        (
            "max_pbkdf2_iterations",
            (*limits::PBKDF2_ITERATIONS_BOUNDS.end()).into(),
        ),
    ]
}

pub(super) fn limits(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "value" => {
            let name = case.text("name")?;
            let (_, value) = bounds()
                .into_iter()
                .find(|(other, _)| *other == name)
                .ok_or_else(|| unknown(name))?;
            Ok(outputs! { "value" => value })
        }
        "text" => {
            let text = case.text("character")?.repeat(case.number("count")?);
            let body = body(&Content::Text { text, reply: None })?;
            Ok(outputs! { "body_len" => body.len(), "body_sha256" => hex(&hash::sha256(&[&body])) })
        }
        op => Err(unknown(op)),
    }
}

/// The body of a message, by sending it: the core has no other door to its encoder.
pub(crate) fn body(content: &Content) -> Result<Vec<u8>, Failure> {
    let handshake = crate::cases::appendix_c();
    let (mut live, _) = Live::new(Input::new(&handshake))?;
    let message = live.a.send(content)?;
    let plaintext = plaintext(&live.a.ratchet_trace().mk, &message.frame)?;
    Ok(plaintext[9..].to_vec())
}
