//! Register, log in, refresh, log out, revoke (FEATURES.md A1, A2, A4).

use axum::{
    Extension, Json as JsonBody,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};

use super::{
    access::{Authenticated, bearer, check_token},
    cookie::{self, RefreshToken},
    credentials::{authenticate, user_of},
};
use crate::{
    api::{Bytes, LoginRequest, RegisterRequest, Registered, Session, User},
    app::App,
    clock::{Millis, millis},
    error::{ApiError, ErrorCode},
    http::{client::Client, json::Json, origin::Origin},
    identity::parse_key,
    ids::{AccountId, SessionId},
    relay::close::CloseCode,
    store::{accounts::KeyProof, sessions::Rotation},
    telemetry::metrics::AuthEvent,
    validate::Username,
};

/// `POST /api/auth/register`.
pub(crate) async fn register(
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
        id: Bytes(id.0),
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

/// `POST /api/auth/login`.
pub(crate) async fn login(
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

/// `POST /api/auth/refresh`.
pub(crate) async fn refresh(
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
        .rotate_refresh(&digest(&old), &digest(&new), now + millis(ttl), now)
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
pub(crate) async fn logout(
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
pub(crate) async fn revoke(
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
    user: &AccountId,
    origin: &Origin,
) -> Result<(SetCookie, String, u64), ApiError> {
    let (session, refresh) = (SessionId::random(), Bytes(crate::random()));
    let now = app.clock.now();
    let ttl = app.settings.limits.refresh_token_ttl;
    app.store
        .start_session(&session, user, &digest(&refresh), now + millis(ttl), now)
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

fn unsigned(time: Millis) -> u64 {
    u64::try_from(time).unwrap_or(0)
}
