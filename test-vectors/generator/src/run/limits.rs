//! padding.json, limits.json

use duet_crypto::error::Code;
use duet_crypto::files::cobblestone::CHUNK_PLAINTEXT;
use duet_crypto::handshake::frames::{
    ACCEPT_LENGTH, CONFIRM_LENGTH, END_LENGTH, INIT_LENGTH, OFFER_LENGTH,
};
use duet_crypto::limits;
use duet_crypto::prekeys::frame::PREKEY_LENGTH;
use duet_crypto::primitives::hash;
use duet_crypto::session::{Content, HEADER_LENGTH, OVER_LENGTH, padding};

use super::messages::{Shown, plaintext};
use super::session::Live;
use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;
use crate::scene::handshakes::appendix_c;

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
pub(crate) fn bounds() -> [(&'static str, u64); 52] {
    let size = |n: usize| n as u64;
    [
        ("offer_bytes", size(OFFER_LENGTH)),
        ("init_bytes", size(INIT_LENGTH)),
        ("prekey_bytes", size(PREKEY_LENGTH)),
        ("accept_bytes", size(ACCEPT_LENGTH)),
        ("confirm_bytes", size(CONFIRM_LENGTH)),
        ("end_bytes", size(END_LENGTH)),
        ("over_bytes", size(OVER_LENGTH)),
        ("max_plaintext_bytes", size(limits::MESSAGE_PLAINTEXT_MAX)),
        (
            "max_handshake_frame_bytes",
            size(limits::PAYLOAD_HANDSHAKE_MAX),
        ),
        ("max_message_frame_bytes", size(limits::PAYLOAD_MESSAGE_MAX)),
        ("max_chunk_frame_bytes", size(limits::PAYLOAD_CHUNK_MAX)),
        ("file_chunk_bytes", size(CHUNK_PLAINTEXT)),
        ("max_chunks_per_frame", limits::FRAME_CHUNKS.into()),
        ("max_chunks_outstanding", limits::CHUNKS_OUTSTANDING.into()),
        ("max_file_bytes", limits::FILE_SIZE_MAX),
        ("max_messages_per_turn", limits::TURN_MESSAGES.into()),
        (
            "max_skipped_per_turn_and_frame",
            limits::SKIPPED_PER_TURN.into(),
        ),
        ("max_skipped_stored", size(limits::SKIPPED_STORED)),
        ("skipped_key_ms", limits::SKIPPED_LIFETIME),
        ("max_unacknowledged", size(limits::UNACKNOWLEDGED)),
        ("max_failed_decryptions", limits::FAILURES.into()),
        ("max_tried_per_window", limits::FAILURES_PER_WINDOW.into()),
        ("tried_window_ms", limits::FAILURES_WINDOW),
        ("max_failed_early_messages", limits::EARLY_FAILURES.into()),
        ("max_session_ms", limits::SESSION_LIFETIME),
        ("message_header_bytes", size(HEADER_LENGTH)),
        ("max_session_messages", limits::SESSION_MESSAGES.into()),
        ("max_text_characters", size(limits::TEXT_MAX_CHARS)),
        ("max_name_bytes", size(limits::NAME_MAX)),
        ("max_preview_bytes", size(limits::PREVIEW_MAX)),
        ("max_token_bytes", size(limits::TOKEN_MAX)),
        ("max_offers_remembered", size(limits::OFFERS_REMEMBERED)),
        (
            "offers_kept_for_pinned",
            size(limits::OFFERS_KEPT_FOR_PINNED),
        ),
        (
            "max_offers_per_account_and_hour",
            size(limits::OFFERS_PER_HOUR),
        ),
        ("max_pending_handshakes", size(limits::PENDING_HANDSHAKES)),
        ("max_handshakes_per_hour", size(limits::HANDSHAKES_PER_HOUR)),
        ("max_prekeys", size(limits::PREKEYS)),
        ("max_prekeys_kept", size(limits::PREKEYS_KEPT)),
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
    let handshake = appendix_c();
    let mut live = Live::new(Input::new(&handshake), Shown::Full)?;
    let message = live.a.send(content, &mut Replay::default())?;
    let plaintext = plaintext(&live.a.ratchet_trace().last.mk, &message.frame)?;
    Ok(plaintext[9..].to_vec())
}
