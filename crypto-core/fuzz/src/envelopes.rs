//! What lies on a disk: envelopes under a secret, and the records inside of them.

use std::vec::Vec;

use duet_crypto::identity::IdentitySeed;
use duet_crypto::password::VaultSecret;
use duet_crypto::primitives::{aead, hash, labels};
use duet_crypto::session::padding::padme;
use duet_crypto::session::record::{RecordKey, Restored};
use duet_crypto::session::{Content, Header, Lifetime, Session};
use duet_crypto::vault::{
    Protection, Secret, VaultError, open_backup, open_identity, seal_backup, seal_identity,
};

use super::common::{Script, TestRng};

const SECRET: [u8; 32] = [5; 32];

/// Any bytes as an envelope: closed, whatever they are. Passphrases are left out, because their stretching is what takes
/// the time; the bounds of their costs come before it, and the last case looks at these alone.
pub fn envelope(bytes: &[u8]) {
    let secret = VaultSecret::from_bytes(&SECRET);
    let secret = Secret::VaultSecret(&secret);
    if let Err(error) = open_identity(bytes, secret) {
        assert_eq!(error, VaultError::Closed);
    }
    if let Err(error) = open_backup(bytes, secret) {
        assert_eq!(error, VaultError::Closed);
    }
}

/// Any bytes as an authentic identity record.
pub fn identity_record(bytes: &[u8]) {
    let public = bytes.first_chunk().map_or([0; 32], |seed| {
        *IdentitySeed::from_bytes(seed).public_key().as_bytes()
    });
    let sealed = seal(1, &public, bytes);
    let secret = VaultSecret::from_bytes(&SECRET);
    match open_identity(&sealed, Secret::VaultSecret(&secret)) {
        Ok(record) => {
            let protection = Protection::VaultSecret(&secret);
            let again = seal_identity(&record, protection, &mut salt()).unwrap();
            assert_eq!(again, sealed);
        }
        Err(error) => assert_eq!(error, VaultError::Closed),
    }
}

/// Any bytes as an authentic backup, with its padding put right.
pub fn backup_record(bytes: &[u8]) {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(self::padded(padded.len()), 0);
    for record in [&padded[..], bytes] {
        let sealed = seal(2, &[0; 32], record);
        let secret = VaultSecret::from_bytes(&SECRET);
        match open_backup(&sealed, Secret::VaultSecret(&secret)) {
            Ok(backup) => {
                let protection = Protection::VaultSecret(&secret);
                let again = seal_backup(&backup, protection, &mut salt()).unwrap();
                assert_eq!(again, sealed);
            }
            Err(error) => assert_eq!(error, VaultError::Closed),
        }
    }
}

/// Where the turn of a MSG is.
const TURN: usize = 26;

/// Any bytes as a record of a session, and as an authentic one with its padding put right.
pub fn session_record(bytes: &[u8]) {
    let key = RecordKey::from_bytes(&SECRET);
    assert!(Session::restore(bytes, &key, 0).is_err());
    let mut state = bytes.to_vec();
    state.push(0x80);
    state.resize(padded(state.len()), 0);
    let record = seal_session(1, &state);
    let Ok(Restored {
        mut session,
        lifetime,
    }) = Session::restore(&record, &key, 1)
    else {
        return;
    };
    let again = session.save(&key, &lifetime, &mut salt());
    assert_eq!(again, seal_session(2, &state));
    // Whatever the state says, it says it without a panic.
    let rng = &mut TestRng::new(1);
    let _ = lifetime.renewal(&session, u64::MAX);
    if let Ok(sent) = session.send(&Content::Receipt, rng) {
        // Nobody has the keys of another turn, and our own frame is not the peer's.
        let own = Header::decode(&sent.frame).unwrap().turn;
        for turn in own.saturating_sub(1)..=own + 2 {
            let mut forged = sent.frame.clone();
            forged[TURN..TURN + 4].copy_from_slice(&turn.to_be_bytes());
            assert!(session.receive(&forged, 0).is_err());
        }
    }
    session.forget(u64::MAX);
    let _ = session.send(&Content::Bye, rng);
}

/// The record of [`duet_crypto::session::record`], written out around any state.
fn seal_session(revision: u64, state: &[u8]) -> Vec<u8> {
    let mut out = Vec::from(*b"PAIR\x01\x03");
    let length = u32::try_from(66 + state.len() + 16).unwrap();
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&revision.to_be_bytes());
    out.extend_from_slice(&SALT);
    let o = hash::expand::<76>(&SECRET, &labels::SESSION_RECORD, &[&SALT]);
    out.extend_from_slice(&o[44..]);
    let mut sealed = state.to_vec();
    let tag = aead::seal(o.first_chunk().unwrap(), &out, &mut sealed).unwrap();
    out.extend_from_slice(&sealed);
    out.extend_from_slice(&tag);
    out
}

/// The state inside of a record of [`seal_session`]'s form, without its padding: a seed.
pub(crate) fn session_state(session: &mut Session, lifetime: &Lifetime) -> Vec<u8> {
    let key = RecordKey::from_bytes(&SECRET);
    let record = session.save(&key, lifetime, &mut salt());
    let o = hash::expand::<76>(&SECRET, &labels::SESSION_RECORD, &[&SALT]);
    let (head, sealed) = record.split_at(66);
    let (body, tag) = sealed.split_last_chunk().unwrap();
    let mut state = body.to_vec();
    aead::open(o.first_chunk().unwrap(), head, &mut state, tag).unwrap();
    let end = state.iter().rposition(|&byte| byte != 0).unwrap();
    state.truncate(end);
    state
}

/// A session's record, and back: restoring is cheaper than a handshake.
pub(crate) fn sealed(session: &mut Session) -> Vec<u8> {
    let key = RecordKey::from_bytes(&SECRET);
    session.save(&key, &Lifetime::new(0), &mut salt())
}

pub(crate) fn restored(record: &[u8]) -> Session {
    let key = RecordKey::from_bytes(&SECRET);
    Session::restore(record, &key, 1).unwrap().session
}

/// `max(1024, padme(length))`.
fn padded(length: usize) -> usize {
    usize::try_from(padme(length as u64)).unwrap().max(1024)
}

const SALT: [u8; 16] = [6; 16];

fn salt() -> Script {
    Script::new(&[&SALT])
}

/// Section 8.1 under a vault secret, written out: an authentic envelope around any record.
fn seal(content: u8, public: &[u8; 32], record: &[u8]) -> Vec<u8> {
    let mut out = Vec::from(*b"PAIR");
    out.extend_from_slice(&[1, content, 3, 0]);
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&SALT);
    out.extend_from_slice(public);
    let o = hash::expand::<76>(&SECRET, &labels::WRAP, &[&out]);
    out.extend_from_slice(&o[44..]);
    let mut sealed = record.to_vec();
    let tag = aead::seal(o.first_chunk().unwrap(), &out, &mut sealed).unwrap();
    out.extend_from_slice(&sealed);
    out.extend_from_slice(&tag);
    out
}
