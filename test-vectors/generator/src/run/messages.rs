//! Messages from the inside, and the ratchet after them.

use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::hash::{expand, sha256};
use duet_crypto::primitives::labels;
use duet_crypto::session::{
    Content, HEADER_LENGTH, Header, RatchetTrace, Session, Trace, TurnTrace, padding,
};
use serde_json::{Value, json};

use crate::case::{Failure, Outputs, hex, outputs};
use crate::rng::Replay;

/// How the frames of a script are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Full,
    Hashed,
}

/// Sends, and opens the frame again with its message key.
pub(crate) fn sent(
    session: &mut Session,
    content: &Content,
    rng: &mut Replay,
    shown: Shown,
) -> Result<(Vec<u8>, Outputs), Failure> {
    let (ack, before) = (session.received(), session.ratchet_trace().turn);
    let message = session.send(content, rng)?;
    let outputs = sent_outputs(session, (message.seq, ack), before, &message.frame, shown)?;
    Ok((message.frame, outputs))
}

/// The outputs of a message that was sealed last, when the newest turn was `before`.
pub(crate) fn sent_outputs(
    session: &Session,
    (seq, ack): (u32, u32),
    before: u32,
    frame: &[u8],
    shown: Shown,
) -> Result<Outputs, Failure> {
    let trace = session.ratchet_trace();
    let header = Header::decode(frame)?;
    let mut outputs = outputs! {
        "seq" => seq,
        "ack" => ack,
        "turn" => header.turn,
        "pn" => header.previous,
        "n" => header.number,
        "mk" => hex(&trace.last.mk),
        "root" => root_of(&trace, before),
        "plaintext" => hex(&plaintext(&trace.last.mk, frame)?),
    };
    outputs.extend(match shown {
        Shown::Full => outputs! { "frame" => hex(frame) },
        Shown::Hashed => outputs! { "frame_sha256" => hex(&sha256(&[frame])) },
    });
    outputs.insert("state".into(), state(&trace)?);
    Ok(outputs)
}

/// The root step that a message made, if it made one: the newest turn was `before`.
pub(crate) fn root_of(trace: &RatchetTrace, before: u32) -> Value {
    if trace.turn == before {
        Value::Null
    } else {
        root_step(&trace.last)
    }
}

/// A root step.
pub(crate) fn root_step(last: &Trace) -> Value {
    json!({"th": hex(&last.th), "ss_k": last.ss_k.map(|secret| hex(&secret)), "ss_x": hex(&last.ss_x)})
}

/// The state of section 6.1.
pub(crate) fn state(trace: &RatchetTrace) -> Result<Value, Failure> {
    let newest = match &trace.newest {
        TurnTrace::Ours {
            dh_s,
            dk_s,
            rc,
            ck_s,
            n_s,
        } => json!({
            "turn_of": "ours", "dh_s": hex(dh_s), "dk_s": hex(dk_s), "rc_sha256": hex(&sha256(&[rc])), "ck_s": hex(ck_s),
            "n_s": n_s,
        }),
        TurnTrace::Peers { rx, re } => {
            json!({"turn_of": "peer", "rx": hex(rx), "re_sha256": hex(&sha256(&[re]))})
        }
    };
    Ok(json!({
        "rk": hex(&trace.rk), "turn": trace.turn, "pn": trace.pn, "ck_r": trace.ck_r.map(|key| hex(&key)), "n_r": trace.n_r,
        "newest": newest, "skipped": runs(&trace.skipped),
    }))
}

/// Skipped keys, those of one turn with consecutive numbers as one.
fn runs(skipped: &[(u32, u32)]) -> Vec<Value> {
    skipped
        .chunk_by(|(turn, n), (next_turn, next)| turn == next_turn && *next == n + 1)
        .filter_map(|run| {
            let (turn, n) = run.first()?;
            Some(json!({"turn": turn, "n": n, "count": run.len()}))
        })
        .collect()
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
    *expand(mk, &labels::MESSAGE, &[])
}
