//! Register, log in, refresh, log out, revoke (FEATURES.md A1, A2, A4).

use axum::{
    Extension, Json as JsonBody,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use duet_crypto::relay::CloseCode;
use std::time::Duration;

use super::{
    access::{Authenticated, bearer, check_token},
    cookie,
    credentials::{authenticate, user_of},
    known_device::KnownDevice,
    refresh_token::RefreshToken,
    second_factor::asking::needed,
};
use crate::{
    api::{
        Bytes, LoginRequest, RegisterRequest, Registered, Session, User, second_factor::LoginAnswer,
    },
    app::App,
    clock::{Millis, millis, unsigned},
    error::{ApiError, ErrorCode},
    http::{client::Client, json::Json, origin::Origin},
    identity::parse_key,
    ids::{AccountId, SessionId},
    store::{
        DEVICE_LIFE,
        accounts::{Account, KeyProof},
        attempts::CountedBy,
        operator::Standing,
        sessions::{Device, Owner, Rotation, Start},
    },
    telemetry::metrics::AuthEvent,
    validate::Username,
};

/// `POST /api/auth/register`.
pub(crate) async fn register(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let username = Username::parse(request.username)?;
    if !app.store.registration_is_open().await? {
        return Err(ErrorCode::RegistrationClosed.into());
    }
    if username.is_reserved() {
        return Err(ErrorCode::UsernameTaken.into());
    }
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
    let (cookie, access_token, expires_at) =
        start_session(&app, id, &origin, &device(&headers, &client)).await?;
    let body = Registered {
        user,
        access_token,
        expires_at,
        key_stored,
    };
    let known = KnownDevice::read(&headers, &origin);
    let device = remember_device(&app, &id, known, &origin, None).await;
    Ok((StatusCode::CREATED, cookie, device, JsonBody(body)).into_response())
}

/// `POST /api/auth/login`.
pub(crate) async fn login(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Result<Response, ApiError> {
    let username = Username::parse(request.username)?;
    let arriving = Arriving::of(&headers, &origin, &client);
    let by = counted_by(&app, &username, arriving.known.as_ref()).await?;
    let account = authenticate(&app, &username, &by, request.login_secret, &client).await?;
    // Only now: nobody else is told.
    if account.standing != Standing::Open {
        return Err(ErrorCode::AccountLocked.into());
    }
    let device = arriving.known.as_ref().map(KnownDevice::hash);
    if let Some(asked) = needed(&app, &account, device.as_ref(), &by, &origin).await? {
        return Ok(JsonBody(LoginAnswer::Asked(asked)).into_response());
    }
    let (cookie, device, session) = let_in(&app, &account, arriving, &origin, None).await?;
    Ok((cookie, device, JsonBody(LoginAnswer::In(session))).into_response())
}

/// What a request tells of the device that somebody logs in on.
pub(super) struct Arriving {
    device: Device,
    known: Option<KnownDevice>,
    /// The login that the browser had.
    before: Option<RefreshToken>,
}

impl Arriving {
    pub(super) fn of(headers: &HeaderMap, origin: &Origin, client: &Client) -> Self {
        Self {
            device: device(headers, client),
            known: KnownDevice::read(headers, origin),
            before: cookie::read(headers, origin),
        }
    }
}

/// Begins a session for who has shown everything that was asked for. With `trust` the device is not asked for the second
/// factor until then.
pub(super) async fn let_in(
    app: &App,
    account: &Account,
    arriving: Arriving,
    origin: &Origin,
    trust: Option<Millis>,
) -> Result<(SetCookie, SetCookie, Session), ApiError> {
    let Arriving {
        device,
        known,
        before,
    } = arriving;
    app.metrics.auth(AuthEvent::LoggedIn);
    // A browser has one session of an account: the cookie of the one before is about to be replaced, and would stand in the
    // list of devices without anybody who could use it. One of another account goes on while its page is open.
    if let Some(before) = before {
        end_session_of(app, &before, Some(&account.id)).await?;
    }
    let (cookie, access_token, expires_at) =
        start_session(app, account.id, origin, &device).await?;
    let device = remember_device(app, &account.id, known, origin, trust).await;
    let session = Session {
        user: user_of(account),
        access_token,
        expires_at,
    };
    Ok((cookie, device, session))
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
    let presented = cookie::read(&headers, &origin).ok_or_else(refused)?;
    let successors = app.tokens.successors(&presented);
    let hashes: Vec<_> = successors.iter().map(RefreshToken::hash).collect();
    let now = app.clock.now();
    let expires_at = now + millis(app.settings.limits.refresh_token_ttl);
    let device = device(&headers, &client);
    match app
        .store
        .rotate_refresh(&presented.hash(), &hashes, &device, expires_at, now)
        .await?
    {
        Rotation::Rotated {
            owner,
            token_version,
            successor,
            expires_at,
            repeated,
        } => {
            let refresh = successors.get(successor).ok_or_else(refused)?;
            let account = app
                .store
                .account_by_id(&owner.user)
                .await?
                .ok_or_else(refused)?;
            let (access_token, access) = app
                .tokens
                .issue(&owner, token_version, now)
                .map_err(ApiError::internal)?;
            app.metrics.auth(if repeated {
                AuthEvent::RefreshRepeated
            } else {
                AuthEvent::Refreshed
            });
            let session = Session {
                user: user_of(&account),
                access_token,
                expires_at: unsigned(access.expires_at),
            };
            let life = Duration::from_millis(unsigned(expires_at - now));
            Ok((
                set_cookie(cookie::set(refresh, &origin, life)),
                JsonBody(session),
            )
                .into_response())
        }
        Rotation::Reused(owner) => {
            app.metrics.auth(AuthEvent::RefreshReused);
            tracing::warn!(category = "auth", client = %client.ip, "refresh token used twice: session revoked");
            app.hub
                .close_session(&owner.user, &owner.session, CloseCode::Unauthenticated);
            Ok(without_cookie(
                &origin,
                ApiError::from(ErrorCode::SessionReused),
            ))
        }
        // The cookie stays: it is good again when the account is.
        Rotation::Closed => {
            app.metrics.auth(AuthEvent::RefreshRefused);
            Err(ErrorCode::AccountLocked.into())
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
            .revoke_token(&access.jti, access.dead_at())
            .await?;
        app.store.end_session(&access.owner()).await?;
        app.hub
            .close_session(&access.user, &access.session, CloseCode::Unauthenticated);
    }
    if let Some(refresh) = refresh {
        end_session_of(&app, &refresh, None).await?;
    }
    Ok(without_cookie(&origin, StatusCode::NO_CONTENT))
}

/// Ends the access token of the request, and the socket that it opened.
pub(crate) async fn revoke(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<StatusCode, ApiError> {
    app.store
        .revoke_token(&access.jti, access.dead_at())
        .await?;
    app.hub
        .close_token(&access.user, &access.jti, CloseCode::Unauthenticated);
    app.metrics.auth(AuthEvent::Revoked);
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the session that a cookie belongs to, and its socket; with `of`, only if it is that account's.
async fn end_session_of(
    app: &App,
    refresh: &RefreshToken,
    of: Option<&AccountId>,
) -> Result<(), ApiError> {
    let ended = app
        .store
        .end_session_of_refresh(&refresh.hash(), of)
        .await?;
    if let Some(owner) = ended {
        app.hub
            .close_session(&owner.user, &owner.session, CloseCode::Unauthenticated);
    }
    Ok(())
}

/// A device on which the account has been used has attempts of its own.
async fn counted_by(
    app: &App,
    username: &Username,
    known: Option<&KnownDevice>,
) -> Result<CountedBy, ApiError> {
    if let Some(hash) = known.map(KnownDevice::hash) {
        let since = app.clock.now() - millis(DEVICE_LIFE);
        if app.store.knows_device(&hash, username, since).await? {
            return Ok(CountedBy::device(username, &hash));
        }
    }
    Ok(CountedBy::name(username))
}

/// From now on the device has attempts of its own. Without it the login stands too.
async fn remember_device(
    app: &App,
    user: &AccountId,
    known: Option<KnownDevice>,
    origin: &Origin,
    trust: Option<Millis>,
) -> SetCookie {
    let device = known.unwrap_or_default();
    let remembered = app
        .store
        .remember_device(&device.hash(), user, trust, app.clock.now())
        .await;
    if let Err(error) = remembered {
        tracing::warn!(category = "store", %error, "a device was not remembered");
    }
    set_cookie(device.cookie(origin))
}

pub(super) type SetCookie = AppendHeaders<[(header::HeaderName, header::HeaderValue); 1]>;

async fn start_session(
    app: &App,
    user: AccountId,
    origin: &Origin,
    device: &Device,
) -> Result<(SetCookie, String, u64), ApiError> {
    let owner = Owner {
        session: SessionId::random(),
        user,
    };
    let refresh = RefreshToken::first();
    let now = app.clock.now();
    let limits = &app.settings.limits;
    let start = app
        .store
        .start_session(
            &owner,
            &refresh.hash(),
            device,
            limits.max_sessions.into(),
            now + millis(limits.refresh_token_ttl),
            now,
        )
        .await?;
    let started = match start {
        Start::Begun(started) => started,
        Start::Closed => return Err(ErrorCode::AccountLocked.into()),
        Start::NoAccount => return Err(ErrorCode::InvalidCredentials.into()),
    };
    for session in &started.ended {
        app.metrics.auth(AuthEvent::Displaced);
        app.hub
            .close_session(&user, session, CloseCode::Unauthenticated);
    }
    let (token, access) = app
        .tokens
        .issue(&owner, started.token_version, now)
        .map_err(ApiError::internal)?;
    Ok((
        set_cookie(cookie::set(&refresh, origin, limits.refresh_token_ttl)),
        token,
        unsigned(access.expires_at),
    ))
}

/// What the owner of a session sees of the device in the list.
fn device(headers: &HeaderMap, client: &Client) -> Device {
    const LONGEST: usize = 200;
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|text| text.chars().take(LONGEST).collect());
    Device {
        user_agent,
        address: client.ip.to_string(),
    }
}

fn set_cookie(value: header::HeaderValue) -> SetCookie {
    AppendHeaders([(header::SET_COOKIE, value)])
}

pub(super) fn without_cookie(origin: &Origin, response: impl IntoResponse) -> Response {
    (set_cookie(cookie::clear(origin)), response).into_response()
}
