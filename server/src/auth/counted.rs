//! An attempt at a secret of an account, counted if it was wrong (FEATURES.md A5).

use std::{future::Future, time::Duration};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::password;
use crate::{
    app::App,
    clock::Millis,
    error::{ApiError, ErrorCode},
    http::client::Client,
    store::{
        Store,
        attempts::{CountedBy, Reserved},
    },
    telemetry::metrics::AuthEvent,
};

/// What `look` finds, or `None` if what was shown was wrong; where attempts are counted `by`. After five wrong ones nothing is
/// looked at for a while. What was not checked, for want of a turn or by a failure, counts nothing. `what` is for the log.
///
/// # Errors
/// [`ErrorCode::LockedOut`], [`ErrorCode::Unavailable`], and those of `look`.
pub async fn counted<T: Send + 'static>(
    app: &App,
    by: &CountedBy,
    client: &Client,
    what: &'static str,
    failed: AuthEvent,
    look: impl Future<Output = Result<Option<T>, ApiError>> + Send + 'static,
) -> Result<Option<T>, ApiError> {
    // Waited for before anything is looked at: what was true before the wait may not be any more.
    let turn = timeout(app.settings.limits.login_patience, app.attempts.turn(by))
        .await
        .map_err(|_| ApiError::from(ErrorCode::Unavailable).retry_after(password::RETRY))?;
    let (counting, by) = (app.clone(), by.clone());
    // A task of its own: a client that hangs up keeps an attempt neither uncounted nor reserved.
    let judged = async move {
        let _turn = turn;
        judge(
            &counting.store,
            &by,
            counting.settings.limits.login_attempts,
            counting.clock.now(),
            look,
        )
        .await
    };
    let judged = tokio::spawn(judged.in_current_span())
        .await
        .map_err(ApiError::internal)??;
    let found = match judged {
        Judged::Found(found) => found,
        Judged::Locked(wait) => {
            app.metrics.auth(AuthEvent::LockedOut);
            tracing::warn!(category = "auth", client = %client.ip, "{what} refused: locked out");
            return Err(ApiError::from(ErrorCode::LockedOut).retry_after(wait));
        }
    };
    if found.is_none() {
        app.metrics.auth(failed);
        tracing::warn!(category = "auth", client = %client.ip, "{what} failed");
    }
    Ok(found)
}

enum Judged<T> {
    /// Looked at.
    Found(Option<T>),
    /// Not looked at, for so long.
    Locked(Duration),
}

/// The attempt is counted before it is looked at: no two relays can look at the last one.
async fn judge<T>(
    store: &Store,
    by: &CountedBy,
    limit: u32,
    now: Millis,
    look: impl Future<Output = Result<Option<T>, ApiError>>,
) -> Result<Judged<T>, ApiError> {
    let attempt = match store.reserve_attempt(by, limit, now).await? {
        Reserved::Attempt(attempt) => attempt,
        Reserved::Locked(wait) => return Ok(Judged::Locked(wait)),
    };
    let looked = look.await;
    match &looked {
        Ok(Some(_)) => store.forgive_failures(by).await?,
        Ok(None) => {}
        // Nobody learnt anything. Should this fail as well, it counts: rather one too many than one too few.
        Err(_) => store.give_attempt_back(by, attempt).await?,
    }
    looked.map(Judged::Found)
}
