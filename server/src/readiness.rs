//! Whether the relay can do its work, for health checks.

use std::time::Duration;
use tokio::{sync::Mutex, time::Instant};

use crate::{clock::Clock, store::Store};

/// An answer is good for so long. Anybody may ask, and each probe writes to the database.
const FRESH: Duration = Duration::from_secs(1);

/// The last answer; those who ask together share one probe.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// Whether the database can be written and read.
    pub async fn check(&self, store: &Store, clock: &Clock) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < FRESH
        {
            return ready;
        }
        let ready = match store.probe(clock.now()).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(category = "store", %error, "not ready");
                false
            }
        };
        *last = Some((Instant::now(), ready));
        ready
    }
}
