//! The task that goes on where a client's socket was full, and asks for a sign of life when there was nothing to write.

use duet_crypto::relay::{BeatNumber, CloseCode, ServerFrame};
use std::pin::pin;
use tokio::time::{Instant, sleep_until};

use crate::{
    config::Limits,
    hub::{connection::Connection, outbox::Progress},
    websocket::message::frame,
};

/// Runs until the connection is closed or breaks.
pub(super) async fn run(limits: &Limits, connection: &Connection) {
    let outbox = &connection.outbox;
    let interval = || {
        if connection.is_talking() {
            limits.beat_interval_talking
        } else {
            limits.beat_interval
        }
    };
    let next_beat = || outbox.last_written() + interval();
    let mut beat = BeatNumber::default();
    let mut alarm = pin!(sleep_until(next_beat()));
    let mut closed = pin!(connection.closed());
    loop {
        let progress = outbox.resume();
        let too_slow = match progress {
            Progress::Idle => None,
            Progress::Blocked(until) => Some(until),
            Progress::Broken => return connection.end(),
        };
        tokio::select! {
            biased;
            () = closed.as_mut() => return,
            () = outbox.writable(), if too_slow.is_some() => {}
            () = outbox.woken(), if too_slow.is_none() => {}
            () = connection.talking_began() => alarm.as_mut().reset(next_beat()),
            () = alarm.as_mut() => {
                // Something was written in the meantime, or the conversation has ended: then the alarm is early.
                let due = next_beat();
                if due > Instant::now() {
                    alarm.as_mut().reset(due);
                    continue;
                }
                beat = beat.next();
                connection.sign(frame(&ServerFrame::Beat(beat).encode()));
                // The socket may be full.
                alarm.as_mut().reset(Instant::now() + interval());
            }
            () = slow(too_slow) => connection.close(CloseCode::TooSlow),
        }
    }
}

/// Until a client that takes nothing is too slow; for ever, if it is not.
async fn slow(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
