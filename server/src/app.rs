//! What all handlers share.

use duet_crypto::identity::{AccountName, Realm};
use std::{ops::Deref, sync::Arc};
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{attempts::Attempts, password::Passwords, token::Tokens},
    clock::Clock,
    config::Settings,
    error::{ApiError, ErrorCode},
    hub::directory::Hub,
    ids::AccountId,
    limits::{AddressLimits, PrekeyLimits, SearchLimit},
    readiness::Readiness,
    site::Site,
    sockets::AddressSeats,
    store::Store,
    telemetry::metrics::Metrics,
    tls::Tls,
    validate::Username,
};

/// Shared by everything; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What [`App`] holds.
pub struct Parts {
    /// What the operator chose.
    pub settings: Settings,
    /// The certificate, if the relay speaks TLS itself.
    pub tls: Option<Arc<Tls>>,
    /// The time.
    pub clock: Clock,
    /// The deployment's public name.
    pub realm: Realm,
    /// The database.
    pub store: Store,
    /// Access tokens.
    pub tokens: Tokens,
    /// Login secrets.
    pub passwords: Passwords,
    /// The names whose login secrets are being checked.
    pub attempts: Attempts,
    /// Whether the database can be written.
    pub readiness: Readiness,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// Whose turn it is to tell the hub who may reach somebody.
    pub reach_turn: Mutex<()>,
    /// Room for WebSockets.
    pub places: Arc<Semaphore>,
    /// WebSockets of each client's address.
    pub client_seats: AddressSeats,
    /// Requests per address.
    pub limits: AddressLimits,
    /// Searches per account.
    pub search_limit: SearchLimit,
    /// Prekeys per account.
    pub prekey_limits: PrekeyLimits,
    /// Metrics.
    pub metrics: Metrics,
    /// The built messenger.
    pub site: Site,
    /// Set when the relay is about to stop.
    pub draining: CancellationToken,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Shares the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether the relay is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// The account id of a login name in this deployment (protocol.md section 3.1).
    ///
    /// # Errors
    /// None in practice: the rule for login names is narrower than the protocol's.
    pub fn account_id(&self, username: &Username) -> Result<AccountId, ApiError> {
        let name = AccountName::new(username.as_str()).map_err(|_| ErrorCode::InvalidUsername)?;
        Ok(AccountId::derive(&self.realm, &name))
    }
}
