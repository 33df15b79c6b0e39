//! What is counted over time: handshakes within an hour, and the lifetime of a session.

use std::sync::OnceLock;
use std::vec::Vec;

use duet_crypto::handshake::HandshakeRate;
use duet_crypto::identity::AccountId;
use duet_crypto::limits;
use duet_crypto::session::{Lifetime, Renewal, Session};

use super::common::{TestRng, sessions};
use super::envelopes::{restored, sealed};

const HOUR: u64 = 60 * 60 * 1000;
const STEPS: usize = 512;

/// Any clock, forwards and backwards, beside the same rules written out over plain numbers.
pub fn clocks(bytes: &[u8]) {
    static RECORD: OnceLock<Vec<u8>> = OnceLock::new();
    let record = RECORD.get_or_init(|| sealed(&mut sessions(&mut TestRng::new(0)).0));
    let session = restored(record);
    let mut rate = HandshakeRate::new();
    let mut completed: Vec<(AccountId, u64)> = Vec::new();
    let mut now = 100 * HOUR;
    let mut lifetime = Lifetime::new(now);
    let (started, mut chunks) = (now, 0_u64);
    for &[head, first, second, third] in bytes.as_chunks().0.iter().take(STEPS) {
        let peer = AccountId([first % 3; 32]);
        let value = u64::from(u32::from_be_bytes([0, first, second, third]));
        match head % 8 {
            0..=3 => {
                for _ in 0..=second % 8 {
                    rate.completed(&peer, now);
                    completed.push((peer, now));
                    completed.retain(|&(_, time)| now.saturating_sub(time) < HOUR);
                }
            }
            4 => now += value,
            5 => now = now.saturating_sub(value),
            6 => now += value * 60,
            _ => {
                lifetime.count_chunk(value << (head >> 3));
                chunks = chunks.saturating_add(value << (head >> 3));
            }
        }
        for peer in [0, 1, 2].map(|peer| AccountId([peer; 32])) {
            let times = completed.iter().filter(|(account, _)| *account == peer);
            let times: Vec<_> = times.map(|&(_, time)| time).collect();
            let within = |now: u64| {
                let recent = times
                    .iter()
                    .filter(|&&time| now.saturating_sub(time) < HOUR);
                recent.count()
            };
            let may = within(now) < limits::HANDSHAKES_PER_HOUR;
            assert_eq!(rate.check(&peer, now).is_ok(), may);
            // The first moment at which there may be one more.
            let wait = rate.wait(&peer, now);
            assert_eq!(wait == 0, may);
            assert!(within(now + wait) < limits::HANDSHAKES_PER_HOUR);
            assert!(may || within(now + wait - 1) >= limits::HANDSHAKES_PER_HOUR);
        }
        assert_eq!(
            (lifetime.started(), lifetime.chunk_bytes()),
            (started, chunks)
        );
        assert_eq!(
            lifetime.renewal(&session, now),
            renewal(&session, now, started, chunks)
        );
    }
}

/// Section 4.9 for a session with next to no messages.
fn renewal(session: &Session, now: u64, started: u64, chunks: u64) -> Renewal {
    assert!(session.received() < 2);
    let used = |used: u64, limit: u64| (used >= limit, used >= limit - limit / 6);
    let (over, due) = used(now.saturating_sub(started), limits::SESSION_LIFETIME);
    let (full, fills) = used(chunks, limits::SESSION_CHUNK_BYTES);
    if over || full {
        Renewal::Over
    } else if due || fills || now < started {
        Renewal::Due
    } else {
        Renewal::NotDue
    }
}
