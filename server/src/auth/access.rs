//! Access tokens of requests and sockets: one rule for both.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::token::Access;
use crate::{
    app::App,
    error::{ApiError, ErrorCode},
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
    let access = app.tokens.check(token, app.clock.now())?;
    if app
        .store
        .token_is_live(&access.jti, &access.session)
        .await?
    {
        Ok(access)
    } else {
        Err(ErrorCode::Unauthenticated.into())
    }
}

/// The token of `Authorization: Bearer`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}
