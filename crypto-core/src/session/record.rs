//! A session at rest: a versioned, authenticated record with a revision. protocol.md has none; this is the crate's own.
//!
//! | off | len | field |
//! |---|---|---|
//! | 0 | 4 | ASCII `PAIR` |
//! | 4 | 1 | version 0x01 |
//! | 5 | 1 | content: 3 session (1 and 2 are those of section 8.1) |
//! | 6 | 4 | length of the whole record |
//! | 10 | 8 | revision, one more at every save |
//! | 18 | 16 | salt, fresh at every save |
//! | 34 | 32 | key commitment `o[44..76)` |
//! | 66 | … | `Seal(o[0..44), aad = bytes 0..66, state \|\| 0x80 \|\| zeros up to max(1024, padme(len + 1)))` |
//!
//! `o = Expand(record key, "session record", salt, 76)`. The padding hides how many keys were skipped and how many messages
//! wait, but for O(log log n) bits.
//!
//! # What rolling back costs
//! A session that is restored from an older record than its last one
//! - **seals two messages under one key and nonce** where our turn was the newest. Whoever sees both frames learns the XOR of
//!   the texts, and AES-GCM lets them forge frames of that key. Where our turn was due, its keys are drawn anew and nothing
//!   repeats; but if the turn that was lost had reached the peer, neither side opens the other any more: renew;
//! - opens again what it opened before: the peer's old frames are accepted a second time;
//! - has keys again that it had wiped: forward secrecy begins at the record, not at the message.
//!
//! The revision is what a caller detects it by: it keeps the last one where an old record cannot bring it back (a counter
//! beside the record is no such place, the memory of a running program or another device is), and names it when it
//! restores. No record can tell that a newer one exists, and none covers what came after it. So:
//! - save **after** a frame is sealed or opened and **before** it is sent or shown: what a crash then loses is a frame that
//!   is sent again, identically;
//! - one record, one session: after [`Session::restore`], the session that it was saved from must not be used.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::attempts::Attempts;
use super::fields::{at_most, put_count, put_u32, read_count, read_flag};
use super::{EarlyCount, Lifetime, Ratchet, Receiving, Sending, Session, State};
use crate::bytes::Reader;
use crate::error::{Class, Code, errors};
use crate::identity::{AccountId, IdentityKey, Party, Role};
use crate::limits;
use crate::primitives::hash::Secret32;
use crate::primitives::labels;
use crate::sealed::{self, FormError, Keys, RecordKind, Sealed, Sealing};
use crate::trace::Recorder;

/// Bytes before the commitment: magic, version and kind, length, revision, salt.
const HEAD: usize = 34;
/// Where the salt is.
const SALT: usize = 18;
/// Bytes of a state whose lists are empty.
const FIXED: usize = 2 + 64 + 64 + 4 + 8 + 16 + 2 + 4 + (4 + 1 + 2) + (1 + 4 + 5 + 2);
/// Layout of the state.
const LAYOUT: u8 = 2;

errors! {
    /// A record that is not restored.
    pub enum RestoreError {
        /// Not a record of a session.
        Form => SessionRecord,
        /// Made by a later version of this program.
        Version => SessionRecordVersion,
        /// Cut off, or something was appended.
        Length => SessionRecordLength,
        /// Made under another key (or its salt was changed: the two look the same).
        Key => SessionRecordKey,
        /// Not what was saved.
        Damaged => SessionRecordDamaged,
        /// Older than the revision that the caller knows of: somebody rolled it back.
        RolledBack => SessionRecordOld,
    }
    from FormError {
        Form => Form,
        Version => Version,
    }
}

/// What a record holds.
#[derive(Debug)]
pub struct Restored {
    /// The session as it was saved.
    pub session: Session,
    /// What was used of its lifetime.
    pub lifetime: Lifetime,
}

/// Seals records of sessions. 32 bytes from a generator, or derived from a secret of such strength. Wiped on drop.
///
/// ```compile_fail,E0277
/// fn needs_clone<T: Clone>() {}
/// needs_clone::<duet_crypto::session::record::RecordKey>();
/// ```
pub struct RecordKey(Secret32);

impl RecordKey {
    /// Takes a key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("RecordKey").finish_non_exhaustive()
    }
}

