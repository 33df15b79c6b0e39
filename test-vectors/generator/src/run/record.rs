//! Sessions at rest.

use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::session::record::RecordKey;
use duet_crypto::session::{Lifetime, Session};

use super::messages;
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

pub(super) fn save(
    session: &mut Session,
    step: Input<'_>,
    rng: &mut Replay,
) -> Result<(Vec<u8>, Outputs), Failure> {
    let key = step.array("key")?;
    let mut lifetime = Lifetime::new(step.number("started")?);
    lifetime.count_chunk(step.number("chunk_bytes")?);
    let record = session.save(&RecordKey::from_bytes(&key), &lifetime, rng);
    let outputs = outputs! {
        "revision" => session.revision(),
        "state" => hex(&state(&key, &record)?),
        "record" => hex(&record),
    };
    Ok((record, outputs))
}

/// Where the start and the chunk bytes of a lifetime are in a state.
const STATE_STARTED: usize = 142;
const STATE_CHUNKS: usize = 150;

pub(super) fn restore(
    session: &mut Session,
    step: Input<'_>,
    record: &[u8],
) -> Result<Outputs, Failure> {
    let key = step.array("key")?;
    let restored = Session::restore(
        record,
        &RecordKey::from_bytes(&key),
        step.number("minimum")?,
    )?;
    let state = state(&key, record)?;
    let number = |at: usize| {
        let bytes = state.get(at..).and_then(|rest| rest.first_chunk());
        bytes
            .map(|bytes| u64::from_be_bytes(*bytes))
            .ok_or_else(|| Failure::case("shorter than a state"))
    };
    let (started, chunk_bytes) = (number(STATE_STARTED)?, number(STATE_CHUNKS)?);
    let mut lifetime = Lifetime::new(started);
    lifetime.count_chunk(chunk_bytes);
    if restored.lifetime != lifetime {
        return Err(Failure::case("another lifetime than the record's"));
    }
    *session = restored.session;
    Ok(outputs! {
        "revision" => session.revision(), "started" => started, "chunk_bytes" => chunk_bytes,
        "ratchet" => messages::state(&session.ratchet_trace())?,
    })
}

/// Bytes of a record before its sealed state, and where its salt is.
const RECORD_HEAD: usize = 66;
const RECORD_SALT: usize = 18;

/// The keys of a record with this salt: key and nonce, and the commitment.
pub(crate) fn record_keys(key: &[u8; 32], salt: &[u8]) -> ([u8; KEY_AND_NONCE], [u8; 32]) {
    let o = hash::expand::<76>(key, &labels::SESSION_RECORD, &[salt]);
    let (mut okm, mut commitment) = ([0; KEY_AND_NONCE], [0; 32]);
    okm.copy_from_slice(&o[..KEY_AND_NONCE]);
    commitment.copy_from_slice(&o[KEY_AND_NONCE..]);
    (okm, commitment)
}

/// What a record carries, without its padding.
fn state(key: &[u8; 32], record: &[u8]) -> Result<Vec<u8>, Failure> {
    let short = || Failure::case("shorter than a record");
    let (head, sealed) = record.split_at_checked(RECORD_HEAD).ok_or_else(short)?;
    let (sealed, tag) = sealed.split_last_chunk::<TAG_LENGTH>().ok_or_else(short)?;
    let mut buffer = sealed.to_vec();
    let (okm, _) = record_keys(key, &head[RECORD_SALT..RECORD_SALT + 16]);
    aead::open(&okm, head, &mut buffer, tag)
        .map_err(|_| Failure::case("sealed under other keys"))?;
    let end = buffer.iter().rposition(|byte| *byte != 0);
    buffer.truncate(end.unwrap_or_default());
    Ok(buffer)
}
