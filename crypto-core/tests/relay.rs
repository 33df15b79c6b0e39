//! The relay's envelope, where another program's frames are refused. What each side makes of honest ones is in
//! `accounts.rs`, in `test-vectors/` and in the relay's own tests.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{PRESENCE, account, person};
use duet_crypto::engine::block_on;
use duet_crypto::error::FrameError;
use duet_crypto::relay::{
    AckStatus, AfterClose, BeatNumber, Challenge, ClientFrame, CloseCode, EnvelopeId, NoPrekey,
    Notice, PrekeyBytes, ServerFrame, Token, Watched, WelcomeStatus, login,
};

const ID: EnvelopeId = EnvelopeId([1; 16]);

/// What a relay can see of a PREKEY: version, type, length.
fn prekey(version: u8, kind: u8) -> PrekeyBytes {
    let mut prekey = [7; 1379];
    prekey[..2].copy_from_slice(&[version, kind]);
    prekey
}

#[test]
fn every_frame_of_a_client_is_read_as_it_was_written() {
    let frame = block_on(login(
        &person("alice"),
        &Challenge([3; 32]),
        &PRESENCE,
        "a.token",
    ))
    .unwrap();
    let prekeys = [prekey(1, 0x06); 20];
    for frame in [
        ClientFrame::decode(&frame).unwrap(),
        ClientFrame::Token(Token::new(b"another.token").unwrap()),
        ClientFrame::Send {
            id: ID,
            to: account("bob"),
            presence: PRESENCE,
            payload: b"payload",
        },
        ClientFrame::Prekeys {
            id: ID,
            prekeys: &prekeys,
        },
        ClientFrame::Prekeys {
            id: ID,
            prekeys: &[],
        },
        ClientFrame::PrekeyGet {
            id: ID,
            account: account("bob"),
            presence: PRESENCE,
        },
        ClientFrame::Watch {
            id: ID,
            accounts: Watched::new(&[account("bob").0, account("alice").0]).unwrap(),
        },
        ClientFrame::Watch {
            id: ID,
            accounts: Watched::new(&[]).unwrap(),
        },
        ClientFrame::Watch {
            id: ID,
            accounts: Watched::new(&[[7; 32]; 64]).unwrap(),
        },
        ClientFrame::Beat {
            number: BeatNumber::default(),
            talking: true,
        },
        ClientFrame::Beat {
            number: BeatNumber::new(0x7fff_ffff).unwrap(),
            talking: false,
        },
    ] {
        let encoded = frame.encode();
        assert_eq!(ClientFrame::decode(&encoded), Ok(frame));
    }
}

#[test]
fn every_frame_of_a_relay_is_read_as_it_was_written() {
    let presence = |online| ServerFrame::Presence {
        account: account("bob"),
        presence: PRESENCE,
        online,
        max_version: 1,
    };
    let mut frames = vec![
        ServerFrame::Challenge(Challenge([3; 32])),
        ServerFrame::Deliver {
            id: ID,
            from: account("bob"),
            presence: PRESENCE,
            payload: b"payload",
        },
        presence(true),
        presence(false),
        ServerFrame::Beat(BeatNumber::default()),
        ServerFrame::Beat(BeatNumber::new(0x7fff_ffff).unwrap()),
    ];
    frames.extend(WelcomeStatus::ALL.iter().copied().map(ServerFrame::Welcome));
    frames.extend(
        AckStatus::ALL
            .iter()
            .map(|&status| ServerFrame::Ack { id: ID, status }),
    );
    frames.extend(
        Notice::ALL
            .iter()
            .map(|&notice| ServerFrame::Notice { notice, value: 9 }),
    );
    for frame in frames {
        assert_eq!(ServerFrame::decode(&frame.encode()), Ok(frame));
    }
    let mut neither = presence(false).encode();
    neither[50] = 2;
    assert_eq!(ServerFrame::decode(&neither), Err(FrameError::Field));
}

#[test]
fn a_relay_takes_nothing_else_for_prekeys() {
    let refused = |prekeys: &[PrekeyBytes]| {
        let frame = [
            &[1, 0x46][..],
            &ID.0,
            &[prekeys.len() as u8],
            prekeys.as_flattened(),
        ]
        .concat();
        ClientFrame::decode(&frame).map(|_| ())
    };
    let good = prekey(1, 0x06);
    assert_eq!(refused(&[good; 20]), Ok(()));
    assert_eq!(refused(&[good; 21]), Err(FrameError::Field));
    for bad in [prekey(2, 0x06), prekey(1, 0x01)] {
        assert_eq!(refused(&[bad]), Err(FrameError::Field));
        assert_eq!(refused(&[good, bad, good]), Err(FrameError::Field));
        let answer = ServerFrame::PrekeyResponse {
            id: ID,
            prekey: Ok(&bad),
        };
        assert_eq!(
            ServerFrame::decode(&answer.encode()),
            Err(FrameError::Field)
        );
    }
    for prekey in [Ok(&good), Err(NoPrekey::NoneLeft), Err(NoPrekey::Offline)] {
        let answer = ServerFrame::PrekeyResponse { id: ID, prekey };
        assert_eq!(ServerFrame::decode(&answer.encode()), Ok(answer));
    }
}

#[test]
fn no_more_accounts_are_watched_than_fit() {
    assert!(Watched::new(&[[7; 32]; 65]).is_none());
}

#[test]
fn the_numbers_of_signs_of_life_go_round() {
    let last = BeatNumber::new((1 << 31) - 1).unwrap();
    assert_eq!(BeatNumber::new(1 << 31), None);
    assert_eq!(BeatNumber::default().next().value(), 1);
    assert_eq!(last.next(), BeatNumber::default());
}

/// The table of section 9.
#[test]
fn every_code_says_what_the_client_does_next() {
    for (codes, after) in [
        (
            &[1001, 1006, 1012, 4408, 4410, 4429, 4430, 4500][..],
            AfterClose::Reconnect,
        ),
        (&[4401], AfterClose::RenewToken),
        (&[4400, 4409, 4413], AfterClose::Stay),
        // Codes that nobody knows count as 1006.
        (&[0, 1000, 1011, 4499, 65_535], AfterClose::Reconnect),
    ] {
        for code in codes {
            assert_eq!(AfterClose::of(*code), after, "{code}");
        }
    }
    assert_eq!(CloseCode::ALL.len(), 12);
    let codes = CloseCode::ALL.iter().map(|(code, ..)| code.code());
    assert!(codes.is_sorted());
}

/// A client that can speak later versions, too, is welcome (section 9.1).
#[test]
fn the_version_of_a_login_is_the_least_that_is_spoken() {
    let mut frame = block_on(login(
        &person("alice"),
        &Challenge([3; 32]),
        &PRESENCE,
        "a.token",
    ))
    .unwrap();
    assert_eq!(frame[82], 1);
    for (version, result) in [(0, Err(FrameError::Field)), (1, Ok(1)), (255, Ok(255))] {
        frame[82] = version;
        let decoded = ClientFrame::decode(&frame).map(|frame| match frame {
            ClientFrame::Login(login) => login.max_version,
            other => panic!("{other:?}"),
        });
        assert_eq!(decoded, result);
    }
}