impl Session {
    /// How often this session was saved: the revision of its last record, 0 if there is none.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.0.revision
    }

    /// Everything that the session needs to go on after a restart, sealed: skipped keys, counters, a failure, the SAS. The
    /// revision goes up by one. Draws the salt, 16 bytes, from `rng`.
    ///
    /// Skipped keys age by the `now` of [`Session::receive`]: a session that is saved needs a clock that goes on meanwhile,
    /// such as the time since 1970. When to save, and what rolling back costs: [`crate::session::record`].
    pub fn save(
        &mut self,
        key: &RecordKey,
        lifetime: &Lifetime,
        rng: &mut dyn CryptoRng,
    ) -> Vec<u8> {
        let state = &mut *self.0;
        state.revision += 1;
        let length = sealed::length(HEAD, sealed::padded(state.length()));
        debug_assert!(length <= limits::SESSION_RECORD_MAX);
        let announced = u32::try_from(length).unwrap_or(u32::MAX);
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let sealing = Sealing::new(
            Vec::with_capacity(length),
            RecordKind::Session,
            &[
                &announced.to_be_bytes(),
                &state.revision.to_be_bytes(),
                &salt,
            ],
        );
        let keys = Keys::derive(&key.0, &labels::SESSION_RECORD, &salt);
        sealing.finish(&keys, |out| {
            let begin = out.len();
            state.write(lifetime, out);
            debug_assert_eq!(out.len(), begin + state.length());
            sealed::pad(out, begin);
        })
    }

    /// A session as it was saved. It goes on as if it had never been away.
    ///
    /// `minimum` is the last revision that the caller knows of; 0 accepts every one.
    ///
    /// # Errors
    /// [`RestoreError`].
    pub fn restore(record: &[u8], key: &RecordKey, minimum: u64) -> Result<Restored, RestoreError> {
        let mut reader = Reader::new(record);
        sealed::read_form(&mut reader, RecordKind::Session)?;
        let cut = |_| RestoreError::Length;
        let announced = reader.u32().map_err(cut)?;
        if u32::try_from(record.len()) != Ok(announced) || record.len() > limits::SESSION_RECORD_MAX
        {
            return Err(RestoreError::Length);
        }
        let revision = reader.u64().map_err(cut)?;
        let sealed = Sealed::split(record, HEAD).ok_or(RestoreError::Length)?;
        let keys = Keys::derive(&key.0, &labels::SESSION_RECORD, &sealed.head[SALT..]);
        let verified = sealed.verify(&keys).ok_or(RestoreError::Key)?;
        let body = verified
            .decrypt(Vec::with_capacity(sealed.record_length()))
            .map_err(|_| RestoreError::Damaged)?;
        if revision < minimum {
            return Err(RestoreError::RolledBack);
        }
        let (state, lifetime) = sealed::unpad(&body)
            .and_then(|state| State::read(state, revision))
            .ok_or(RestoreError::Damaged)?;
        let session = Self(alloc::boxed::Box::new(state));
        Ok(Restored { session, lifetime })
    }
}

impl State {
    /// Bytes that [`Self::write`] writes.
    fn length(&self) -> usize {
        FIXED
            + 4 * (self.sending.unacknowledged.len() + self.receiving.ahead.len())
            + self.ratchet.record_length()
    }

    fn write(&self, lifetime: &Lifetime, out: &mut Vec<u8>) {
        let Self {
            role,
            local,
            peer,
            sas,
            early,
            ratchet,
            sending:
                Sending {
                    next,
                    unacknowledged,
                    ended,
                },
            receiving:
                Receiving {
                    any,
                    contiguous,
                    ahead,
                    last,
                },
            failure,
            attempts,
            // In the head.
            revision: _,
            handshake_trace: _,
        } = self;
        let Lifetime {
            started,
            chunk_bytes,
        } = lifetime;
        out.push(LAYOUT);
        out.push(match role {
            Role::Initiator => b'A',
            Role::Responder => b'B',
        });
        for party in [local, peer] {
            out.extend_from_slice(&party.account.0);
            out.extend_from_slice(party.key.as_bytes());
        }
        out.extend_from_slice(sas);
        put_u32(out, early.sent);
        put_u32(out, early.received);
        out.extend_from_slice(&started.to_be_bytes());
        out.extend_from_slice(&chunk_bytes.to_be_bytes());
        out.extend_from_slice(&failure.map_or(0, Code::value).to_be_bytes());
        put_u32(out, attempts.failed());
        put_u32(out, *next);
        out.push((*ended).into());
        put_count(out, unacknowledged.len());
        unacknowledged.iter().for_each(|&seq| put_u32(out, seq));
        out.push((*any).into());
        put_u32(out, *contiguous);
        out.push(last.is_some().into());
        put_u32(out, last.unwrap_or(0));
        put_count(out, ahead.len());
        ahead.iter().for_each(|&seq| put_u32(out, seq));
        ratchet.write_record(out);
    }

