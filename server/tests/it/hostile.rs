//! A client that breaks every rule, one at a time: it is closed with the code of the rule, and nobody else notices.

use duet_crypto::relay::{
    AckStatus, BeatNumber, ClientFrame, EnvelopeId, HEADER_LENGTH, Presence, ServerFrame, Token,
    Watched,
};
use tokio::io::AsyncWriteExt as _;

use crate::support::{
    Person, Relay, eventually,
    raw::{GOOD, Raw, frame, frame_of, request},
};

const MALFORMED: Option<u16> = Some(4400);
const TOO_LARGE: Option<u16> = Some(4413);
const FLOOD: Option<u16> = Some(4429);

/// What a client sends, and the code that it is closed with.
fn violations() -> Vec<(&'static str, Vec<u8>, Option<u16>)> {
    let mut all = vec![
        ("no mask", vec![0x82, 0x01, 0x00], MALFORMED),
        ("a ping without a mask", vec![0x89, 0x00], MALFORMED),
        ("the first reserved bit", frame(0xc2, b"x"), MALFORMED),
        ("the second reserved bit", frame(0xa2, b"x"), MALFORMED),
        ("the third reserved bit", frame(0x92, b"x"), MALFORMED),
        ("a reserved bit on a ping", frame(0xc9, b""), MALFORMED),
        ("a text", frame(0x81, b"hello"), MALFORMED),
        ("an empty text", frame(0x81, b""), MALFORMED),
        (
            "a text that is no UTF-8",
            frame(0x81, &[0xff, 0xfe]),
            MALFORMED,
        ),
        ("the begin of a text", frame(0x01, b"hel"), MALFORMED),
        ("an end without a begin", frame(0x80, b"x"), MALFORMED),
        ("a middle without a begin", frame(0x00, b"x"), MALFORMED),
        (
            "a message within a message",
            [frame(0x02, b"x"), frame(0x82, b"y")].concat(),
            MALFORMED,
        ),
        (
            "the begin of a message within a message",
            [frame(0x02, b"x"), frame(0x02, b"y")].concat(),
            MALFORMED,
        ),
        (
            "a text within a message",
            [frame(0x02, b"x"), frame(0x81, b"y")].concat(),
            MALFORMED,
        ),
        ("a ping in parts", frame(0x09, b"x"), MALFORMED),
        ("a pong in parts", frame(0x0a, b"x"), MALFORMED),
        ("a goodbye in parts", frame(0x08, b""), MALFORMED),
        ("a long ping", frame(0x89, &[0; 126]), MALFORMED),
        ("a long pong", frame(0x8a, &[0; 126]), MALFORMED),
        ("a long goodbye", frame(0x88, &[0; 126]), MALFORMED),
        (
            "a ping of 64 bits",
            frame_of(0x89, &[127, 0, 0, 0, 0, 0, 1, 0, 0], b""),
            MALFORMED,
        ),
        (
            "a length in 16 bits that needs 7",
            frame_of(0x82, &[126, 0, 125], &[0; 125]),
            MALFORMED,
        ),
        (
            "a length in 64 bits that needs 7",
            frame_of(0x82, &[127, 0, 0, 0, 0, 0, 0, 0, 1], b"x"),
            MALFORMED,
        ),
        (
            "a length in 64 bits that needs 16",
            frame_of(0x82, &[127, 0, 0, 0, 0, 0, 0, 1, 0], &[0; 256]),
            MALFORMED,
        ),
        (
            "a length beyond 63 bits",
            frame_of(0x82, &[127, 0x80, 0, 0, 0, 0, 0, 0, 0], b""),
            MALFORMED,
        ),
        (
            "a length of exabytes",
            frame_of(
                0x82,
                &[127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                b"",
            ),
            TOO_LARGE,
        ),
        (
            "a length of two megabytes",
            frame_of(0x82, &[127, 0, 0, 0, 0, 0, 0x20, 0, 0], b"x"),
            TOO_LARGE,
        ),
        (
            "too much in parts",
            [
                frame(0x02, &[0; 4_000]),
                frame_of(0x00, &[127, 0, 0, 0, 0, 0, 0x20, 0, 0], b""),
            ]
            .concat(),
            TOO_LARGE,
        ),
        ("half a close code", frame(0x88, &[3]), MALFORMED),
        (
            "a goodbye that is no UTF-8",
            frame(0x88, &[0x03, 0xe8, 0xff]),
            MALFORMED,
        ),
        ("pings without end", frame(0x89, b"x").repeat(200), FLOOD),
        ("pongs without end", frame(0x8a, b"").repeat(200), FLOOD),
        (
            "empty parts without end",
            [frame(0x02, b""), frame(0x00, b"").repeat(200)].concat(),
            FLOOD,
        ),
        ("an empty message", frame(0x82, b""), MALFORMED),
        ("another version", frame(0x82, &[2, 0x49]), MALFORMED),
        ("no type", frame(0x82, &[1]), MALFORMED),
        (
            "a type that clients do not send",
            frame(0x82, &[1, 0x44]),
            MALFORMED,
        ),
        (
            "a type that nobody sends",
            frame(0x82, &[1, 0xff]),
            MALFORMED,
        ),
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec(), MALFORMED),
        ("zeros", vec![0; 4_096], MALFORMED),
        ("ones", vec![0xff; 4_096], MALFORMED),
    ];
    for opcode in [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        all.push(("a reserved type", frame(0x80 | opcode, b"x"), MALFORMED));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535_u16] {
        let goodbye = frame(0x88, &code.to_be_bytes());
        all.push(("a close code that is none", goodbye, MALFORMED));
    }
    all
}

