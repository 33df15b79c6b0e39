//! ratchet.json, padding.json, limits.json

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
use duet_crypto::session::{Content, HEADER_LENGTH, Session, padding};
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
    /// The frames that were sent, by their steps.
    frames: BTreeMap<u64, Vec<u8>>,
}

impl Live {
    /// After the handshake, with B's READY: the handshake sends it, and it is the first step of every script.
    pub(crate) fn new(handshake: Input<'_>) -> Result<(Self, Vec<u8>), Failure> {
        let done = Base::read(handshake)?.complete(&[])?;
        let frames = BTreeMap::from([(1, done.ready.clone())]);
        Ok((
            Self {
                a: done.a,
                b: done.b,
                frames,
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
        let frame = match step.raw().get("frame_of") {
            Some(made) => made
                .as_u64()
                .and_then(|made| self.frames.get(&made))
                .cloned(),
            None => step.hex("frame").ok(),
        };
        let session = self.side(step.text("by")?)?;
        let mut rng = Replay::new(step.joined("rng")?);
        let times: u32 = step.number("times")?;
        let out = match step.text("op")? {
            "send" => {
                let content = content::read(step.object("content")?)?;
                for _ in 1..times {
                    session.send(&content)?;
                }
                let (frame, outputs) = sent(session, &content)?;
                self.frames.insert(step.number("step")?, frame);
                outputs
            }
            "receive" => {
                let frame = frame.ok_or_else(|| Failure::case("has no frame"))?;
                let now = step.number("now")?;
                for _ in 1..times {
                    if session.receive(&frame, now, &mut rng).is_ok() {
                        return Err(Failure::case("accepted again and again"));
                    }
                }
                let received = session.receive(&frame, now, &mut rng)?;
                outputs! {
                    "seq" => received.seq, "ack" => received.ack, "content" => content::write(&received.content)?,
                }
            }
            op => return Err(unknown(op)),
        };
        if rng.is_used_up() {
            Ok(out)
        } else {
            Err(Failure::case("draws more or less than its rng has"))
        }
    }
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
