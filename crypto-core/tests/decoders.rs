//! Every decoder on any bytes: it never panics, and what it accepts encodes to the same bytes again.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use duet_crypto::error::FrameError;
use duet_crypto::files::frames::ChunkFrame;
use duet_crypto::files::{Control, Descriptor, FileId, FileKey, FileKind, FileMode, Salt};
use duet_crypto::fingerprint::verify_qr_text;
use duet_crypto::handshake::HandshakeId;
use duet_crypto::handshake::frames::{
    AcceptFrame, ConfirmFrame, EarlyHeader, EndFrame, InitFrame, OfferFrame,
};
use duet_crypto::identity::AccountId;
use duet_crypto::password::VaultSecret;
use duet_crypto::prekeys::PrekeyId;
use duet_crypto::prekeys::frame::PrekeyFrame;
use duet_crypto::relay::{ClientFrame, ServerFrame, Token, payload_kind};
use duet_crypto::session::padding::{bucket, unpad};
use duet_crypto::session::{
    Activity, Author, Content, HEADER_LENGTH, Header, MessageRef, SessionId,
};
use duet_crypto::vault::{self, Secret};
use duet_crypto::wire::{FrameId, FrameKind, read_head};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes that get past the first checks: a right version and type, then anything.
fn framed(
    kinds: &'static [u8],
    lengths: impl Into<proptest::collection::SizeRange>,
) -> BoxedStrategy<Vec<u8>> {
    (proptest::sample::select(kinds), vec(any::<u8>(), lengths))
        .prop_map(|(kind, body)| [&[1, kind][..], &body].concat())
        .boxed()
}

fn message_ref() -> impl Strategy<Value = MessageRef> {
    (
        proptest::sample::select(&[Author::Sender, Author::Receiver][..]),
        any::<u32>(),
    )
        .prop_map(|(author, seq)| MessageRef { author, seq })
}

fn descriptor() -> impl Strategy<Value = Descriptor> {
    (
        (
            any::<[u8; 32]>(),
            any::<[u8; 24]>(),
            0..=1_u64 << 40,
            any::<u32>(),
        ),
        (
            proptest::sample::select(FileKind::ALL),
            proptest::sample::select(FileMode::ALL),
        ),
        (
            vec(any::<u8>(), 0..=255),
            "\\PC{0,60}",
            "[ -~]{0,255}",
            vec(any::<u8>(), 0..2000),
        ),
    )
        .prop_map(
            |((key, salt, size, duration_ms), (kind, mode), (peaks, name, media_type, preview))| {
                Descriptor {
                    key: FileKey::from_bytes(&key),
                    salt: Salt(salt),
                    size,
                    kind,
                    mode,
                    duration_ms,
                    peaks,
                    name,
                    media_type,
                    preview,
                }
            },
        )
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        Just(()).prop_map(|()| Content::Ready),
        Just(()).prop_map(|()| Content::Receipt),
        Just(()).prop_map(|()| Content::Bye),
        Just(()).prop_map(|()| Content::Probe),
        ("\\PC{0,500}", proptest::option::of(message_ref()))
            .prop_map(|(text, reply)| Content::Text { text, reply }),
        (0..u32::MAX).prop_map(|up_to| Content::Read { up_to }),
        any::<u32>().prop_map(|seq| Content::Viewed { seq }),
        proptest::sample::select(
            &[
                Activity::Idle,
                Activity::Typing,
                Activity::RecordingVoice,
                Activity::RecordingVideo
            ][..]
        )
        .prop_map(Content::Typing),
        descriptor().prop_map(|descriptor| Content::File(Box::new(descriptor))),
        (any::<u32>(), "\\PC{0,500}").prop_map(|(seq, text)| Content::Edit { seq, text }),
        any::<u32>().prop_map(|seq| Content::Delete { seq }),
        (message_ref(), any::<bool>(), "\\PC{1,8}")
            .prop_map(|(target, set, emoji)| Content::Reaction { target, set, emoji }),
    ]
}

