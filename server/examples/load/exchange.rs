//! Two people with one message outstanding in either direction: each sends its next one when the other's arrives.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// The times between sending and arriving, in µs.
pub(crate) type Times = Vec<u64>;

/// One end of a conversation. What is given up while it waits loses nothing.
pub(crate) trait Line: Send {
    /// Sends one message to the other end.
    fn send(&mut self) -> impl Future<Output = ()> + Send;
    /// Waits for one.
    fn receive(&mut self) -> impl Future<Output = ()> + Send;
}

/// One task holds both ends, as in the echo, where one end is the server. Each direction is a closed loop of one message, which
/// rests for about `pause` before the next; both ends are read meanwhile.
pub(crate) async fn exchange<L: Line>(a: L, b: L, pause: Duration, until: Instant) -> Times {
    let mut times = Vec::new();
    let (mut a, mut b) = (End::new(a), End::new(b));
    a.send().await;
    b.send().await;
    while Instant::now() < until {
        let (a_due, b_due) = (a.due, b.due);
        tokio::select! {
            () = b.line.receive() => {
                times.push(micros(a.sent));
                a.arrived(pause).await;
            },
            () = a.line.receive() => {
                times.push(micros(b.sent));
                b.arrived(pause).await;
            },
            () = wait(a_due) => a.send().await,
            () = wait(b_due) => b.send().await,
        }
    }
    times
}

/// One end, and when it last sent and sends next.
struct End<L> {
    line: L,
    sent: Instant,
    /// While it rests.
    due: Option<Instant>,
}

impl<L: Line> End<L> {
    fn new(line: L) -> Self {
        Self {
            line,
            sent: Instant::now(),
            due: None,
        }
    }

    async fn send(&mut self) {
        self.due = None;
        self.sent = Instant::now();
        self.line.send().await;
    }

    /// What it sent is there.
    async fn arrived(&mut self, pause: Duration) {
        if pause.is_zero() {
            self.send().await;
        } else {
            self.due = Some(Instant::now() + about(pause));
        }
    }
}

/// Until then, or for ever.
async fn wait(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// One message outstanding on one line, which gives back what it is given.
pub(crate) async fn ping(mut line: impl Line, pause: Duration, until: Instant) -> Times {
    let mut times = Vec::new();
    while Instant::now() < until {
        let sent = Instant::now();
        line.send().await;
        line.receive().await;
        times.push(micros(sent));
        if !pause.is_zero() {
            tokio::time::sleep(about(pause)).await;
        }
    }
    times
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// A length that is not always the same, so that the pairs do not fall into step.
fn about(pause: Duration) -> Duration {
    let part = u32::from(duet_relay::random::<1>()[0]) + 128;
    pause * part / 256
}
