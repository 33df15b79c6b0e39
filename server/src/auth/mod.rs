//! Accounts and sessions: register, log in, refresh, log out, revoke (FEATURES.md A1, A2, A4, A5).

pub mod attempts;
pub mod cookie;
mod hs256;
pub mod password;
pub mod signing_key;
pub mod token;

use axum::{
    Extension, Json as JsonBody, Router,
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
    routing::post,
};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::{
    api::{Bytes, LoginRequest, LoginSecretText, RegisterRequest, Registered, Session, User},
    app::App,
    error::{ApiError, ErrorCode},
    http::{client::Client, json::Json, origin::Origin},
    identity::parse_key,
    relay::close::CloseCode,
    store::{
        self,
        accounts::{Account, KeyProof},
        sessions::Rotation,
    },
    telemetry::metrics::AuthEvent,
    validate::Username,
};
use attempts::Attempt;
use cookie::RefreshToken;
use token::Access;

/// `/api/auth/*`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/api/auth/register", post(register))
        .route("/api/auth/login", post(login))
        .route("/api/auth/refresh", post(refresh))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/revoke", post(revoke))
}

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

async fn register(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let username = Username::parse(request.username)?;
    let key = request
        .identity_key
        .map(|key| parse_key(&key))
        .transpose()?;
    let id = app.account_id(&username)?;
    let secret_hash = app.passwords.hash(request.login_secret).await?;
    let now = app.clock.now();
    if !app
        .store
        .add_account(&id, &username, &secret_hash, now)
        .await?
    {
        return Err(ErrorCode::UsernameTaken.into());
    }
    app.metrics.auth(AuthEvent::Registered);
    tracing::info!(category = "auth", "account registered");
    // The account stands even if its key cannot be stored: the client adds it later (A1).
    let key_stored = match &key {
        Some(key) => app.store.set_key(&id, None, key.as_bytes(), KeyProof::First, now).await.unwrap_or_else(|error| {
            tracing::error!(category = "internal", %error, "account registered without its key");
            false
        }),
        None => false,
    };
    let user = User {
        id: Bytes(id),
        username: username.as_str().to_owned(),
        identity_key: key.filter(|_| key_stored).map(|key| Bytes(*key.as_bytes())),
    };
    let (cookie, access_token, expires_at) = start_session(&app, &id, &origin).await?;
    let body = Registered {
        user,
        access_token,
        expires_at,
        key_stored,
    };
    Ok((StatusCode::CREATED, cookie, JsonBody(body)).into_response())
}

async fn login(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Extension(client): Extension<Client>,
    Json(request): Json<LoginRequest>,
) -> Result<Response, ApiError> {
    let username = Username::parse(request.username)?;
    let account = authenticate(&app, &username, request.login_secret, &client).await?;
    app.metrics.auth(AuthEvent::LoggedIn);
    let (cookie, access_token, expires_at) = start_session(&app, &account.id, &origin).await?;
    Ok((
        cookie,
        JsonBody(Session {
            user: user_of(&account),
            access_token,
            expires_at,
        }),
    )
        .into_response())
}

/// The account whose name and secret these are. Unknown names take the same path, time and answer as wrong secrets,
/// lockout included.
///
/// # Errors
/// [`ErrorCode::InvalidCredentials`], [`ErrorCode::LockedOut`], [`ErrorCode::Unavailable`].
pub async fn authenticate(
    app: &App,
    username: &Username,
    secret: LoginSecretText,
    client: &Client,
) -> Result<Account, ApiError> {
    // Waited for before anything is looked at: what was true before the wait may not be any more.
    let patience = app.settings.limits.login_patience;
    let turn = timeout(patience, app.attempts.turn(username))
        .await
        .map_err(|_| ApiError::from(ErrorCode::Unavailable).retry_after(password::RETRY))?;
    let lockout = app.store.lockout(username, app.clock.now()).await?;
    if let Some(wait) = lockout {
        app.metrics.auth(AuthEvent::LockedOut);
        tracing::warn!(category = "auth", client = %client.ip, "login refused: locked out");
        return Err(ApiError::from(ErrorCode::LockedOut).retry_after(wait));
    }
    let account = app.store.account_by_name(username).await?;
    let hash = account.as_ref().map(|account| account.secret_hash.clone());
    // A task of its own: a client that hangs up does not keep a wrong secret from being counted.
    let judged = judge(app.clone(), username.clone(), secret, hash, turn);
    let matches = tokio::spawn(judged.in_current_span())
        .await
        .map_err(ApiError::internal)??;
    match account {
        Some(account) if matches => Ok(account),
        _ => {
            app.metrics.auth(AuthEvent::LoginFailed);
            tracing::warn!(category = "auth", client = %client.ip, "login failed");
            Err(ErrorCode::InvalidCredentials.into())
        }
    }
}

