//! CHALLENGE and LOGIN: the first two frames of a connection, before anything else; and whether a login still holds.

use duet_crypto::{
    identity::AccountId,
    relay::{Challenge, ClientFrame, CloseCode, Login, ServerFrame, WelcomeStatus},
};
use std::time::Duration;

use crate::{
    app::App,
    auth::{
        access::{check_token, is_live},
        token::Access,
    },
    error::{ApiError, ErrorCode},
    hub::connection::{Connection, Member, Pass},
    store::{StoreError, reach::Reach},
    websocket::{
        Incoming, Link, Message, Receiver,
        message::{frame, pong},
        receiver::Refused,
    },
};

/// Largest frame before anybody has logged in: a LOGIN with the longest token.
pub(super) const LOGIN_MAX: usize = 4_500;

/// Who logged in.
pub(super) struct LoggedIn {
    pub(super) member: Member,
    /// When the token ends; see [`Pass`].
    pub(super) ends: Duration,
    /// Who may reach the account, and how often anybody had changed that when it was read.
    pub(super) reach: Reach,
    pub(super) reach_read: u64,
}

/// Challenges the client and checks its answer. WELCOME is not sent here: the directory sends it when others can reach the
/// connection.
///
/// # Errors
/// How to close, or `None` if the client has gone.
pub(super) async fn run(
    app: &App,
    link: &Link,
    receiver: &mut Receiver,
    bearer: Option<AccountId>,
) -> Result<LoggedIn, Option<CloseCode>> {
    let challenge = Challenge(crate::random());
    let answered = async {
        say(link, &ServerFrame::Challenge(challenge)).await?;
        first_frame(link, receiver).await
    };
    let first = match tokio::time::timeout(app.settings.limits.login_timeout, answered).await {
        Ok(frame) => frame?,
        Err(_) => return Err(Some(CloseCode::Timeout)),
    };
    let Ok(ClientFrame::Login(login)) = ClientFrame::decode(first.payload()) else {
        return Err(Some(CloseCode::Malformed));
    };
    match check(app, &login, &challenge, bearer).await {
        Ok(logged_in) => Ok(logged_in),
        Err((status, code)) => {
            let said = ServerFrame::Welcome(status);
            let patience = app.settings.limits.login_timeout;
            // Whoever does not read it does not get it.
            let _ = tokio::time::timeout(patience, say(link, &said)).await;
            Err(Some(code))
        }
    }
}

async fn say(link: &Link, said: &ServerFrame<'_>) -> Result<(), Option<CloseCode>> {
    link.write(&frame(&said.encode())).await.map_err(|_| None)
}

async fn first_frame(link: &Link, receiver: &mut Receiver) -> Result<Message, Option<CloseCode>> {
    loop {
        match receiver.next().await {
            Incoming::Message(message) => return Ok(message),
            Incoming::Ping(payload) => link.write(&pong(&payload)).await.map_err(|_| None)?,
            // Nothing is large enough to be announced here.
            Incoming::Pong | Incoming::Announced(_) => {}
            Incoming::Close(_) | Incoming::Ended => return Err(None),
            Incoming::Refused(refused) => return Err(Some(close_code(refused))),
        }
    }
}

/// How to close a connection whose client broke the rules of the WebSocket.
pub(super) fn close_code(refused: Refused) -> CloseCode {
    match refused {
        Refused::Malformed => CloseCode::Malformed,
        Refused::TooLarge => CloseCode::TooLarge,
        Refused::Flood => CloseCode::RateLimited,
    }
}

/// When a token ends; see [`Pass`].
fn ends(app: &App, access: &Access) -> Duration {
    let left = u64::try_from(access.dead_at() - app.clock.now()).unwrap_or(0);
    app.clock.monotonic() + Duration::from_millis(left)
}

/// A token, checked now.
pub(super) fn pass(app: &App, access: Access) -> Pass {
    let ends = ends(app, &access);
    Pass { access, ends }
}

/// Whether what a connection logged in with still holds: its token is not revoked, and its key is the account's.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub(super) async fn holds(
    app: &App,
    connection: &Connection,
    access: &Access,
) -> Result<bool, StoreError> {
    Ok(is_live(app, access).await?
        && key_of(app, &connection.member.account).await? == Some(connection.member.key))
}

async fn key_of(app: &App, account: &AccountId) -> Result<Option<[u8; 32]>, StoreError> {
    let account = app.store.account_by_id(account).await?;
    Ok(account
        .and_then(|account| account.key)
        .map(|current| current.key))
}

/// Whether an error says nothing about the token, because the relay could not look.
pub(super) fn is_ours(error: &ApiError) -> bool {
    matches!(error.code(), ErrorCode::Internal | ErrorCode::Unavailable)
}

/// The token first, then that account and key are the token's, then the signature (protocol.md section 9).
async fn check(
    app: &App,
    login: &Login<'_>,
    challenge: &Challenge,
    bearer: Option<AccountId>,
) -> Result<LoggedIn, (WelcomeStatus, CloseCode)> {
    const REFUSED: (WelcomeStatus, CloseCode) =
        (WelcomeStatus::Refused, CloseCode::Unauthenticated);
    const LATER: (WelcomeStatus, CloseCode) = (WelcomeStatus::TryLater, CloseCode::Internal);
    let refuse = |what: &'static str| {
        tracing::warn!(category = "auth", refused = what, "socket login refused");
        REFUSED
    };
    let access = check_token(app, login.token.as_str())
        .await
        .map_err(|error| {
            if is_ours(&error) {
                LATER
            } else {
                refuse("token")
            }
        })?;
    if bearer.is_some_and(|user| user != access.user) {
        return Err(refuse("bearer"));
    }
    let key = key_of(app, &access.user).await.map_err(|error| {
        tracing::error!(category = "internal", %error, "socket login failed");
        LATER
    })?;
    if login.account != access.user || key != Some(login.key) {
        return Err(refuse("account or key"));
    }
    login.verify(challenge).map_err(|_| refuse("signature"))?;
    let reach_read = app.hub.reach_changes();
    let reach = app
        .store
        .reach_of(&access.user, app.clock.now())
        .await
        .map_err(|error| {
            tracing::error!(category = "internal", %error, "socket login failed");
            LATER
        })?;
    let member = Member {
        account: login.account,
        key: login.key,
        presence: login.presence,
        max_version: login.max_version,
        access,
    };
    Ok(LoggedIn {
        ends: ends(app, &access),
        member,
        reach: reach.unwrap_or_default(),
        reach_read,
    })
}
