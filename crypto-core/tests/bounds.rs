//! Bounds, exactly: the last value that is let through, and the first that is not.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{TestRng, person, sessions};
use duet_crypto::error::{Code, FrameError};
use duet_crypto::files::{Descriptor, FileKey, FileKind, FileMode, Salt};
use duet_crypto::fingerprint::Fingerprint;
use duet_crypto::limits;
use duet_crypto::session::{Content, HEADER_LENGTH, Header, ReceiveError};

/// Sections 4.6, 4.9, 5 and 10, in numbers: a limit that changes is a change of the protocol.
#[test]
fn limits_are_those_of_the_specification() {
    assert_eq!(
        [
            limits::ACCEPT_TIMEOUT,
            limits::CONFIRM_TIMEOUT,
            limits::READY_TIMEOUT,
            limits::SKIPPED_LIFETIME,
            limits::EDIT_WINDOW,
            limits::SESSION_LIFETIME,
        ],
        [60_000, 15_000, 15_000, 1_200_000, 900_000, 86_400_000]
    );
    assert_eq!(limits::SESSION_CHUNK_BYTES, 68_719_476_736);
    assert_eq!(limits::SESSION_MESSAGES, 16_777_216);
    assert_eq!(limits::TURN_MESSAGES, 65_535);
    assert_eq!(limits::SESSION_TURNS, 33_554_434);
    assert_eq!(
        (limits::SKIPPED_PER_TURN, limits::SKIPPED_STORED),
        (256, 512)
    );
    assert_eq!(limits::UNACKNOWLEDGED, 200);
    assert_eq!(
        (
            limits::FAILURES,
            limits::FAILURES_PER_WINDOW,
            limits::FAILURES_WINDOW,
            limits::EARLY_FAILURES
        ),
        (1_048_576, 10, 1_000, 1_024)
    );
    assert_eq!(
        (limits::PENDING_HANDSHAKES, limits::HANDSHAKES_PER_HOUR),
        (32, 30)
    );
    assert_eq!(
        (limits::PREKEYS, limits::PREKEYS_KEPT, limits::PREKEYS_LOW),
        (20, 40, 5)
    );
    assert_eq!(limits::EARLY_MESSAGES, 16);
    assert_eq!(
        (
            limits::OFFERS_REMEMBERED,
            limits::OFFERS_KEPT_FOR_PINNED,
            limits::OFFERS_PER_HOUR
        ),
        (65_536, 16_384, 256)
    );
    assert_eq!(
        (limits::FILE_SIZE_MAX, limits::PREVIEW_MAX),
        (1_099_511_627_776, 16_384)
    );
    assert_eq!(
        (
            limits::FRAME_CHUNKS,
            limits::CHUNKS_OUTSTANDING,
            limits::FILES_UNDER_WAY
        ),
        (64, 512, 64)
    );
    assert_eq!((limits::IDENTITY_RECORD_MAX, limits::PEOPLE), (552, 65_535));
}

#[test]
fn the_longest_frame_is_a_frame() {
    let frame = |padded: usize| {
        let mut frame = vec![0; HEADER_LENGTH + padded + 16];
        frame[..2].copy_from_slice(&[1, 0x11]);
        frame
    };
    assert!(Header::decode(&frame(65_536)).is_ok());
    // The next bucket.
    assert_eq!(
        Header::decode(&frame(67_584)).unwrap_err(),
        FrameError::Length
    );
    assert_eq!(
        Header::decode(&frame(65_535)).unwrap_err(),
        FrameError::Length
    );
}

/// 256 keys may be skipped in the peer's earlier turn and 256 in the new one, by one frame.
#[test]
fn a_frame_may_skip_in_two_turns() {
    for (old, new, result) in [
        (256, 256, Ok(())),
        (257, 0, Err(ReceiveError::SkipLimit)),
        (0, 257, Err(ReceiveError::SkipLimit)),
    ] {
        let rng = &mut TestRng::new(1);
        let (mut a, mut b) = sessions(rng);
        // The turn whose end is skipped has begun.
        let first = a.send(&Content::Receipt, rng).unwrap();
        b.receive(&first.frame, 0).unwrap();
        for _ in 0..old {
            a.send(&Content::Receipt, rng).unwrap();
        }
        let turn = b.send(&Content::Receipt, rng).unwrap();
        a.receive(&turn.frame, 0).unwrap();
        for _ in 0..new {
            a.send(&Content::Receipt, rng).unwrap();
        }
        let frame = a.send(&Content::Receipt, rng).unwrap().frame;
        assert_eq!(b.receive(&frame, 0).map(|_| ()), result, "{old} {new}");
    }
}

/// No plaintext is left behind in a buffer that was too small, and no message is longer than its content calls for.
#[test]
fn every_frame_is_allocated_once() {
    let rng = &mut TestRng::new(2);
    let (mut a, mut b) = sessions(rng);
    let mut contents: Vec<Content> = [1, 238, 300, 3000]
        .map(|length| Content::Edit {
            seq: 0,
            text: "x".repeat(length),
        })
        .into();
    // 76 bytes of a descriptor do not depend on its texts; 9 precede it and 1 follows.
    for (peaks, name, media_type, preview, padded) in [
        (0, 1, 0, 0, 256),
        (10, 100, 60, 0, 256),
        (11, 100, 60, 0, 272),
        (10, 101, 60, 0, 272),
        (10, 100, 61, 0, 272),
        (10, 100, 60, 1, 272),
        (255, 255, 255, 16_384, 17_408),
    ] {
        let file = Descriptor {
            key: FileKey::generate(rng),
            salt: Salt::generate(rng),
            size: 1,
            kind: FileKind::Voice,
            mode: FileMode::Both,
            duration_ms: 1,
            peaks: vec![1; peaks],
            name: "n".repeat(name),
            media_type: "m".repeat(media_type),
            preview: vec![2; preview],
        };
        let content = Content::File(Box::new(file));
        let sent = a.send(&content, rng).unwrap().frame;
        assert_eq!(sent.len(), HEADER_LENGTH + padded + 16);
        assert_eq!(b.receive(&sent, 0).unwrap().content, content);
        contents.push(content);
    }
    for content in contents {
        let frame = a.send(&content, rng).unwrap().frame;
        assert_eq!(frame.capacity(), frame.len());
    }
}

#[test]
fn fingerprints_are_written_in_groups_of_four() {
    let hex = Fingerprint::of(&person("alice").party().key).hex();
    let groups: Vec<&str> = hex.split(' ').collect();
    assert_eq!((hex.len(), groups.len()), (79, 16));
    assert!(groups.iter().all(|group| group.len() == 4));
}

#[test]
fn a_code_says_its_name_and_what_happened() {
    assert_eq!(
        Code::Decrypt.to_string(),
        "E_DECRYPT: A message does not decrypt."
    );
    assert_eq!(ReceiveError::Decrypt.to_string(), Code::Decrypt.to_string());
}