    /// Reads what [`Self::write`] wrote. It was authenticated, so that a fault in it is this program's own; the bounds
    /// keep it from doing harm.
    fn read(state: &[u8], revision: u64) -> Option<(Self, Lifetime)> {
        let mut reader = Reader::new(state);
        if reader.u8().ok()? != LAYOUT {
            return None;
        }
        let role = match reader.u8().ok()? {
            b'A' => Role::Initiator,
            b'B' => Role::Responder,
            _ => return None,
        };
        let local = read_party(&mut reader)?;
        let peer = read_party(&mut reader)?;
        let sas = reader.array().ok()?;
        let early = EarlyCount {
            sent: at_most(reader.u32().ok()?, limits::EARLY_MESSAGES)?,
            received: at_most(reader.u32().ok()?, limits::EARLY_MESSAGES)?,
        };
        let lifetime = Lifetime {
            started: reader.u64().ok()?,
            chunk_bytes: reader.u64().ok()?,
        };
        let failure = read_failure(reader.u16().ok()?)?;
        let failures = at_most(reader.u32().ok()?, limits::FAILURES)?;
        // The last number is that of a BYE.
        let end = limits::SESSION_MESSAGES + 1;
        let next = at_most(reader.u32().ok()?, end)?;
        let sending = Sending {
            next,
            ended: read_flag(&mut reader)?,
            unacknowledged: read_numbers(&mut reader, limits::UNACKNOWLEDGED, 0..next)?.into(),
        };
        let any = read_flag(&mut reader)?;
        let contiguous = at_most(reader.u32().ok()?, end)?;
        let last = read_last(&mut reader)?;
        let window = contiguous + 1..end.min(contiguous + limits::SEQUENCE_WINDOW);
        let ahead = read_numbers(&mut reader, limits::SEQUENCE_WINDOW as usize, window)?;
        let receiving = Receiving {
            any,
            contiguous,
            last,
            ahead: ahead.into_iter().collect(),
        };
        let ratchet = Ratchet::read_record(&mut reader, role)?;
        reader.end().ok()?;
        let state = Self {
            role,
            local,
            peer,
            sas,
            early,
            ratchet,
            sending,
            receiving,
            failure,
            attempts: Attempts::restore(failures),
            revision,
            handshake_trace: Recorder::new(),
        };
        Some((state, lifetime))
    }
}

/// A number after the flag that says whether there is one; without it the number is 0.
fn read_last(reader: &mut Reader<'_>) -> Option<Option<u32>> {
    match (read_flag(reader)?, reader.u32().ok()?) {
        (true, last) => Some(Some(last)),
        (false, 0) => Some(None),
        (false, _) => None,
    }
}

/// Numbers of `range`, each above the one before, as they are written: every state has one record.
fn read_numbers(reader: &mut Reader<'_>, limit: usize, range: Range<u32>) -> Option<Vec<u32>> {
    let mut least = range.start;
    (0..read_count(reader, limit)?)
        .map(|_| {
            let number = reader.u32().ok()?;
            let fits = (least..range.end).contains(&number);
            least = number.checked_add(1)?;
            fits.then_some(number)
        })
        .collect()
}

fn read_party(reader: &mut Reader<'_>) -> Option<Party> {
    Some(Party {
        account: AccountId(reader.array().ok()?),
        key: IdentityKey::from_bytes(&reader.array().ok()?).ok()?,
    })
}

/// A code that ends a session, or 0 for none.
fn read_failure(value: u16) -> Option<Option<Code>> {
    if value == 0 {
        return Some(None);
    }
    let code = Code::ALL.iter().find(|code| code.value() == value)?;
    (code.class() == Class::FatalSession).then_some(Some(*code))
}

#[cfg(test)]
mod tests {
    //! States that were sealed under the right key and are wrong inside: only this program could have made them.

    use super::*;
    use crate::common::{TestRng, sessions};
    use crate::session::Content;
    use std::format;

    /// Where the list of skipped keys stands in [`state`].
    const SKIPPED: usize = 1497;

    /// The responder's state after READY and before any message: every list is empty.
    fn state() -> Vec<u8> {
        let (_, mut b) = sessions(&mut TestRng::new(1));
        b.0.sending.unacknowledged.clear();
        let mut out = Vec::new();
        b.0.write(&Lifetime::new(7), &mut out);
        assert_eq!(out.len(), b.0.length());
        out
    }

    fn reads(state: &[u8]) -> bool {
        State::read(state, 1).is_some()
    }

