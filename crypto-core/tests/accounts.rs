//! Names, passwords, an identity at rest, LOGIN.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{TestRng, account, identity_record, person};
use duet_crypto::engine::{Engine as _, Software, block_on};
use duet_crypto::identity::{AccountId, AccountName, IdentityError, Realm};
use duet_crypto::password::{PasswordError, PasswordSecrets, VaultSecret};
use duet_crypto::primitives::hash;
use duet_crypto::relay::{
    Challenge, ClientFrame, EnvelopeId, FrameError, Login, LoginError, PayloadKind, Presence,
    ServerFrame, deliver_header, login, payload_kind, send_header, send_to_deliver,
};
use duet_crypto::replacement;
use duet_crypto::vault::{Protection, Secret, open_identity, seal_identity};

#[test]
fn names_are_nfc() {
    let composed = AccountName::new("zo\u{eb}").unwrap();
    let decomposed = AccountName::new("zoe\u{308}").unwrap();
    assert_eq!(composed, decomposed);
    assert_eq!(AccountName::new(""), Err(IdentityError::Name));
    assert!(AccountName::new(&"a".repeat(255)).is_ok());
    assert_eq!(AccountName::new(&"a".repeat(256)), Err(IdentityError::Name));
    // 255 bytes after NFC, 510 before.
    assert!(AccountName::new(&"\u{1100}\u{1161}".repeat(85)).is_ok());
    for realm in ["", "Chat.example", "chat example", "чат.example"] {
        assert_eq!(Realm::new(realm), Err(IdentityError::Realm));
    }
}

/// Realm and name cannot run into each other.
#[test]
fn account_ids_are_unambiguous() {
    let id = |realm: &str, name: &str| {
        AccountId::derive(
            &Realm::new(realm).unwrap(),
            &AccountName::new(name).unwrap(),
        )
    };
    assert_ne!(id("ab", "c"), id("a", "bc"));
    assert_ne!(id("chat.example", "alice"), id("chat.example.org", "alice"));
}

/// The values were made with the reference Argon2 library and Python's HMAC.
#[test]
fn a_password_is_split() {
    let secrets =
        PasswordSecrets::split(&account("alice"), "correct horse battery staple").unwrap();
    assert_eq!(
        *secrets.login_secret(),
        "lr5NoPTLxe-ZUVprUJS0-eN4-crOjHkgivly2PHzEqQ"
    );
    let vault = *secrets.vault_secret().expose();
    assert_eq!(
        vault,
        common::hex_array("f8965a78c5032dcabb39f2cd138230d944426922a755273049674048a1e88d41")
    );
    // Another account, another password: other secrets. Another normal form: the same.
    let same = PasswordSecrets::split(&account("zoe"), "пароль zo\u{eb}").unwrap();
    let decomposed = PasswordSecrets::split(&account("zoe"), "пароль zoe\u{308}").unwrap();
    assert_eq!(*same.login_secret(), *decomposed.login_secret());
    let other = PasswordSecrets::split(&account("bob"), "correct horse battery staple").unwrap();
    assert_ne!(*secrets.login_secret(), *other.login_secret());
    assert_ne!(vault, *other.vault_secret().expose());
}

#[test]
fn passwords_have_a_length() {
    let split = |password: &str| PasswordSecrets::split(&account("alice"), password).map(|_| ());
    assert_eq!(split("1234567"), Err(PasswordError::Length));
    assert_eq!(split(&"a".repeat(1025)), Err(PasswordError::Length));
    assert_eq!(split(&"a".repeat(10_000)), Err(PasswordError::Length));
    // Eight characters, not eight bytes.
    assert_eq!(split("парольч"), Err(PasswordError::Length));
}

#[test]
fn an_identity_is_wrapped() {
    let rng = &mut TestRng::new(1);
    let secret = VaultSecret::from_bytes(&[7; 32]);
    let record = identity_record();
    let mut seal = || seal_identity(&record, Protection::VaultSecret(&secret), rng).unwrap();
    let open = |envelope: &[u8]| open_identity(envelope, Secret::VaultSecret(&secret));
    let envelope = seal();
    assert_eq!(envelope.len(), 96 + 32 + 8 + 1 + 12 + 1 + 5 + 16);
    assert_eq!(
        &envelope[..16],
        b"PAIR\x01\x01\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    );
    // A fresh salt at every write.
    assert_ne!(seal()[16..32], envelope[16..32]);
    let opened = open(&envelope).unwrap();
    assert_eq!(opened.seed.expose(), record.seed.expose());
    assert_eq!(
        (opened.created, opened.realm, opened.name),
        (record.created, record.realm, record.name)
    );

    let other = VaultSecret::from_bytes(&[8; 32]);
    assert!(open_identity(&envelope, Secret::VaultSecret(&other)).is_err());
    for position in 0..envelope.len() {
        let mut changed = envelope.clone();
        changed[position] ^= 1;
        assert!(open(&changed).is_err(), "byte {position}");
        assert!(open(&envelope[..position]).is_err());
    }
    assert!(open(&[&envelope[..], &[0]].concat()).is_err());
}

const TOKEN: &str = "header.payload.signature";
const CHALLENGE: Challenge = Challenge([3; 32]);
const PRESENCE: Presence = Presence([4; 16]);

fn decode(frame: &[u8]) -> Result<Login<'_>, FrameError> {
    match ClientFrame::decode(frame)? {
        ClientFrame::Login(login) => Ok(login),
        _ => Err(FrameError::Type),
    }
}

