//! Access tokens of requests and sockets: one rule for both.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use tracing::Instrument as _;

use super::token::{Access, TokenRefusal};
use crate::{
    app::App,
    clock::millis,
    error::{ApiError, ErrorCode},
    store::{StoreError, sessions::SEEN_EVERY},
    telemetry::metrics::AuthEvent,
};

/// A request that carries a good access token: signed by us, not expired, not revoked.
pub struct Authenticated(pub Access);

impl FromRequestParts<App> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(ErrorCode::Unauthenticated)?;
        check_token(app, token).await.map(Self)
    }
}

/// Checks a token and that it was not revoked: the one rule for REST and WebSocket.
///
/// # Errors
/// [`ErrorCode::TokenExpired`], [`ErrorCode::Unauthenticated`].
pub async fn check_token(app: &App, token: &str) -> Result<Access, ApiError> {
    let now = app.clock.now();
    let access = app
        .tokens
        .check(token, now)
        .map_err(|refusal| match refusal {
            TokenRefusal::Expired => ErrorCode::TokenExpired,
            TokenRefusal::UnknownKey => {
                app.metrics.auth(AuthEvent::UnknownKey);
                ErrorCode::Unauthenticated
            }
            TokenRefusal::Refused => ErrorCode::Unauthenticated,
        })?;
    if is_live(app, &access).await? {
        Ok(access)
    } else {
        Err(ErrorCode::Unauthenticated.into())
    }
}

/// Whether a token that verified has not been revoked. Its session counts as used now.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn is_live(app: &App, access: &Access) -> Result<bool, StoreError> {
    let seen = app
        .store
        .live_token(&access.jti, &access.owner(), access.version)
        .await?;
    let now = app.clock.now();
    if seen.is_some_and(|seen| now - seen >= millis(SEEN_EVERY)) {
        let (app, session) = (app.clone(), access.session);
        // Beside the request: a database that cannot be written can still be read.
        let noting = async move {
            if let Err(error) = app.store.saw_session(&session, now).await {
                tracing::warn!(category = "store", %error, "a session's last use was not noted");
            }
        };
        tokio::spawn(noting.in_current_span());
    }
    Ok(seen.is_some())
}

/// The token of `Authorization: Bearer`, a word that may be written in any case.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token)
}