macro_rules! round_trips {
    ($frame:expr, $decoder:ty) => {
        if let Ok(decoded) = <$decoder>::decode(&$frame) {
            prop_assert_eq!(&decoded.encode()[..], &$frame[..]);
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..3000), text in any::<String>()) {
        round_trips!(bytes, OfferFrame);
        round_trips!(bytes, InitFrame);
        round_trips!(bytes, PrekeyFrame);
        round_trips!(bytes, AcceptFrame);
        round_trips!(bytes, ConfirmFrame);
        round_trips!(bytes, EndFrame);
        round_trips!(bytes, ClientFrame<'_>);
        round_trips!(bytes, ServerFrame<'_>);
        round_trips!(bytes, Control);
        let _ = read_head(&bytes);
        let _ = Header::decode(&bytes);
        let _ = EarlyHeader::decode(&bytes);
        let _ = ChunkFrame::decode(&bytes);
        let _ = Descriptor::decode(&bytes);
        let _ = Token::new(&bytes);
        let _ = payload_kind(&bytes);
        let _ = unpad(&bytes);
        let secret = VaultSecret::from_bytes(&[0; 32]);
        prop_assert!(vault::open_identity(&bytes, Secret::VaultSecret(&secret)).is_err());
        let (alice, bob) = (common::person("alice").party(), common::person("bob").party());
        prop_assert!(verify_qr_text(&text, &alice, &bob).is_err());
    }

    #[test]
    fn offers_round_trip(frame in framed(&[0x01], 1473)) { round_trips!(frame, OfferFrame); }

    #[test]
    fn inits_round_trip(frame in framed(&[0x02], 2577)) { round_trips!(frame, InitFrame); }

    #[test]
    fn prekeys_round_trip(frame in framed(&[0x06], 1377)) { round_trips!(frame, PrekeyFrame); }

    #[test]
    fn frames_with_prekeys_round_trip(
        count in 0..=22_u8,
        prekeys in 0..=22_usize,
        status in 0..=6_u8,
        cut in 0..2_usize,
        kind in proptest::sample::select(&[1_u8, 5, 6][..]),
    ) {
        let mut prekey = [0x5a; 1379];
        prekey[..2].copy_from_slice(&[1, kind]);
        let frame = [&[1, 0x46][..], &[9; 16], &[count], &prekey.repeat(prekeys)].concat();
        let decoded = ClientFrame::decode(&frame);
        let right = usize::from(count) == prekeys && count <= 20 && (kind == 6 || count == 0);
        prop_assert_eq!(decoded.is_ok(), right);
        if let Ok(decoded) = decoded {
            prop_assert_eq!(decoded.encode(), frame);
        }
        // With status 0 one prekey follows, with any other nothing.
        let rest = &prekey.repeat(prekeys)[..(prekeys * 1379).saturating_sub(cut)];
        let frame = [&[1, 0x48][..], &[9; 16], &[status], rest].concat();
        let decoded = ServerFrame::decode(&frame);
        let right = match status {
            0 => rest.len() == 1379 && kind == 6,
            1 | 2 | 3 | 5 => rest.is_empty(),
            _ => false,
        };
        prop_assert_eq!(decoded.is_ok(), right);
        if let Ok(decoded) = decoded {
            prop_assert_eq!(decoded.encode(), frame);
        }
    }

    #[test]
    fn watches_round_trip(count in 0..=66_u8, accounts in vec(any::<[u8; 32]>(), 0..=66), cut in 0..2_usize) {
        let rest = accounts.as_flattened();
        let rest = &rest[..rest.len().saturating_sub(cut)];
        let frame = [&[1, 0x49][..], &[9; 16], &[count], rest].concat();
        let decoded = ClientFrame::decode(&frame);
        prop_assert_eq!(decoded.is_ok(), rest.len() == usize::from(count) * 32 && count <= 64);
        if let Ok(ClientFrame::Watch { accounts: read, .. }) = decoded {
            let wanted: Vec<_> = accounts.iter().map(|account| AccountId(*account)).collect();
            prop_assert_eq!(read.accounts().collect::<Vec<_>>(), wanted);
            prop_assert_eq!(decoded.unwrap().encode(), frame);
        }
    }

    #[test]
    fn beats_round_trip(word in any::<u32>()) {
        let frame = [&[1, 0x4d][..], &word.to_be_bytes()].concat();
        let (number, talking) = (word & 0x7fff_ffff, word >> 31 == 1);
        match ClientFrame::decode(&frame) {
            Ok(ClientFrame::Beat { number: read, talking: says }) => {
                prop_assert_eq!((read.value(), says), (number, talking));
            }
            other => prop_assert!(false, "{other:?}"),
        }
        prop_assert_eq!(ClientFrame::decode(&frame).unwrap().encode(), frame.clone());
        match ServerFrame::decode(&frame) {
            Ok(ServerFrame::Beat(read)) => prop_assert_eq!((read.value(), false), (number, talking)),
            other => prop_assert!(talking && other == Err(FrameError::Field), "{other:?}"),
        }
        round_trips!(frame, ServerFrame<'_>);
    }

    #[test]
    fn heads_of_early_messages_round_trip(frame in framed(&[0x10], 20 + 256 + 16)) {
        let header = EarlyHeader::decode(&frame).unwrap();
        prop_assert_eq!(&header.encode()[..], &frame[..22]);
    }

    #[test]
    fn accepts_round_trip(frame in framed(&[0x03], 1233)) { round_trips!(frame, AcceptFrame); }

    #[test]
    fn confirms_round_trip(frame in framed(&[0x04], 180)) { round_trips!(frame, ConfirmFrame); }

    #[test]
    fn ends_round_trip(frame in framed(&[0x05], 82)) { round_trips!(frame, EndFrame); }

    #[test]
    fn client_frames_round_trip(frame in framed(&[0x41, 0x43, 0x46, 0x47, 0x49, 0x4b, 0x4d], 0..300)) {
        round_trips!(frame, ClientFrame<'_>);
    }

    #[test]
    fn server_frames_round_trip(
        kind in proptest::sample::select(&[0x40_u8, 0x42, 0x44, 0x45, 0x4a, 0x4c, 0x4d][..]),
        length in proptest::sample::select(&[1_usize, 4, 6, 17, 32, 50, 64, 80][..]),
        body in vec(0..8_u8, 80),
    ) {
        let frame = [&[1, kind][..], &body[..length]].concat();
        round_trips!(frame, ServerFrame<'_>);
    }

    #[test]
    fn heads_of_messages_round_trip(frame in framed(&[0x11], HEADER_LENGTH - 2 + 256 + 16)) {
        let header = Header::decode(&frame).unwrap();
        prop_assert_eq!(&header.encode()[..], &frame[..HEADER_LENGTH]);
    }

    #[test]
    fn heads_of_chunks_round_trip(frame in framed(&[0x12], 37..100)) {
        if let Ok(ChunkFrame { header, chunks }) = ChunkFrame::decode(&frame) {
            prop_assert_eq!(&[&header.encode()[..], chunks].concat(), &frame);
        }
    }

    #[test]
    fn bodies_survive_any_bytes(ctype in 0..=20_u8, body in vec(any::<u8>(), 0..200)) {
        if let Ok(content) = Content::decode(ctype, &body)
            && !matches!(content, Content::Unknown { .. })
        {
            prop_assert_eq!(content.ctype(), ctype);
            prop_assert_eq!(content.encode(), body);
        }
    }

    #[test]
    fn contents_round_trip(content in content()) {
        prop_assert_eq!(Content::decode(content.ctype(), &content.encode()).unwrap(), content);
    }

    #[test]
    fn padding_is_canonical(plain in vec(any::<u8>(), 0..2000), extra in 1..600_usize) {
        let mut padded = plain.clone();
        padded.push(0x80);
        padded.resize(bucket(plain.len() + 1), 0);
        prop_assert_eq!(unpad(&padded), Some(plain.len()));
        padded.resize(padded.len() + extra, 0);
        prop_assert_eq!(unpad(&padded), None);
    }
}

/// Every length from none to beyond the longest: exactly one is right for a fixed-size frame.
#[test]
fn fixed_sizes_are_exact() {
    for length in 0..2700 {
        let frame = |kind| {
            let mut frame = vec![1; length];
            if let Some(byte) = frame.get_mut(1) {
                *byte = kind;
            }
            frame
        };
        assert_eq!(OfferFrame::decode(&frame(1)).is_ok(), length == 1475);
        assert_eq!(InitFrame::decode(&frame(2)).is_ok(), length == 2579);
        assert_eq!(PrekeyFrame::decode(&frame(6)).is_ok(), length == 1379);
        assert_eq!(AcceptFrame::decode(&frame(3)).is_ok(), length == 1235);
        assert_eq!(ConfirmFrame::decode(&frame(4)).is_ok(), length == 1366);
        assert_eq!(EndFrame::decode(&frame(5)).is_ok(), length == 84);
        assert_eq!(ServerFrame::decode(&frame(0x40)).is_ok(), length == 34);
        assert_eq!(ServerFrame::decode(&frame(0x42)).is_ok(), length == 3);
        assert_eq!(ServerFrame::decode(&frame(0x44)).is_ok(), length >= 66);
        assert_eq!(ServerFrame::decode(&frame(0x45)).is_ok(), length == 19);
        assert_eq!(ServerFrame::decode(&frame(0x4a)).is_ok(), length == 52);
        assert_eq!(ClientFrame::decode(&frame(0x43)).is_ok(), length >= 66);
        assert_eq!(ClientFrame::decode(&frame(0x47)).is_ok(), length == 66);
        // One account: its count is one of the ones.
        assert_eq!(ClientFrame::decode(&frame(0x49)).is_ok(), length == 51);
        assert_eq!(ClientFrame::decode(&frame(0x4d)).is_ok(), length == 6);
        assert_eq!(ServerFrame::decode(&frame(0x4d)).is_ok(), length == 6);
    }
}

/// Every kind is one of the specification's, and tells what it is about from the same place.
#[test]
fn heads_name_what_they_are_about() {
    let names = FrameKind::ALL
        .iter()
        .map(|kind| (kind.value(), kind.name()));
    let expected = [
        (0x01, "OFFER"),
        (0x02, "INIT"),
        (0x03, "ACCEPT"),
        (0x04, "CONFIRM"),
        (0x05, "END"),
        (0x06, "PREKEY"),
        (0x07, "OVER"),
        (0x10, "EARLY"),
        (0x11, "MSG"),
        (0x12, "CHUNK"),
    ];
    assert!(names.eq(expected));
    for kind in 0..=u8::MAX {
        let frame: Vec<u8> = [1, kind].into_iter().chain(2..34).collect();
        let id: [u8; 16] = frame[2..18].try_into().unwrap();
        let fid: [u8; 32] = frame[2..34].try_into().unwrap();
        let expected = match kind {
            0x01..=0x05 | 0x10 => Ok(FrameId::Handshake(HandshakeId(id))),
            0x06 => Ok(FrameId::Prekey(PrekeyId(id))),
            0x07 | 0x11 => Ok(FrameId::Session(SessionId(id))),
            0x12 => Ok(FrameId::File(FileId(fid))),
            _ => Err(FrameError::Type),
        };
        assert_eq!(read_head(&frame).map(|head| head.id), expected, "{kind}");
        let short = if kind == 0x12 { 33 } else { 17 };
        let cut = read_head(&frame[..short]);
        assert!(cut.is_err(), "{kind}");
        assert_eq!(expected.is_ok(), cut == Err(FrameError::Length), "{kind}");
    }
    assert_eq!(read_head(&[2, 1]), Err(FrameError::Version));
    assert_eq!(read_head(&[1]), Err(FrameError::Length));
}

/// EARLY and MSG have the lengths of the buckets, up to the largest.
#[test]
fn lengths_of_messages_are_buckets() {
    for (padded, right) in [
        (0, false),
        (255, false),
        (256, true),
        (257, false),
        (272, true),
        (65_535, false),
        (65_536, true),
        (67_584, false),
        (69_632, false),
    ] {
        let early = [&[1, 0x10][..], &vec![0; 20 + padded + 16]].concat();
        let head = HEADER_LENGTH - 2;
        let message = [&[1, 0x11][..], &vec![0; head + padded + 16]].concat();
        assert_eq!(EarlyHeader::decode(&early).is_ok(), right, "{padded}");
        assert_eq!(Header::decode(&message).is_ok(), right, "{padded}");
    }
    assert!(EarlyHeader::decode(&[1, 0x10]).is_err());
    assert!(EarlyHeader::decode(&[1, 0x11, 0, 0]).is_err());
    assert!(EarlyHeader::decode(&[2, 0x10, 0, 0]).is_err());
}

#[test]
fn contents_have_bounds() {
    let text = |count: usize| Content::Text {
        text: "я".repeat(count),
        reply: None,
    };
    assert!(Content::decode(2, &text(4000).encode()).is_ok());
    assert!(Content::decode(2, &text(4001).encode()).is_err());
    let reaction = |emoji: &str| Content::Reaction {
        target: MessageRef {
            author: Author::Sender,
            seq: 1,
        },
        set: true,
        emoji: emoji.into(),
    };
    assert!(Content::decode(10, &reaction("👍").encode()).is_ok());
    assert!(Content::decode(10, &reaction("").encode()).is_err());
    assert!(Content::decode(10, &reaction(&"a".repeat(33)).encode()).is_err());
    // A reply to nothing has no number; READY, RECEIPT and BYE have no body to hide things in.
    assert!(Content::decode(2, &[0, 0, 0, 0, 1]).is_err());
    assert!(Content::decode(2, &[3, 0, 0, 0, 0]).is_err());
    assert!(Content::decode(1, &[0]).is_err());
    assert!(Content::decode(7, &[0]).is_err());
    assert!(Content::decode(3, &[0xff; 4]).is_err());
    assert!(Content::decode(4, &[4]).is_err());
    // A text that is not UTF-8.
    assert!(Content::decode(2, &[0, 0, 0, 0, 0, 0xff]).is_err());
}
