//! Contents as the files write them, and plaintexts as section 6.4 pads them.

use duet_crypto::session::padding;
use serde_json::{Value, json};

use crate::case::hex;
use crate::rng::blocks;

pub(crate) fn text(text: &str) -> Value {
    json!({"type": "text", "text": text, "reply": null})
}

pub(crate) fn typing() -> Value {
    json!({"type": "typing", "activity": "typing"})
}

pub(crate) fn receipt() -> Value {
    json!({"type": "receipt"})
}

/// A descriptor whose key and salt come from the vectors' blocks.
pub(crate) fn descriptor(tag: &str, size: u64, name: &str, media_type: &str) -> Value {
    json!({
        "key": hex(&blocks(&format!("file key {tag}"), 32)), "salt": hex(&blocks(&format!("file salt {tag}"), 24)),
        "size": size, "kind": "file", "mode": "both", "durationMs": 0, "peaks": "", "name": name, "mediaType": media_type,
        "preview": "",
    })
}

/// ctype, seq, ack and body.
pub(crate) fn plaintext(ctype: u8, seq: u32, ack: u32, body: &[u8]) -> Vec<u8> {
    [&[ctype], &seq.to_be_bytes()[..], &ack.to_be_bytes(), body].concat()
}

/// Padded as section 6.4 asks.
pub(crate) fn padded(mut plaintext: Vec<u8>) -> Vec<u8> {
    plaintext.push(0x80);
    plaintext.resize(padding::bucket(plaintext.len()), 0);
    plaintext
}