/// Checks a secret and counts it if it was wrong. What was not checked, for want of a turn, counts nothing.
async fn judge(
    app: App,
    username: Username,
    secret: LoginSecretText,
    hash: Option<String>,
    _turn: Attempt,
) -> Result<bool, ApiError> {
    let matches = app.passwords.verify(secret, hash).await?;
    if matches {
        app.store.forgive_failures(&username).await?;
    } else {
        let limit = app.settings.limits.login_attempts;
        app.store
            .count_failure(&username, limit, app.clock.now())
            .await?;
    }
    Ok(matches)
}

async fn refresh(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let refused = || {
        app.metrics.auth(AuthEvent::RefreshRefused);
        ApiError::from(ErrorCode::SessionExpired)
    };
    let old = cookie::read(&headers, &origin).ok_or_else(refused)?;
    let new = Bytes(crate::random());
    let now = app.clock.now();
    let ttl = app.settings.limits.refresh_token_ttl;
    match app
        .store
        .rotate_refresh(&digest(&old), &digest(&new), now + store::millis(ttl), now)
        .await?
    {
        Rotation::Rotated { session, user } => {
            let account = app.store.account_by_id(&user).await?.ok_or_else(refused)?;
            let (access_token, access) = app
                .tokens
                .issue(&user, &session, now)
                .map_err(ApiError::internal)?;
            app.metrics.auth(AuthEvent::Refreshed);
            let session = Session {
                user: user_of(&account),
                access_token,
                expires_at: unsigned(access.expires_at),
            };
            Ok((
                set_cookie(cookie::set(&new, &origin, ttl)),
                JsonBody(session),
            )
                .into_response())
        }
        Rotation::Reused { session, user } => {
            app.metrics.auth(AuthEvent::RefreshReused);
            tracing::warn!(category = "auth", client = %client.ip, "refresh token used twice: session revoked");
            app.hub
                .close_session(&user, &session, CloseCode::Unauthenticated);
            Ok(without_cookie(
                &origin,
                ApiError::from(ErrorCode::SessionReused),
            ))
        }
        Rotation::Refused => Ok(without_cookie(&origin, refused())),
    }
}

/// Ends the session of the cookie and of the access token, as far as they are given and good. Asking again is no
/// error; asking without anything is.
async fn logout(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let refresh = cookie::read(&headers, &origin);
    let access = match bearer(&headers) {
        Some(token) => check_token(&app, token).await,
        None => Err(ErrorCode::Unauthenticated.into()),
    };
    match (&refresh, &access) {
        (None, Err(error)) => return Err(ApiError::from(error.code())),
        _ => app.metrics.auth(AuthEvent::LoggedOut),
    }
    if let Ok(access) = access {
        app.store
            .revoke_token(&access.jti, access.expires_at)
            .await?;
        app.store.end_session(&access.session, now).await?;
        app.hub
            .close_session(&access.user, &access.session, CloseCode::Unauthenticated);
    }
    if let Some(refresh) = refresh
        && let Some((session, user)) = app
            .store
            .end_session_of_refresh(&digest(&refresh), now)
            .await?
    {
        app.hub
            .close_session(&user, &session, CloseCode::Unauthenticated);
    }
    Ok(without_cookie(&origin, StatusCode::NO_CONTENT))
}

/// Ends the access token of the request, and the socket that it opened.
async fn revoke(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<StatusCode, ApiError> {
    app.store
        .revoke_token(&access.jti, access.expires_at)
        .await?;
    app.hub
        .close_token(&access.user, &access.jti, CloseCode::Unauthenticated);
    app.metrics.auth(AuthEvent::Revoked);
    Ok(StatusCode::NO_CONTENT)
}

type SetCookie = AppendHeaders<[(header::HeaderName, header::HeaderValue); 1]>;

async fn start_session(
    app: &App,
    user: &[u8; 32],
    origin: &Origin,
) -> Result<(SetCookie, String, u64), ApiError> {
    let (session, refresh) = (crate::random(), Bytes(crate::random()));
    let now = app.clock.now();
    let ttl = app.settings.limits.refresh_token_ttl;
    app.store
        .start_session(
            &session,
            user,
            &digest(&refresh),
            now + store::millis(ttl),
            now,
        )
        .await?;
    let (token, access) = app
        .tokens
        .issue(user, &session, now)
        .map_err(ApiError::internal)?;
    Ok((
        set_cookie(cookie::set(&refresh, origin, ttl)),
        token,
        unsigned(access.expires_at),
    ))
}

fn set_cookie(value: header::HeaderValue) -> SetCookie {
    AppendHeaders([(header::SET_COOKIE, value)])
}

fn without_cookie(origin: &Origin, response: impl IntoResponse) -> Response {
    (set_cookie(cookie::clear(origin)), response).into_response()
}

fn digest(token: &RefreshToken) -> [u8; 32] {
    Sha256::digest(token.0).into()
}

fn unsigned(millis: store::Millis) -> u64 {
    u64::try_from(millis).unwrap_or(0)
}

/// An account as its owner sees it.
#[must_use]
pub fn user_of(account: &Account) -> User {
    User {
        id: Bytes(account.id),
        username: account.username.clone(),
        identity_key: account.key.map(|current| Bytes(current.key)),
    }
}