#[test]
fn login_is_bound_to_everything() {
    let alice = person("alice");
    let frame = block_on(login(&alice, &CHALLENGE, &PRESENCE, TOKEN)).unwrap();
    // The token is not left behind in a buffer that was too small.
    assert_eq!(frame.capacity(), frame.len());
    let decoded = decode(&frame).unwrap();
    assert_eq!(decoded.account, alice.party().account);
    assert_eq!(decoded.presence, PRESENCE);
    assert_eq!(decoded.token.as_str(), TOKEN);
    assert_eq!(decoded.verify(&CHALLENGE), Ok(alice.party().key));
    // Forwarded to another connection.
    assert_eq!(
        decoded.verify(&Challenge([9; 32])),
        Err(LoginError::Signature)
    );
    for position in 0..frame.len() {
        let mut changed = frame.clone();
        changed[position] ^= 1;
        let refused = decode(&changed).map_or(true, |login| login.verify(&CHALLENGE).is_err());
        assert!(refused, "byte {position}");
    }
    // Another token that is as valid: the signature covers its digest.
    let mut swapped = frame.clone();
    let token = b"another.token.altogether";
    swapped[83..115].copy_from_slice(&hash::sha256(&[token]));
    swapped[179..].copy_from_slice(token);
    assert_eq!(
        decode(&swapped).unwrap().verify(&CHALLENGE),
        Err(LoginError::Signature)
    );
    for token in ["", "with space", "with\nline", "ü", &"a".repeat(4097)] {
        assert_eq!(
            block_on(login(&alice, &CHALLENGE, &PRESENCE, token)).unwrap_err(),
            LoginError::Token
        );
    }
    assert!(block_on(login(&alice, &CHALLENGE, &PRESENCE, &"a".repeat(4096))).is_ok());
}

/// A login signature is no handshake signature and the other way round: the label differs.
#[test]
fn a_replacement_is_signed_by_the_old_key() {
    let (alice, new) = (person("alice"), person("new").party().key);
    let signature = block_on(replacement::sign(&alice, &new)).unwrap();
    let (account, old) = (alice.party().account, alice.party().key);
    assert!(replacement::verify(&account, &old, &new, &signature));
    assert!(!replacement::verify(
        &person("bob").party().account,
        &old,
        &new,
        &signature
    ));
    assert!(!replacement::verify(&account, &new, &old, &signature));
    assert!(!replacement::verify(&account, &old, &old, &signature));
    let bare = block_on(Software.sign(
        alice.seed(),
        &[&account.0[..], old.as_bytes(), new.as_bytes()].concat(),
    ));
    assert!(!replacement::verify(&account, &old, &new, &bare.unwrap()));
}

#[test]
fn a_payload_is_forwarded_in_place() {
    let (id, to, from) = (EnvelopeId([1; 16]), account("bob"), account("alice"));
    let payload = [1, 0x11, 3, 4];
    let mut frame = [&send_header(id, &to, &PRESENCE)[..], &payload].concat();
    let sender = Presence([6; 16]);
    send_to_deliver(&mut frame, &from, &sender).unwrap();
    assert_eq!(
        frame,
        [&deliver_header(id, &from, &sender)[..], &payload].concat()
    );
    let expected = ServerFrame::Deliver {
        id,
        from,
        presence: sender,
        payload: &payload,
    };
    assert_eq!(ServerFrame::decode(&frame), Ok(expected));
    // A DELIVER is no SEND: what comes from a client is never mistaken for what comes from the relay.
    let before = frame.clone();
    assert_eq!(
        send_to_deliver(&mut frame, &from, &sender),
        Err(FrameError::Type)
    );
    assert_eq!(frame, before);
    assert!(ClientFrame::decode(&frame).is_err());
}

#[test]
fn payloads_have_size_classes() {
    let payload = |kind: u8, length: usize| {
        let mut payload = vec![0; length];
        payload[..2].copy_from_slice(&[1, kind]);
        payload_kind(&payload)
    };
    for (kind, class, max) in [
        (0x01, PayloadKind::Handshake, 2_579),
        (0x02, PayloadKind::Handshake, 2_579),
        (0x03, PayloadKind::Handshake, 2_579),
        (0x04, PayloadKind::Handshake, 2_579),
        (0x05, PayloadKind::Handshake, 2_579),
        (0x07, PayloadKind::Handshake, 2_579),
        (0x10, PayloadKind::Message, 67_886),
        (0x11, PayloadKind::Message, 67_886),
        (0x12, PayloadKind::Chunk, 1_049_639),
    ] {
        assert_eq!(payload(kind, 2), Ok(class));
        assert_eq!(payload(kind, max), Ok(class));
        assert_eq!(payload(kind, max + 1), Err(FrameError::Length));
    }
    for kind in [0x00, 0x06, 0x08, 0x0f, 0x13, 0x43, 0xff] {
        assert_eq!(payload(kind, 2), Err(FrameError::Type));
        assert_eq!(payload(kind, 100), Err(FrameError::Type));
    }
    assert_eq!(payload_kind(&[2, 0x11]), Err(FrameError::Version));
    assert_eq!(payload_kind(&[1]), Err(FrameError::Length));
    assert_eq!(payload_kind(&[]), Err(FrameError::Length));
}
