//! Envelopes and backups: what opens, what does not, and that nobody can tell why.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{Script, TestRng, hex, identity_record as identity};
use duet_crypto::identity::{AccountName, IdentityKey, IdentitySeed, Realm};
use duet_crypto::limits;
use duet_crypto::password::VaultSecret;
use duet_crypto::pins::{EarlierKey, PinState};
use duet_crypto::primitives::{aead, hash, labels};
use duet_crypto::session::padding::padme;
use duet_crypto::vault::{
    Backup, IdentityRecord, Kdf, Passphrase, Protection, Secret, VaultError, VerifiedPeer,
    open_backup, open_identity, seal_backup, seal_identity,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SECRET: [u8; 32] = [7; 32];

fn secret() -> VaultSecret {
    VaultSecret::from_bytes(&SECRET)
}

fn key(seed: u8) -> IdentityKey {
    IdentitySeed::from_bytes(&[seed; 32]).public_key()
}

fn peer(name: &str, seed: u8, state: PinState, first_seen: u64) -> VerifiedPeer {
    VerifiedPeer {
        name: AccountName::new(name).unwrap(),
        key: key(seed),
        state,
        first_seen,
        earlier: vec![],
    }
}

fn earlier(seed: u8, state: PinState, first_seen: u64) -> EarlierKey {
    EarlierKey {
        key: key(seed),
        state,
        first_seen,
    }
}

fn backup(peers: Vec<VerifiedPeer>) -> Backup {
    Backup {
        identity: identity(),
        peers,
    }
}

fn two_people() -> Vec<VerifiedPeer> {
    let mut bob = peer("bob", 1, PinState::Qr, 1_700_000_001_000);
    bob.earlier = vec![earlier(2, PinState::FirstUse, 1_600_000_000_000)];
    vec![bob, peer("zoë", 3, PinState::FirstUse, 1_700_000_002_000)]
}

fn seal_people(peers: Vec<VerifiedPeer>) -> Result<Vec<u8>, VaultError> {
    let rng = &mut TestRng::new(1);
    seal_backup(&backup(peers), Protection::VaultSecret(&secret()), rng)
}

fn open_people(envelope: &[u8]) -> Result<Vec<VerifiedPeer>, VaultError> {
    open_backup(envelope, Secret::VaultSecret(&secret())).map(|backup| backup.peers)
}

fn is_alice(record: &IdentityRecord) {
    assert_eq!(record.seed.expose(), &[5; 32]);
    assert_eq!(record.created, 1_700_000_000_000);
    assert_eq!(record.realm.as_str(), "chat.example");
    assert_eq!(record.name.as_str(), "alice");
}

fn salt() -> [u8; 16] {
    core::array::from_fn(|i| i as u8)
}

/// The envelopes were made by an independent implementation in Python, over OpenSSL's Argon2id and PBKDF2.
#[test]
fn known_envelopes() {
    let passphrase = Passphrase::new("Schlüssel zoe\u{308}").unwrap();
    for (kdf, sealed) in [
        (
            Kdf::argon2id(19_456, 2, 4).unwrap(),
            "fc3d99c5cbbeb7c6dcfff7f00ac78e0eb52d3f80dfc8c7bcce3637469995817b885bae3958178072346a4b6413f58ed8\
             e9b54232f3609de0c2f1023e6507472c941ed73ba7abeabbfaea8ed0b54a2e9cea674a0f50070c1d9f054a98269b9fe7\
             b1e8c38f10f28a3fc240a4",
        ),
        (
            Kdf::pbkdf2(600_000).unwrap(),
            "ce9ec16b64181b693cf2becb629505c013e4e57ea2875cf35db99e3d388baef514166c61388e73416a6d547bc874fa00\
             4f007f51fdf001610bc5ac9f40f36ba880b0d66b7d6a4cc013179715e6ee58efcae47c43b4fbb659b0c985c0b158a0c6\
             1cc7e649ec4a26ead04b15",
        ),
    ] {
        let rng = &mut Script::new(&[&salt()]);
        let protection = Protection::Passphrase(&passphrase, kdf);
        let envelope = seal_identity(&identity(), protection, rng).unwrap();
        assert!(rng.is_used_up());
        assert_eq!(envelope[64..], hex(sealed));
        // The other way to write the ë, and the parameters out of the envelope.
        let same = Passphrase::new("Schlüssel zoë").unwrap();
        is_alice(&open_identity(&envelope, Secret::Passphrase(&same)).unwrap());
    }
}

#[test]
fn a_known_backup() {
    let passphrase = Passphrase::new("7QK4M0ZTRW9HXBC3EVJ2").unwrap();
    let protection = Protection::Passphrase(&passphrase, Kdf::default());
    let rng = &mut Script::new(&[&salt()]);
    let envelope = seal_backup(&backup(two_people()), protection, rng).unwrap();
    assert_eq!(envelope.len(), 96 + 1024 + 16);
    assert_eq!(
        envelope.capacity(),
        envelope.len(),
        "no copy is left in a freed buffer"
    );
    assert_eq!(
        hash::sha256(&[&envelope])[..],
        hex("8bbce234a63f86efa05d8439bd5ab0665b8a4c1bef2c49dcae7d882a8b863a31")
    );
    let typed = Passphrase::typed("7qk4m-oztrw-9hxbc-3evj2").unwrap();
    let opened = open_backup(&envelope, Secret::Passphrase(&typed)).unwrap();
    is_alice(&opened.identity);
    assert_eq!(opened.peers, two_people());

    // A wrong passphrase and a damaged file are one error.
    let wrong = Passphrase::new("7QK4M0ZTRW9HXBC3EVJ3").unwrap();
    assert_eq!(
        open_backup(&envelope, Secret::Passphrase(&wrong)).unwrap_err(),
        VaultError::Closed
    );
    let mut damaged = envelope;
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(
        open_backup(&damaged, Secret::Passphrase(&typed)).unwrap_err(),
        VaultError::Closed
    );
}

#[test]
fn costs_have_bounds() {
    for (memory, passes, lanes, good) in [
        (19_456, 2, 1, true),
        (1_048_576, 16, 4, true),
        (19_455, 2, 1, false),
        (1_048_577, 2, 1, false),
        (65_536, 1, 1, false),
        (65_536, 17, 1, false),
        (65_536, 3, 0, false),
        (65_536, 3, 5, false),
    ] {
        assert_eq!(
            Kdf::argon2id(memory, passes, lanes).is_ok(),
            good,
            "{memory} {passes} {lanes}"
        );
    }
    for (iterations, good) in [
        (599_999, false),
        (600_000, true),
        (10_000_000, true),
        (10_000_001, false),
    ] {
        assert_eq!(Kdf::pbkdf2(iterations).is_ok(), good, "{iterations}");
    }
    assert_eq!(Kdf::argon2id(0, 0, 0), Err(VaultError::Cost));
    assert_eq!(Kdf::pbkdf2(0), Err(VaultError::Cost));
    assert_eq!(Kdf::default(), Kdf::argon2id(65_536, 3, 1).unwrap());
}

/// A planted file: were any of this tried, the test would take hours or gigabytes.
#[test]
fn bounds_come_before_work() {
    let passphrase = Passphrase::new("passphrase").unwrap();
    let open = |head: [u8; 10]| {
        let envelope = [&b"PAIR\x01\x01"[..], &head, &[0; 80 + 59 + 16]].concat();
        open_identity(&envelope, Secret::Passphrase(&passphrase)).unwrap_err()
    };
    let head = |kdf: u8, lanes: u8, cost: u32, passes: u32| {
        let mut head = [kdf, lanes, 0, 0, 0, 0, 0, 0, 0, 0];
        head[2..6].copy_from_slice(&cost.to_be_bytes());
        head[6..].copy_from_slice(&passes.to_be_bytes());
        head
    };
    for head in [
        head(1, 1, 1_048_577, 16),
        head(1, 1, 65_536, u32::MAX),
        head(1, 255, u32::MAX, 3),
        head(1, 5, 65_536, 3),
        head(1, 0, 65_536, 3),
        head(1, 1, 8, 3),
        head(2, 0, u32::MAX, 0),
        head(2, 0, 1, 0),
        // The fields that a kdf does not have are 0.
        head(2, 1, 600_000, 0),
        head(2, 0, 600_000, 1),
        head(3, 0, 1, 0),
        head(3, 0, 0, 0),
        head(0, 0, 0, 0),
        head(4, 1, 65_536, 3),
    ] {
        assert_eq!(open(head), VaultError::Closed, "{head:?}");
    }
    // Longer than any record, and a key where a backup has none.
    let head = head(1, 1, 1_048_576, 16);
    let long = [
        &b"PAIR\x01\x01"[..],
        &head,
        &[0; 80 + limits::IDENTITY_RECORD_MAX + 1 + 16],
    ]
    .concat();
    assert!(open_identity(&long, Secret::Passphrase(&passphrase)).is_err());
    let keyed = [
        &b"PAIR\x01\x02"[..],
        &head,
        &[0; 16],
        &[1; 32],
        &[0; 32 + 1024 + 16],
    ]
    .concat();
    assert!(open_backup(&keyed, Secret::Passphrase(&passphrase)).is_err());
}

/// The kinds of secrets and of contents do not mix.
#[test]
fn every_envelope_has_its_secret() {
    let rng = &mut TestRng::new(2);
    let passphrase = Passphrase::new("passphrase").unwrap();
    let kdf = Kdf::argon2id(19_456, 2, 1).unwrap();
    let under_secret = seal_identity(&identity(), Protection::VaultSecret(&secret()), rng).unwrap();
    let under_passphrase =
        seal_identity(&identity(), Protection::Passphrase(&passphrase, kdf), rng).unwrap();
    assert!(open_identity(&under_secret, Secret::VaultSecret(&secret())).is_ok());
    assert!(open_identity(&under_passphrase, Secret::Passphrase(&passphrase)).is_ok());
    assert!(open_identity(&under_secret, Secret::Passphrase(&passphrase)).is_err());
    assert!(open_identity(&under_passphrase, Secret::VaultSecret(&secret())).is_err());
    assert!(open_backup(&under_secret, Secret::VaultSecret(&secret())).is_err());
    let people = seal_people(two_people()).unwrap();
    assert!(open_identity(&people, Secret::VaultSecret(&secret())).is_err());
}

#[test]
fn passphrases_are_generated() {
    let bytes: Vec<u8> = (0..20).map(|i| 0xe0 | i).collect();
    let rng = &mut Script::new(&[&bytes]);
    let passphrase = Passphrase::generate(rng);
    assert!(rng.is_used_up());
    assert_eq!(passphrase.expose(), "0123456789ABCDEFGHJK");
    assert_eq!(*passphrase.grouped(), "01234-56789-ABCDE-FGHJK");
    let bytes: Vec<u8> = (12..32).collect();
    let passphrase = Passphrase::generate(&mut Script::new(&[&bytes]));
    assert_eq!(passphrase.expose(), "CDEFGHJKMNPQRSTVWXYZ");
}

#[test]
fn a_generated_passphrase_is_read_as_people_write_it() {
    let read = |typed: &str| Passphrase::typed(typed).unwrap().expose().to_owned();
    for typed in [
        "01234-56789-ABCDE-FGHJK",
        "01234 56789 abcde fghjk",
        " o1234\n56789\tabcde\u{a0}fghjk ",
        "OI234—56789–ABCDE−FGHJK",
        "Ol234_56789‐abCDefghjk--",
    ] {
        assert_eq!(read(typed), "0123456789ABCDEFGHJK", "{typed}");
    }
    // Anything else is a passphrase of the person's own, and left alone.
    for own in [
        "0123456789ABCDEFGHJ",
        "0123456789ABCDEFGHJK0",
        "U123456789ABCDEFGHJK",
        "0123456789ABCDEFGHJ!",
        "0123456789ABCDEFGHJé",
        "correct horse battery staple",
        " ",
    ] {
        assert_eq!(read(own), own);
    }
    assert_eq!(read("zoe\u{308}"), "zo\u{eb}");
    assert_eq!(Passphrase::new("0o-").unwrap().expose(), "0o-");
}

#[test]
fn passphrases_have_a_length() {
    for read in [Passphrase::new, Passphrase::typed] {
        let length = |text: &str| read(text).map(|passphrase| passphrase.expose().len());
        assert_eq!(length(""), Err(VaultError::Passphrase));
        assert_eq!(length("a"), Ok(1));
        assert_eq!(length(&"a".repeat(1024)), Ok(1024));
        assert_eq!(length(&"a".repeat(1025)), Err(VaultError::Passphrase));
        // 1,023 bytes after NFC, three times that before.
        assert_eq!(length(&"\u{1100}\u{1161}\u{11a8}".repeat(341)), Ok(1023));
    }
}

#[test]
fn a_backup_holds_so_many_people() {
    let someone = peer("someone", 1, PinState::Compared, 0);
    let many = |count: usize| {
        let one = |i| VerifiedPeer {
            name: AccountName::new(&format!("{i}")).unwrap(),
            ..someone.clone()
        };
        (0..count).map(one).collect::<Vec<_>>()
    };
    assert_eq!(seal_people(many(65_536)).unwrap_err(), VaultError::Peers);
    let envelope = seal_people(many(2_000)).unwrap();
    assert_eq!(open_people(&envelope).unwrap(), many(2_000));
    // Earlier keys count, too.
    let mut crowd = many(65_535);
    crowd[0].earlier = vec![earlier(2, PinState::Sas, 0)];
    assert_eq!(seal_people(crowd).unwrap_err(), VaultError::Peers);

    let mut bob = peer("bob", 1, PinState::Qr, 0);
    bob.earlier = vec![earlier(2, PinState::Sas, 0); limits::EARLIER_KEYS];
    assert_eq!(
        open_people(&seal_people(vec![bob.clone()]).unwrap()).unwrap(),
        [bob.clone()]
    );
    bob.earlier.push(earlier(2, PinState::Sas, 0));
    assert_eq!(seal_people(vec![bob]).unwrap_err(), VaultError::Peers);
    let twice = vec![
        peer("bob", 1, PinState::Qr, 0),
        peer("bob", 2, PinState::Qr, 0),
    ];
    assert_eq!(seal_people(twice).unwrap_err(), VaultError::Peers);
}

/// An envelope that somebody with the secret made: only its inside is wrong.
fn envelope_of(content: u8, public: &[u8; 32], record: &[u8]) -> Vec<u8> {
    let mut out = [&b"PAIR\x01"[..], &[content, 3], &[0; 9], &[1; 16], public].concat();
    let o = hash::expand::<76>(&SECRET, &labels::WRAP, &[&out]);
    out.extend_from_slice(&o[44..]);
    let mut body = record.to_vec();
    let tag = aead::seal(o[..44].try_into().unwrap(), &out, &mut body).unwrap();
    out.extend_from_slice(&body);
    out.extend_from_slice(&tag);
    out
}

fn identity_record() -> Vec<u8> {
    [
        &[5; 32][..],
        &1_700_000_000_000_u64.to_be_bytes(),
        b"\x0cchat.example\x05alice",
    ]
    .concat()
}

fn entry(name: &[u8], key: &[u8; 32], state: u8) -> Vec<u8> {
    [&[name.len() as u8], name, key, &[state], &[0; 8]].concat()
}

fn open_entries(count: u16, entries: &[Vec<u8>]) -> Option<Vec<VerifiedPeer>> {
    let mut record = [
        identity_record(),
        count.to_be_bytes().to_vec(),
        entries.concat(),
    ]
    .concat();
    record.push(0x80);
    record.resize(1024, 0);
    open_people(&envelope_of(2, &[0; 32], &record)).ok()
}

#[test]
fn a_backup_says_nothing_in_two_ways() {
    let (bob, other) = (*key(1).as_bytes(), *key(2).as_bytes());
    let good = entry(b"bob", &bob, 2);
    assert_eq!(open_entries(0, &[]).unwrap(), []);
    assert_eq!(
        open_entries(1, std::slice::from_ref(&good)).unwrap(),
        [peer("bob", 1, PinState::Compared, 0)]
    );
    let past = |state| entry(b"bob", &other, state);
    assert_eq!(
        open_entries(2, &[good.clone(), past(0x83)]).unwrap()[0].earlier,
        [earlier(2, PinState::Sas, 0)]
    );
    for (why, count, entries) in [
        ("fewer than counted", 2, vec![good.clone()]),
        ("more than counted", 0, vec![good.clone()]),
        ("state 0", 1, vec![entry(b"bob", &bob, 0)]),
        ("state 5", 1, vec![entry(b"bob", &bob, 5)]),
        ("twice", 2, vec![good.clone(), past(2)]),
        ("an earlier key of nobody", 1, vec![past(0x82)]),
        (
            "of somebody else",
            2,
            vec![entry(b"eve", &bob, 2), past(0x82)],
        ),
        ("with state 0", 2, vec![good.clone(), past(0x80)]),
        ("with state 5", 2, vec![good.clone(), past(0x85)]),
        ("no name", 1, vec![entry(b"", &bob, 2)]),
        ("no UTF-8", 1, vec![entry(b"\xff", &bob, 2)]),
        ("no NFC", 1, vec![entry("zoe\u{308}".as_bytes(), &bob, 2)]),
        ("a weak key", 1, vec![entry(b"bob", &[0; 32], 2)]),
        ("not a point", 1, vec![entry(b"bob", &[2; 32], 2)]),
    ] {
        assert_eq!(open_entries(count, &entries), None, "{why}");
    }
    let mut crowd = vec![good; 1];
    crowd.extend(vec![past(0x82); limits::EARLIER_KEYS]);
    assert!(open_entries(17, &crowd).is_some());
    crowd.push(past(0x82));
    assert!(open_entries(18, &crowd).is_none());
}

#[test]
fn a_backup_is_padded_in_one_way() {
    let record = [identity_record(), vec![0, 0]].concat();
    let padded = |record: &[u8], end: u8, length: usize| {
        let mut padded = record.to_vec();
        padded.push(end);
        padded.resize(length, 0);
        open_people(&envelope_of(2, &[0; 32], &padded)).is_ok()
    };
    assert!(padded(&record, 0x80, 1024));
    assert!(!padded(&record, 0x80, 1023));
    assert!(!padded(&record, 0x80, 1025));
    assert!(!padded(&record, 0x80, 1088));
    assert!(!padded(&record, 0x81, 1024));
    assert!(!padded(&record, 0, 1024));
    assert!(open_people(&envelope_of(2, &[0; 32], &[0; 1024])).is_err());
    assert!(open_people(&envelope_of(2, &[0; 32], &[])).is_err());
}

#[test]
fn an_identity_is_its_own() {
    let public = *identity().seed.public_key().as_bytes();
    let opens = |public: &[u8; 32], record: &[u8]| {
        open_identity(
            &envelope_of(1, public, record),
            Secret::VaultSecret(&secret()),
        )
        .is_ok()
    };
    let record = identity_record();
    assert!(opens(&public, &record));
    assert!(!opens(key(1).as_bytes(), &record));
    assert!(!opens(&[0; 32], &record));
    assert!(!opens(&public, &[&record[..], &[0]].concat()));
    assert!(!opens(&public, &record[..record.len() - 1]));
    assert!(!opens(
        &public,
        &[&record[..40], b"\x0cChat.example\x05alice"].concat()
    ));
    assert!(!opens(
        &public,
        &[&record[..40], b"\x0cchat.example\x00"].concat()
    ));
    assert!(!opens(
        &public,
        &[&record[..40], "\x0cchat.example\x06zoe\u{308}.".as_bytes()].concat()
    ));
    // As long as a record can be.
    let longest = IdentityRecord {
        realm: Realm::new(&"r".repeat(255)).unwrap(),
        name: AccountName::new(&"n".repeat(255)).unwrap(),
        ..identity()
    };
    let rng = &mut TestRng::new(3);
    let envelope = seal_identity(&longest, Protection::VaultSecret(&secret()), rng).unwrap();
    assert!(open_identity(&envelope, Secret::VaultSecret(&secret())).is_ok());
}

#[test]
fn debug_shows_no_secret() {
    let passphrase = Passphrase::new("needle").unwrap();
    assert_eq!(format!("{passphrase:?}"), "Passphrase { .. }");
    let protection = Protection::Passphrase(&passphrase, Kdf::pbkdf2(600_000).unwrap());
    assert_eq!(
        format!("{protection:?}"),
        "Passphrase(Passphrase { .. }, Kdf(Pbkdf2 { iterations: 600000 }))"
    );
    assert_eq!(
        format!("{:?}", Secret::VaultSecret(&secret())),
        "VaultSecret(VaultSecret { .. })"
    );
    let shown = format!("{:?}", backup(two_people()));
    let public = format!("{:?}", identity().seed.public_key());
    assert!(shown.contains(&format!("seed: IdentitySeed {{ public: {public}, .. }}")));
    assert!(!shown.contains(&"05".repeat(8)) && !shown.contains("[5, 5"));
}

fn any_state() -> impl Strategy<Value = PinState> {
    (1..5_u8).prop_map(|value| PinState::from_value(value).unwrap())
}

fn any_peer() -> impl Strategy<Value = VerifiedPeer> {
    let old = (1..9_u8, any_state(), any::<u64>())
        .prop_map(|(seed, state, time)| earlier(seed, state, time));
    (
        "[a-zà-ÿ]{1,40}",
        1..9_u8,
        any_state(),
        any::<u64>(),
        vec(old, 0..4),
    )
        .prop_map(|(name, seed, state, first_seen, earlier)| VerifiedPeer {
            earlier,
            ..peer(&name, seed, state, first_seen)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn backups_round_trip(mut peers in vec(any_peer(), 0..40)) {
        let mut names = std::collections::BTreeSet::new();
        peers.retain(|peer| names.insert(peer.name.as_str().to_owned()));
        let envelope = seal_people(peers.clone()).unwrap();
        prop_assert_eq!(open_people(&envelope).unwrap(), peers);
    }

    #[test]
    fn no_changed_bit_and_no_cut_opens(position in any::<usize>(), bit in 0..8_u32) {
        let envelope = seal_people(two_people()).unwrap();
        let position = position % envelope.len();
        let mut changed = envelope.clone();
        changed[position] ^= 1 << bit;
        prop_assert_eq!(open_people(&changed), Err(VaultError::Closed));
        prop_assert_eq!(open_people(&envelope[..position]), Err(VaultError::Closed));
        prop_assert_eq!(open_people(&[&envelope[..], &[0]].concat()), Err(VaultError::Closed));
    }

    /// Whatever somebody with the secret wrote: no panic, and what opens says the same when it is written again.
    #[test]
    fn any_inside_is_survived(tail in vec(any::<u8>(), 0..200), count in 0..4_u16) {
        let mut record = [identity_record(), count.to_be_bytes().to_vec(), tail].concat();
        record.push(0x80);
        record.resize(1024, 0);
        if let Ok(peers) = open_people(&envelope_of(2, &[0; 32], &record)) {
            prop_assert_eq!(open_people(&seal_people(peers.clone()).unwrap()).unwrap(), peers);
        }
    }
}

/// A backup around every step of its padding is as long as section 8.2 says, and opens.
#[test]
fn backups_are_padded_by_what_they_hold() {
    let mut people: Vec<VerifiedPeer> = (0..25_u8)
        .map(|i| peer(&format!("{i:02}"), i, PinState::Sas, 1))
        .collect();
    people[0].earlier = vec![earlier(100, PinState::FirstUse, 0)];
    people.push(peer("n", 200, PinState::Qr, 2));
    let mut lengths = std::collections::BTreeSet::new();
    for length in 1..=200_usize {
        people[25].name = AccountName::new(&"n".repeat(length)).unwrap();
        let envelope = seal_people(people.clone()).unwrap();
        // Alice's identity, the count, 25 people with names of two letters and one earlier key, the last one.
        let record = (32 + 8 + 13 + 6) + 2 + 26 * (3 + 41) + (1 + length + 41);
        assert_eq!(envelope.len(), 112 + padme(record as u64 + 1) as usize);
        assert_eq!(open_people(&envelope).unwrap(), people);
        lengths.insert(envelope.len());
    }
    assert!(lengths.len() > 2, "{lengths:?}");
}

/// As many people as a backup can count, with the longest names: the bound on records lets it through.
#[test]
fn the_largest_backup_opens() {
    let key = key(1);
    let people: Vec<VerifiedPeer> = (0..limits::PEOPLE)
        .map(|i| VerifiedPeer {
            name: AccountName::new(&format!("{i:0255}")).unwrap(),
            key,
            state: PinState::Qr,
            first_seen: i as u64,
            earlier: vec![],
        })
        .collect();
    let envelope = seal_people(people.clone()).unwrap();
    assert_eq!(open_people(&envelope).unwrap(), people);
}
