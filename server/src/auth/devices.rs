//! An account in its owner's hands: the sessions, the password, the end (FEATURES.md A3).

use axum::{
    Extension, Json as JsonBody,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use duet_crypto::relay::CloseCode;
use serde::Deserialize;

use super::{
    access::Authenticated,
    credentials::{authenticate, user_of},
    session::without_cookie,
    token::Access,
};
use crate::{
    api::{
        Bytes, ChangePasswordRequest, DeleteAccountRequest, LoginSecret, Session, SessionIdText,
        SessionInfo, SessionList, second_factor::PasswordProof,
    },
    app::App,
    clock::unsigned,
    error::{ApiError, ErrorCode},
    http::{
        client::Client,
        json::{Json, Path, Query},
        origin::Origin,
    },
    ids::SessionId,
    store::{accounts::Account, attempts::CountedBy, sessions::Owner},
    telemetry::metrics::AuthEvent,
    validate::Username,
};

/// `GET /api/auth/sessions`.
pub(crate) async fn list(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<JsonBody<SessionList>, ApiError> {
    let sessions = app
        .store
        .sessions_of(&access.user, app.clock.now())
        .await?
        .into_iter()
        .map(|session| SessionInfo {
            id: Bytes(session.id.0),
            user_agent: session.device.user_agent,
            address: session.device.address,
            created_at: unsigned(session.created_at),
            last_seen_at: unsigned(session.last_seen_at),
            current: session.id == access.session,
        })
        .collect();
    Ok(JsonBody(SessionList { sessions }))
}

/// `DELETE /api/auth/sessions/{id}`. Ends one session, and its socket.
pub(crate) async fn end(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path(id): Path<SessionIdText>,
) -> Result<StatusCode, ApiError> {
    let owner = Owner {
        session: SessionId(id.0),
        user: access.user,
    };
    if !app.store.end_session(&owner).await? {
        return Err(ErrorCode::NotFound.into());
    }
    app.hub
        .close_session(&owner.user, &owner.session, CloseCode::Unauthenticated);
    app.metrics.auth(AuthEvent::LoggedOut);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EndAllQuery {
    /// The session that asks goes on.
    #[serde(default)]
    keep_this: bool,
}

/// `DELETE /api/auth/sessions`. Ends all of them, the one that asks too unless the query says `keepThis=true`.
pub(crate) async fn end_all(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Authenticated(access): Authenticated,
    Query(query): Query<EndAllQuery>,
) -> Result<Response, ApiError> {
    if query.keep_this {
        app.store.end_other_sessions(&access.owner()).await?;
        app.hub
            .close_other_sessions(&access.user, &access.session, CloseCode::Unauthenticated);
        app.metrics.auth(AuthEvent::LoggedOut);
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    app.store.end_all_sessions(&access.user).await?;
    app.hub
        .close_account(&access.user, CloseCode::Unauthenticated);
    app.metrics.auth(AuthEvent::LoggedOut);
    Ok(without_cookie(&origin, StatusCode::NO_CONTENT))
}

/// `PUT /api/auth/password`. Ends every other session, and forgets on which devices the account was used. The refresh cookie stays; the access token is a new one.
pub(crate) async fn change_password(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(request): Json<ChangePasswordRequest>,
) -> Result<JsonBody<Session>, ApiError> {
    let account = prove(&app, &access, request.login_secret, &client).await?;
    let hash = app.passwords.hash(request.new_login_secret).await?;
    let version = app
        .store
        .change_secret(&account.id, &account.secret_hash, &hash, &access.session)
        .await?
        .ok_or_else(|| {
            ApiError::new(
                ErrorCode::Unavailable,
                "the password changed in the meantime: look again",
            )
        })?;
    app.hub
        .close_other_sessions(&account.id, &access.session, CloseCode::Unauthenticated);
    app.metrics.auth(AuthEvent::PasswordChanged);
    tracing::info!(category = "auth", "password changed");
    let (access_token, access) = app
        .tokens
        .issue(&access.owner(), version, app.clock.now())
        .map_err(ApiError::internal)?;
    Ok(JsonBody(Session {
        user: user_of(&account),
        access_token,
        expires_at: unsigned(access.expires_at),
    }))
}

/// `POST /api/auth/password/check`. Whether it is the account's: a device needs to know before it wraps a key under it.
pub(crate) async fn check_password(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(request): Json<PasswordProof>,
) -> Result<StatusCode, ApiError> {
    prove(&app, &access, request.login_secret, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/auth/account`. Nothing of it is left but its id, which nobody else gets.
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(request): Json<DeleteAccountRequest>,
) -> Result<Response, ApiError> {
    let account = prove(&app, &access, request.login_secret, &client).await?;
    app.store
        .delete_account(&account.id, app.clock.now())
        .await?;
    app.hub
        .close_account(&account.id, CloseCode::Unauthenticated);
    app.metrics.auth(AuthEvent::Deleted);
    tracing::info!(category = "auth", "account deleted");
    Ok(without_cookie(&origin, StatusCode::NO_CONTENT))
}

/// A stolen access token must not be enough: the login secret again, with as many attempts as a login.
/// They are counted by themselves: a stranger who locks the name does not keep its owner from changing the password.
pub(super) async fn prove(
    app: &App,
    access: &Access,
    secret: LoginSecret,
    client: &Client,
) -> Result<Account, ApiError> {
    let account = app
        .store
        .account_by_id(&access.user)
        .await?
        .ok_or(ErrorCode::Unauthenticated)?;
    let username = Username::parse(account.username)
        .map_err(|_| ApiError::internal("a stored name breaks the rule"))?;
    let by = CountedBy::session(&username, &access.session);
    authenticate(app, &username, &by, secret, client).await
}
