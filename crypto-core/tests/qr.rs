//! QR texts (section 3.3): one text confirms one person to one other, and nothing else does.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use common::person;
use duet_crypto::fingerprint::{QrError, QrText, qr_text, verify_qr_text};
use duet_crypto::identity::{IdentitySeed, Party};
use proptest::prelude::*;

/// Alice shows, Bob scans.
fn alice() -> Party {
    person("alice").party()
}

fn bob() -> Party {
    person("bob").party()
}

fn scan(text: &str) -> Result<(), QrError> {
    verify_qr_text(text, &bob(), &alice())
}

fn text_of(bytes: &[u8]) -> String {
    format!("PAIR1:{}", Base64UrlUnpadded::encode_string(bytes))
}

fn bytes() -> Vec<u8> {
    [
        &[1][..],
        &alice().account.0,
        alice().key.as_bytes(),
        &bob().account.0,
        bob().key.as_bytes(),
    ]
    .concat()
}

#[test]
fn a_text_is_what_the_specification_says() {
    let text = qr_text(&alice(), &bob());
    assert_eq!(text.len(), 178);
    assert_eq!(text, text_of(&bytes()));
    assert_eq!(scan(&text), Ok(()));
    let parsed = QrText::parse(&text).unwrap();
    assert_eq!(parsed.shown_by, alice().account);
    assert_eq!(&parsed.shown_key, alice().key.as_bytes());
    assert_eq!(parsed.shown_to, bob().account);
    assert_eq!(&parsed.known_key, bob().key.as_bytes());
    assert_eq!(parsed.verify(&bob(), &alice()), Ok(()));
}

#[test]
fn whoever_scans_the_wrong_code_is_told() {
    let eve = person("eve").party();
    let other_key = |party: Party| Party {
        key: IdentitySeed::from_bytes(&[9; 32]).public_key(),
        ..party
    };
    for (why, shown, to) in [
        ("my own code, in a mirror", bob(), alice()),
        ("my own, shown to myself", bob(), bob()),
        ("alice's, shown to herself", alice(), alice()),
        ("somebody else's", eve, bob()),
        ("shown to somebody else", alice(), eve),
        ("alice's name, another key", other_key(alice()), bob()),
        ("alice knows another key of mine", alice(), other_key(bob())),
        (
            "my key under another name",
            alice(),
            Party {
                key: bob().key,
                ..eve
            },
        ),
        (
            "alice's key under another name",
            Party {
                key: alice().key,
                ..eve
            },
            bob(),
        ),
        (
            "the two keys exchanged",
            Party {
                key: bob().key,
                ..alice()
            },
            Party {
                key: alice().key,
                ..bob()
            },
        ),
    ] {
        let text = qr_text(&shown, &to);
        assert_eq!(scan(&text), Err(QrError::Mismatch), "{why}");
        // It is told apart by its accounts.
        let parsed = QrText::parse(&text).unwrap();
        assert_eq!(
            (parsed.shown_by, parsed.shown_to),
            (shown.account, to.account)
        );
    }
}

#[test]
fn another_version_is_no_code_of_ours() {
    for version in [0, 2, 0x81, 0xff] {
        let mut bytes = bytes();
        bytes[0] = version;
        assert_eq!(scan(&text_of(&bytes)), Err(QrError::Format), "{version}");
    }
}

#[test]
fn another_length_is_no_code_of_ours() {
    let bytes = bytes();
    for length in 0..bytes.len() {
        assert_eq!(
            scan(&text_of(&bytes[..length])),
            Err(QrError::Format),
            "{length}"
        );
    }
    for more in 1..5 {
        let longer = [&bytes[..], &[0; 4][..more]].concat();
        assert_eq!(scan(&text_of(&longer)), Err(QrError::Format));
    }
    let text = text_of(&bytes);
    for length in 0..text.len() {
        assert_eq!(scan(&text[..length]), Err(QrError::Format), "{length}");
    }
}

#[test]
fn there_is_one_way_to_write_it() {
    let text = text_of(&bytes());
    let encoded = &text[6..];
    // The test values have a character of each kind that the other alphabet writes in another way.
    assert!(encoded.contains('-') || encoded.contains('_'));
    for other in [
        format!("{text}="),
        format!("{text}=="),
        format!("{}=", &text[..177]),
        format!("{}==", &text[..176]),
        text.replace('-', "+").replace('_', "/"),
        format!(" {text}"),
        format!("{text} "),
        format!("{text}\n"),
        format!("PAIR1: {}", &encoded[1..]),
        format!("pair1:{encoded}"),
        format!("PAIR2:{encoded}"),
        format!("PAIR1{encoded}"),
        format!("PAIR1:{}", text_of(&bytes())),
        encoded.to_owned(),
        text.to_lowercase(),
        format!("{}é", &text[..176]),
        format!("{}\0", &text[..177]),
        "A".repeat(178),
        String::new(),
        "PAIR1:".into(),
        "https://chat.example/".into(),
    ] {
        assert_eq!(scan(&other), Err(QrError::Format), "{other}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is scanned: what parses is written in the same way again, and only one text verifies.
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", character in any::<char>(), position in 0..178_usize) {
        prop_assert!(scan(&text).is_err());
        let good = text_of(&bytes());
        let changed: String = good
            .chars()
            .enumerate()
            .map(|(i, old)| if i == position { character } else { old })
            .collect();
        prop_assert_eq!(scan(&changed).is_ok(), changed == good);
        if let Ok(QrText { shown_by, shown_key, shown_to, known_key }) = QrText::parse(&changed) {
            let again = [&[1][..], &shown_by.0, &shown_key, &shown_to.0, &known_key].concat();
            prop_assert_eq!(text_of(&again), changed);
        }
    }
}