    #[test]
    fn every_field_has_its_bounds() {
        let good = state();
        assert!(reads(&good));
        let with = |at: usize, bytes: &[u8]| {
            let mut state = good.clone();
            state[at..at + bytes.len()].copy_from_slice(bytes);
            reads(&state)
        };
        let number = |at: usize, value: u32| with(at, &value.to_be_bytes());
        let (messages, turn) = (limits::SESSION_MESSAGES, limits::TURN_MESSAGES);
        for (what, accepted, refused) in [
            ("layout", with(0, &[2]), with(0, &[1])),
            // A makes the even turns, and this one is odd and our own.
            ("role", with(1, b"B"), with(1, b"A")),
            ("own key", with(34, &good[98..130]), with(34, &[0; 32])),
            ("peer's key", with(98, &good[34..66]), with(98, &[0; 32])),
            ("early sent", number(134, 16), number(134, 17)),
            ("early received", number(138, 16), number(138, 17)),
            (
                "failure",
                with(158, &Code::Content.value().to_be_bytes()),
                with(158, &Code::Decrypt.value().to_be_bytes()),
            ),
            ("failure's code", with(158, &[0, 0]), with(158, &[0, 1])),
            (
                "failures",
                number(160, limits::FAILURES),
                number(160, limits::FAILURES + 1),
            ),
            ("next", number(164, messages + 1), number(164, messages + 2)),
            ("ended", with(168, &[1]), with(168, &[2])),
            ("any", with(171, &[1]), with(171, &[2])),
            (
                "contiguous",
                number(172, messages + 1),
                number(172, messages + 2),
            ),
            (
                "last",
                with(176, &[1, 0, 0, 0, 9]),
                with(176, &[0, 0, 0, 0, 9]),
            ),
            ("turn", number(231, 3), number(231, 2)),
            (
                "last turn",
                number(231, limits::SESSION_TURNS - 1),
                number(231, limits::SESSION_TURNS + 1),
            ),
            ("PN", number(235, turn), number(235, turn + 1)),
            ("receiving", with(239, &[1]), with(239, &[2])),
            ("received", number(272, turn), number(272, turn + 1)),
            ("newest", with(276, &[1]), with(276, &[2])),
            ("sent", number(309, turn), number(309, turn + 1)),
            ("RC", with(409, &[1; 1088]), with(409, &[0; 1088])),
        ] {
            assert!(accepted, "{what}");
            assert!(!refused, "{what}");
        }
        // Lists that claim more than there is, or than there may be.
        for count in [169, 181, SKIPPED] {
            assert!(
                !with(count, &[0, 1]) && !with(count, &[0xff, 0xff]),
                "{count}"
            );
        }
        for length in 0..good.len() {
            assert!(!reads(&good[..length]), "{length}");
        }
        assert!(!reads(&[&good[..], &[0]].concat()));
    }

    /// `good` with a list at `at`, where it has an empty one.
    fn with_list(good: &[u8], at: usize, count: usize, list: &[u8]) -> bool {
        let count = u16::try_from(count).unwrap().to_be_bytes();
        reads(&[&good[..at], &count, list, &good[at + 2..]].concat())
    }

    #[test]
    fn lists_have_bounds() {
        let good = state();
        let limit = limits::SKIPPED_STORED;
        let list = [0; 48].repeat(limit + 1);
        assert!(with_list(&good, SKIPPED, limit, &list[..limit * 48]));
        assert!(!with_list(&good, SKIPPED, limit + 1, &list));
    }

    /// A skipped key is of a turn of the peer's, which has heard of turn 0 only, and of a number that a turn has.
    #[test]
    fn skipped_keys_have_bounds() {
        let good = state();
        let reads = |turn: u32, number: u32| {
            let mut entry = [0; 48];
            entry[..4].copy_from_slice(&turn.to_be_bytes());
            entry[4..8].copy_from_slice(&number.to_be_bytes());
            with_list(&good, SKIPPED, 1, &entry)
        };
        assert!(reads(0, 0) && reads(0, 65_534));
        assert!(!reads(0, 65_535) && !reads(1, 0) && !reads(2, 0));
    }