/// Two who talk all the while.
struct Honest {
    bob: Person,
    from: crate::support::Socket,
    to: crate::support::Socket,
}

impl Honest {
    async fn new(relay: &Relay) -> Self {
        let (alice, bob) = (
            Person::registered(relay, "alice").await,
            Person::registered(relay, "bob").await,
        );
        let (from, to) = (alice.connect(relay).await, bob.connect(relay).await);
        Self { bob, from, to }
    }

    async fn talk(&mut self) {
        let id = self.from.send(&self.bob, &[1, 0x11, 7]).await;
        assert_eq!(self.from.ack(id).await, AckStatus::Written);
        assert_eq!(self.to.payloads(1).await, [[1, 0x11, 7]]);
    }
}

#[tokio::test]
async fn every_rule_has_its_code_before_and_after_the_login() {
    let relay = Relay::start().await;
    let mut honest = Honest::new(&relay).await;
    let mallory = Person::registered(&relay, "mallory").await;
    let all = violations();
    assert!(all.len() >= 60);
    for (name, bytes, code) in all {
        let (mut before, _) = Raw::connect(&relay).await;
        before.send(&bytes).await;
        assert_eq!(
            before.closed().await,
            Some(code),
            "{name}, before the login"
        );
        let mut after = Raw::log_in(&relay, &mallory, None).await;
        after.send(&bytes).await;
        assert_eq!(after.closed().await, Some(code), "{name}, after the login");
    }
    honest.talk().await;
}

#[tokio::test]
async fn nobody_sends_more_than_a_login_before_it() {
    let relay = Relay::start().await;
    for length in [
        &[126, 0x11, 0x95][..],
        &[126, 0xff, 0xff],
        &[127, 0, 0, 0, 0, 0, 0x0f, 0, 0],
    ] {
        let (mut raw, _) = Raw::connect(&relay).await;
        raw.send(&frame_of(0x82, length, b"")).await;
        assert_eq!(raw.closed().await, Some(TOO_LARGE), "{length:?}");
    }
    // The longest that there can be is read, and refused for what it is.
    let (mut raw, _) = Raw::connect(&relay).await;
    raw.send(&frame(0x82, &[0; 4_500])).await;
    assert_eq!(raw.closed().await, Some(MALFORMED));
}

