//! Acknowledgements that wait for company.
//!
//! An acknowledgement is a hint for a person's eyes, and written alone it costs as much as the message that it acknowledges. So
//! it waits for a frame that goes the same way, but not longer than [`DELAY`]. One timer serves all connections: a timer for
//! each of them cost more than what it saved (README.md).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};

use super::locked::lock;

/// How long an acknowledgement waits.
const DELAY: Duration = Duration::from_millis(2);
/// Connections that are served before others get a turn.
const AT_ONCE: usize = 64;

/// Something with acknowledgements that wait.
pub trait Flush: Send + Sync {
    /// Writes them now.
    fn flush(&self);
}

/// See the module's documentation.
#[derive(Default)]
pub struct AckTimer {
    waiting: Mutex<Vec<Arc<dyn Flush>>>,
    wake: Notify,
}

impl AckTimer {
    /// Flushes `connection` after the delay. Each asks once, and again only after it was flushed.
    pub fn wait(&self, connection: Arc<dyn Flush>) {
        let mut waiting = lock(&self.waiting);
        let first = waiting.is_empty();
        waiting.push(connection);
        drop(waiting);
        if first {
            self.wake.notify_one();
        }
    }

    /// Runs for ever.
    pub async fn run(&self) {
        let mut due = Vec::new();
        loop {
            self.wake.notified().await;
            sleep(DELAY).await;
            std::mem::swap(&mut due, &mut *lock(&self.waiting));
            for (number, connection) in due.drain(..).enumerate() {
                if number % AT_ONCE == AT_ONCE - 1 {
                    tokio::task::yield_now().await;
                }
                connection.flush();
            }
        }
    }
}