    /// What A has after READY: the peer's keys, which it checks again.
    #[test]
    fn keys_of_the_peer_are_checked() {
        let (a, _) = sessions(&mut TestRng::new(1));
        let mut good = Vec::new();
        a.0.write(&Lifetime::new(7), &mut good);
        assert_eq!(good.len(), a.0.length());
        let with = |at: usize, bytes: &[u8]| {
            let mut state = good.clone();
            state[at..at + bytes.len()].copy_from_slice(bytes);
            reads(&state)
        };
        // `RX` not canonical, of low order, another; `RE` with a coefficient of 4095.
        assert!(!with(277, &[0xff; 32]) && !with(277, &[0; 32]) && with(277, &[9; 32]));
        assert!(!with(309, &[0xff, 0xff]) && with(309, &[0, 0]));
        // It is not A's turn.
        assert!(!with(276, &[1]) && !with(231, &2_u32.to_be_bytes()));
    }

    /// Only A in its turn 0 has heard nothing of the peer.
    #[test]
    fn turn_0_is_alone() {
        let rng = &mut TestRng::new(1);
        let (a, ..) = crate::common::sessions_before_ready(rng);
        let mut good = Vec::new();
        a.0.write(&Lifetime::new(7), &mut good);
        assert_eq!(good.len(), a.0.length());
        assert!(reads(&good));
        let with = |at: usize, bytes: &[u8]| {
            let mut state = good.clone();
            state[at..at + bytes.len()].copy_from_slice(bytes);
            reads(&state)
        };
        let rc = 373;
        assert!(!with(rc, &[1]));
        assert!(!with(231, &2_u32.to_be_bytes()));
        // With a chain of the peer's it is another turn than 0.
        let heard = [&good[..239], &[1], &[7; 36], &good[240..]].concat();
        assert!(!reads(&heard));
        let mut later = heard;
        later[231..235].copy_from_slice(&2_u32.to_be_bytes());
        later[272..276].copy_from_slice(&[0; 4]);
        assert!(!reads(&later));
        later[rc + 36] = 1;
        assert!(reads(&later));
    }

    /// The last turn of a session is A's.
    #[test]
    fn the_last_turn_is_a_turn() {
        let rng = &mut TestRng::new(1);
        let (mut a, _) = sessions(rng);
        a.send(&Content::Receipt, rng).unwrap();
        let mut state = Vec::new();
        a.0.write(&Lifetime::new(7), &mut state);
        let mut in_turn = |turn: u32| {
            state[231..235].copy_from_slice(&turn.to_be_bytes());
            reads(&state)
        };
        assert!(in_turn(2) && in_turn(limits::SESSION_TURNS));
        assert!(!in_turn(limits::SESSION_TURNS + 2));
    }

    /// Numbers increase, and are of messages that were sent, or that are in the window.
    #[test]
    fn lists_of_numbers_have_bounds() {
        let mut good = state();
        good[164..168].copy_from_slice(&1000_u32.to_be_bytes());
        good[172..176].copy_from_slice(&500_u32.to_be_bytes());
        let reads = |at: usize, numbers: &[u32]| {
            let list: Vec<_> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
            with_list(&good, at, numbers.len(), &list)
        };
        let (waiting, ahead) = (169, 181);
        let window = 501..500 + limits::SEQUENCE_WINDOW;
        for (at, range) in [(waiting, 0..1000), (ahead, window.clone())] {
            let (first, last) = (range.start, range.end - 1);
            assert!(reads(at, &[first, first + 1, last]), "{at}");
            assert!(!reads(at, &[first, last + 1]), "{at}");
            assert!(!reads(at, &[first + 1, first]), "{at}");
            assert!(!reads(at, &[first, first]), "{at}");
            assert!(!reads(at, &[u32::MAX]), "{at}");
        }
        assert!(!reads(ahead, &[500]));
        assert!(reads(ahead, &window.collect::<Vec<_>>()));
        let waiting = |count| reads(waiting, &(0..count).collect::<Vec<_>>());
        assert!(waiting(200) && !waiting(201));
    }

    /// The last number that there can be is that of a BYE.
    #[test]
    fn nothing_is_ahead_of_the_end() {
        let mut good = state();
        let end = limits::SESSION_MESSAGES;
        good[172..176].copy_from_slice(&(end - 1).to_be_bytes());
        assert!(with_list(&good, 181, 1, &end.to_be_bytes()));
        assert!(!with_list(&good, 181, 1, &(end + 1).to_be_bytes()));
    }

    /// Nothing that is saved is left out, and nothing is told by `Debug`.
    #[test]
    fn what_is_read_is_written_again() {
        let good = state();
        let (read, lifetime) = State::read(&good, 3).unwrap();
        let mut again = Vec::new();
        read.write(&lifetime, &mut again);
        assert_eq!(again, good);
        assert_eq!(
            format!("{:?}", RecordKey::from_bytes(&[1; 32])),
            "RecordKey { .. }"
        );
    }
}