#[tokio::test]
async fn every_frame_is_refused_at_every_length_that_it_cannot_have() {
    let relay = Relay::start().await;
    let mut honest = Honest::new(&relay).await;
    let mallory = Person::registered(&relay, "mallory").await;
    let id = EnvelopeId([7; 16]);
    let accounts = [[1; 32], [2; 32]];
    let prekeys = [mallory.prekey(), mallory.prekey()];
    let send = ClientFrame::Send {
        id,
        to: mallory.id,
        presence: Presence([3; 16]),
        payload: b"",
    }
    .encode();
    let frames = [
        send,
        ClientFrame::Watch {
            id,
            accounts: Watched::new(&accounts).unwrap(),
        }
        .encode(),
        ClientFrame::Prekeys {
            id,
            prekeys: &prekeys,
        }
        .encode(),
        ClientFrame::PrekeyGet {
            id,
            account: mallory.id,
            presence: Presence([3; 16]),
        }
        .encode(),
        ClientFrame::Beat {
            number: BeatNumber::new(1).unwrap(),
            talking: true,
        }
        .encode(),
        ClientFrame::Token(Token::new(b"a.b.c").unwrap()).encode(),
    ];
    // Where a field ends, and one byte before and after.
    let borders = [0, 2, 6, 18, 19, 34, 50, 51, 66, 83, 1_398, 2_777];
    for frame_bytes in &frames {
        let length = frame_bytes.len();
        let mut cuts: Vec<usize> = borders
            .iter()
            .flat_map(|at: &usize| [at.saturating_sub(1), *at, at + 1])
            .chain([length - 1, length + 1])
            .collect();
        cuts.dedup();
        for cut in cuts {
            let mut bytes = frame_bytes.clone();
            bytes.resize(cut, 1);
            if cut == length || ClientFrame::decode(&bytes).is_ok() {
                continue;
            }
            let mut raw = Raw::log_in(&relay, &mallory, None).await;
            raw.send(&frame(0x82, &bytes)).await;
            let kind = frame_bytes[1];
            assert_eq!(raw.closed().await, Some(MALFORMED), "{kind:#x} of {cut}");
        }
    }
    assert_eq!(frames[0].len(), HEADER_LENGTH);
    honest.talk().await;
}

#[tokio::test]
async fn what_the_rules_allow_is_understood() {
    let relay = Relay::start().await;
    let mallory = Person::registered(&relay, "mallory").await;
    let bob = Person::registered(&relay, "bob").await;
    let watch = |id: u8| {
        let accounts = [bob.id.0];
        let id = EnvelopeId([id; 16]);
        let accounts = Watched::new(&accounts).unwrap();
        ClientFrame::Watch { id, accounts }.encode()
    };
    let nobody = ClientFrame::Watch {
        id: EnvelopeId([9; 16]),
        accounts: Watched::new(&[]).unwrap(),
    }
    .encode();
    let told = async |raw: &mut Raw| {
        let (first, payload) = raw.next().await.unwrap();
        assert_eq!(first, 0x82);
        assert!(matches!(
            ServerFrame::decode(&payload),
            Ok(ServerFrame::Presence { .. })
        ));
    };
    let mut raw = Raw::log_in(&relay, &mallory, None).await;
    // Byte by byte.
    for byte in frame(0x82, &watch(1)) {
        raw.send(&[byte]).await;
    }
    told(&mut raw).await;
    // In parts, one of them empty, with a question in between; the answer comes first.
    let bytes = watch(2);
    raw.send(
        &[
            frame(0x82, &nobody),
            frame(0x02, &bytes[..10]),
            frame(0x89, b"are you there?"),
            frame(0x00, b""),
            frame(0x8a, b"nobody asked"),
            frame(0x80, &bytes[10..]),
        ]
        .concat(),
    )
    .await;
    assert_eq!(raw.next().await, Some((0x8a, b"are you there?".to_vec())));
    told(&mut raw).await;
    // Goodbyes are answered with the same; what comes after them is nothing.
    for (said, answer) in [
        (&[][..], None),
        (&[0x03, 0xe8], Some(1000)),
        (&[0x0f, 0xa1, b'b', b'y', b'e'], Some(4001)),
        (&[0x0b, 0xb8], Some(3000)),
    ] {
        let mut raw = Raw::log_in(&relay, &mallory, None).await;
        raw.send(&[frame(0x88, said), frame(0x81, b"text"), vec![0; 64]].concat())
            .await;
        assert_eq!(raw.closed().await, Some(answer), "{said:?}");
    }
    assert_eq!(
        relay
            .metric("duet_ws_closed_total{kind=\"malformed frame\"}")
            .await,
        0.0
    );
}

