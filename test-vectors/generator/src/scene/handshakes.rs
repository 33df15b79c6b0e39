//! The handshakes that cases start from.

use duet_crypto::error::Code;
use serde_json::{Value, json};

use super::contents::{descriptor, text};
use super::people::{ALICE, BOB, REALM, account, seed};
use crate::case::{Failure, hex};
use crate::rng::blocks;

/// What READY draws in the handshakes of Appendix C: keys and coins of turn 1.
fn appendix_c_ready() -> [String; 3] {
    turn_draws(0)
}

/// What the message that makes a turn draws: `rx`, `d || z` and `m`. `first` counts the draws before it.
pub(crate) fn turn_draws(first: usize) -> [String; 3] {
    [(0, 32), (1, 64), (2, 32)]
        .map(|(n, size)| hex(&blocks(&format!("ratchet draw {}", first + n), size)))
}

/// What bob got from alice before a case, `times` times, and how he refused it, if he did.
pub(crate) fn earlier(frame: &[u8], error: Option<Code>, times: u32) -> Result<Value, Failure> {
    let from = hex(&account(ALICE.name)?.0);
    let error = error.map(Code::name);
    Ok(json!({"from": from, "frame": hex(frame), "times": times, "error": error}))
}

/// The handshake of Appendix C.
pub(crate) fn appendix_c() -> Value {
    let fixed = |text: &str| text.to_owned();
    let [rx, eseed, m] = appendix_c_ready();
    inputs(
        (&ALICE.seed(), ALICE.name),
        (&BOB.seed(), BOB.name),
        "f9c86eb2abac07f7b4b04511dfeccdc8",
        [
            fixed("df6d0809bdfa5cf1b170abfbb272e239"),
            fixed("4950f63ff625a9542fe7d823ba91f1b689d3f7301d900346c3500a19fb011f75"),
            fixed(
                "9058a43fad0c6aff4ec93e75bf785acd881e2d96525a73f9daf63610734edb29\
                 b3069ebe510de1c2815525977f69cd7eb758048586349311d7d770df7f1e609a",
            ),
            fixed("974c15c088111da469cd6bba59c0d9b792a9e73915b8dceb90fe1f644497d109"),
            fixed("a540c688fe179b68e3dca23ddc818b1f059024537c9ec362bf441f7f4d590a63"),
            hex(&blocks("int reA", 64)),
        ],
        [
            fixed("257faf4ddacce5ded014c5e3f593e749a121b227f57e1296ce26a761014c6678"),
            fixed("d462614f65d07eb67c06414a996597acd6f5fd3ccb6013ffbec2dd0cd3dcd6cb"),
            rx,
            eseed,
            m,
        ],
    )
}

/// The prekey start of Appendix C. The specification gives its result alone; these are the draws that lead to it.
pub(crate) fn appendix_c_prekey() -> Value {
    let bytes = |what: &str, size: usize| hex(&blocks(&format!("pre {what}"), size));
    let [rx, eseed, m] = appendix_c_ready();
    prekey_inputs(
        (&ALICE.seed(), ALICE.name),
        (&BOB.seed(), BOB.name),
        &bytes("presence", 16),
        [
            bytes("hid", 16),
            bytes("exA", 32),
            bytes("ekseed", 64),
            bytes("r", 32),
            bytes("mp", 32),
            bytes("rxA", 32),
            bytes("reA", 64),
        ],
        [
            bytes("pkid", 16),
            bytes("ox", 32),
            bytes("okseed", 64),
            bytes("exB", 32),
            bytes("m", 32),
            rx,
            eseed,
            m,
        ],
    )
}

/// A prekey start between two others, from the vectors' blocks.
pub(crate) fn between_with_prekey(a: &str, b: &str) -> Value {
    let bytes = |(what, size): (&str, usize)| hex(&blocks(&format!("{a} {b} prekey {what}"), size));
    prekey_inputs(
        (seed(a).expose(), a),
        (seed(b).expose(), b),
        &bytes(("presence", 16)),
        [
            ("initiator hid", 16),
            ("initiator ex", 32),
            ("initiator ekseed", 64),
            ("initiator r", 32),
            ("initiator mp", 32),
            ("initiator rx", 32),
            ("initiator eseed", 64),
        ]
        .map(bytes),
        [
            ("responder pkid", 16),
            ("responder ox", 32),
            ("responder okseed", 64),
            ("responder ex", 32),
            ("responder m", 32),
            ("responder ready rx", 32),
            ("responder ready eseed", 64),
            ("responder ready m", 32),
        ]
        .map(bytes),
    )
}

fn prekey_inputs(
    a: (&[u8], &str),
    b: (&[u8], &str),
    presence: &str,
    rnd_a: [String; 7],
    rnd_b: [String; 8],
) -> Value {
    let [hid, ex, ekseed, r, mp, rx, eseed] = &rnd_a;
    let [pkid, ox, okseed, ex_b, m, ready_rx, ready_eseed, ready_m] = &rnd_b;
    json!({
        "realm": REALM, "alice": a.1, "bob": b.1, "alice_seed": hex(a.0), "bob_seed": hex(b.0), "presence_b": presence,
        "rng": {"initiator": rnd_a, "responder": rnd_b},
        "rnd_a": {"hid": hid, "ex": ex, "ekseed": ekseed, "r": r, "mp": mp, "rx": rx, "eseed": eseed},
        "rnd_b": {
            "pkid": pkid, "ox": ox, "okseed": okseed, "ex": ex_b, "m": m,
            "ready_rx": ready_rx, "ready_eseed": ready_eseed, "ready_m": ready_m,
        },
    })
}

/// A handshake between two others, from the vectors' blocks.
pub(crate) fn between(a: &str, b: &str) -> Value {
    let bytes = |(what, size): (&str, usize)| hex(&blocks(&format!("{a} {b} {what}"), size));
    inputs(
        (seed(a).expose(), a),
        (seed(b).expose(), b),
        &bytes(("presence", 16)),
        [
            ("initiator hid", 16),
            ("initiator ex", 32),
            ("initiator ekseed", 64),
            ("initiator r", 32),
            ("initiator rx", 32),
            ("initiator eseed", 64),
        ]
        .map(bytes),
        [
            ("responder ex", 32),
            ("responder m", 32),
            ("responder ready rx", 32),
            ("responder ready eseed", 64),
            ("responder ready m", 32),
        ]
        .map(bytes),
    )
}

fn inputs(
    a: (&[u8], &str),
    b: (&[u8], &str),
    presence: &str,
    rnd_a: [String; 6],
    rnd_b: [String; 5],
) -> Value {
    let [hid, ex, ekseed, r, rx, eseed] = &rnd_a;
    let [ex_b, m, ready_rx, ready_eseed, ready_m] = &rnd_b;
    json!({
        "realm": REALM, "alice": a.1, "bob": b.1, "alice_seed": hex(a.0), "bob_seed": hex(b.0), "presence_b": presence,
        "rng": {"initiator": rnd_a, "responder": rnd_b},
        "rnd_a": {"hid": hid, "ex": ex, "ekseed": ekseed, "r": r, "rx": rx, "eseed": eseed},
        "rnd_b": {"ex": ex_b, "m": m, "ready_rx": ready_rx, "ready_eseed": ready_eseed, "ready_m": ready_m},
    })
}

/// What alice writes before bob has answered, in the first case of handshake_prekey.json.
pub(crate) fn early_contents() -> Value {
    json!([
        text("Привет, Боб! Это ещё до твоего ответа."),
        {"type": "file", "descriptor": descriptor("early", 1_000, "план.pdf", "application/pdf")},
    ])
}
