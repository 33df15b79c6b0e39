//! Login secrets at rest: Argon2id, off the async threads, a bounded number at a time.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use prometheus_client::metrics::counter::Counter;
use std::{num::NonZero, ops::RangeInclusive, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};

use crate::{
    api::LoginSecret,
    error::{ApiError, ErrorCode},
};

/// Secrets that are compared at a time: one for each core, between these. Each takes 19 MiB and a whole core for about 80 ms; more at
/// once would only starve the sockets.
const COMPARED: RangeInclusive<usize> = 2..=16;
/// New secrets that are hashed at a time, beside them: a crowd that registers keeps nobody from logging in.
const MADE: usize = 1;
/// When a client that had no turn is told to try again.
pub const RETRY: Duration = Duration::from_secs(5);

/// Hashes and verifies login secrets with Argon2id (m = 19 MiB, t = 2, p = 1: the crate's defaults, OWASP's first
/// choice). The secret is a stretched password already (protocol.md section 8.3); this protects a leaked database
/// against a client that sent something weaker.
pub struct Passwords {
    comparing: Arc<Semaphore>,
    making: Arc<Semaphore>,
    /// Longest wait for a turn before the client is told to try again.
    patience: Duration,
    /// Hash of a random secret, with the parameters of today: verified when a name is unknown, so that the answer
    /// takes as long as for a known one.
    dummy: Arc<str>,
    /// Hashes that were computed to be compared.
    checks: Counter,
}

impl Passwords {
    /// Prepares the dummy hash; `checks` counts the comparisons.
    ///
    /// # Errors
    /// [`ApiError`] when hashing fails, which no input can cause.
    pub async fn new(checks: Counter, patience: Duration) -> Result<Self, ApiError> {
        let making = Arc::new(Semaphore::new(MADE));
        let dummy = in_turn(turn(&making, patience).await?, || {
            Argon2::default().hash_password(&crate::random::<32>())
        })
        .await?;
        Ok(Self {
            dummy: dummy.to_string().into(),
            comparing: Arc::new(Semaphore::new(compared())),
            making,
            patience,
            checks,
        })
    }

    /// The PHC string of a secret.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when too many others wait.
    pub async fn hash(&self, secret: LoginSecret) -> Result<String, ApiError> {
        let turn = turn(&self.making, self.patience).await?;
        let hash = in_turn(turn, move || {
            Argon2::default().hash_password(secret.expose())
        })
        .await?;
        Ok(hash.to_string())
    }

    /// Whether the secret belongs to the hash; without a hash false, after the same time.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when too many others wait, [`ErrorCode::Internal`] for a damaged hash.
    pub async fn verify(
        &self,
        secret: LoginSecret,
        hash: Option<String>,
    ) -> Result<bool, ApiError> {
        let turn = turn(&self.comparing, self.patience).await?;
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.to_string());
        let checks = self.checks.clone();
        let matches = in_turn(turn, move || {
            let hash = PasswordHash::new(&hash)?;
            let verified = Argon2::default().verify_password(secret.expose(), &hash);
            checks.inc();
            match verified {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await?;
        Ok(known && matches)
    }
}

fn compared() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    cores.clamp(*COMPARED.start(), *COMPARED.end())
}

async fn turn(
    turns: &Arc<Semaphore>,
    patience: Duration,
) -> Result<OwnedSemaphorePermit, ApiError> {
    match tokio::time::timeout(patience, Arc::clone(turns).acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(ApiError::from(ErrorCode::Unavailable).retry_after(RETRY)),
    }
}

/// Works on a thread of its own. The turn ends with the work, even if nobody waits for the result any more: else
/// requests that are broken off could keep any number of threads busy.
async fn in_turn<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> argon2::password_hash::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    })
    .await
    .map_err(ApiError::internal)?
    .map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

    #[tokio::test]
    async fn a_crowd_that_registers_keeps_nobody_from_logging_in() {
        let mut passwords = Passwords::new(Counter::default(), Duration::MAX)
            .await
            .unwrap();
        let hash = passwords.hash(LoginSecret::from([1; 32])).await.unwrap();
        passwords.patience = Duration::ZERO;
        let _busy = turn(&passwords.making, Duration::ZERO).await.unwrap();
        let refused = passwords.hash(LoginSecret::from([2; 32])).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::Unavailable);
        let secret = LoginSecret::from([1; 32]);
        assert!(passwords.verify(secret, Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn only_the_right_secret_of_a_known_account_verifies() {
        let checks = Counter::default();
        let passwords = Passwords::new(checks.clone(), Duration::MAX).await.unwrap();
        let hash = passwords.hash(LoginSecret::from([1; 32])).await.unwrap();
        assert!(hash.starts_with(PARAMETERS), "{hash}");
        assert!(
            passwords
                .verify(LoginSecret::from([1; 32]), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(LoginSecret::from([2; 32]), Some(hash))
                .await
                .unwrap()
        );
        // An unknown name costs what a known one costs: a hash with the same parameters is computed for it.
        assert_eq!(checks.get(), 2);
        assert!(
            !passwords
                .verify(LoginSecret::from([1; 32]), None)
                .await
                .unwrap()
        );
        assert_eq!(checks.get(), 3);
        assert!(passwords.dummy.starts_with(PARAMETERS));
        assert!(
            passwords
                .verify(LoginSecret::from([1; 32]), Some("damaged".to_owned()))
                .await
                .is_err()
        );
    }
}