#[tokio::test]
async fn what_comes_with_the_request_is_read_like_the_rest() {
    let relay = Relay::start().await;
    let mut bytes = request(&relay, &GOOD);
    bytes.extend_from_slice(b"\x00\x00garbage");
    let (mut raw, status, _) = Raw::open(&relay, &bytes).await;
    assert_eq!(status, 101);
    assert_eq!(raw.closed().await, Some(MALFORMED));
    let mut bytes = request(&relay, &GOOD);
    bytes.extend_from_slice(&frame(0x89, b"early"));
    let (mut raw, status, _) = Raw::open(&relay, &bytes).await;
    assert_eq!(status, 101);
    let first = raw.next().await.unwrap();
    let second = raw.next().await.unwrap();
    assert_eq!(first.0, 0x82, "the challenge");
    assert_eq!(second, (0x8a, b"early".to_vec()));
}

#[tokio::test]
async fn who_ends_one_half_ends_both() {
    let relay = Relay::start().await;
    let mallory = Person::registered(&relay, "mallory").await;
    let (mut before, _) = Raw::connect(&relay).await;
    before.stream.shutdown().await.unwrap();
    assert!(before.ends().await);
    let mut after = Raw::log_in(&relay, &mallory, None).await;
    after.send(&frame(0x82, &[1, 0x43])[..5]).await;
    after.stream.shutdown().await.unwrap();
    assert!(after.ends().await);
    eventually("nobody is connected", async || {
        relay.metric("duet_ws_connections ").await == 0.0
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_none_is_told_so() {
    let relay = Relay::start().await;
    let [connection, upgrade, version, key] = GOOD;
    let old = "Sec-WebSocket-Version: 8";
    let short = "Sec-WebSocket-Key: AAAA";
    let none = "Sec-WebSocket-Key: not base64 at all!!!";
    for (lines, status) in [
        (&[][..], 426),
        (&[connection, version, key], 426),
        (&[connection, upgrade, old, key], 426),
        (&[upgrade, version, key], 400),
        (&[connection, upgrade, key], 400),
        (&[connection, upgrade, version], 400),
        (&[connection, upgrade, version, short], 400),
        (&[connection, upgrade, version, none], 400),
        (&[connection, upgrade, version, key, key], 400),
        (&[connection, upgrade, version, version, key], 400),
        (&[connection, "Upgrade: h2c", version, key], 400),
    ] {
        let (_, there, head) = Raw::open(&relay, &request(&relay, lines)).await;
        assert_eq!(there, status, "{lines:?}");
        if status == 426 {
            let head = head.to_lowercase();
            assert!(head.contains("upgrade: websocket\r\n"), "{head}");
            assert!(head.contains("sec-websocket-version: 13\r\n"), "{head}");
        }
    }
    assert_eq!(relay.http().get("/ws").await.status, 426);
    assert_eq!(
        relay
            .metric("duet_ws_handshakes_total{kind=\"not_asked\"}")
            .await,
        4.0
    );
}
