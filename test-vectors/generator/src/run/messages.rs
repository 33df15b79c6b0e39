//! Messages from the inside.

use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::session::{Content, HEADER_LENGTH, Session, padding};

use crate::case::{Failure, Outputs, hex, outputs};

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
