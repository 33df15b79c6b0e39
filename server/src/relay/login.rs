//! CHALLENGE and LOGIN: the first two frames of a connection, before anything else.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{Challenge, ClientFrame, Login, Presence, ServerFrame, WelcomeStatus},
};

use super::{
    close::CloseCode,
    wire::{Incoming, Receiver, Sender},
};
use crate::{
    app::App,
    auth::{access::check_token, token::Access},
    error::ErrorCode,
    store::reach::Reach,
};

/// Who logged in.
pub(super) struct LoggedIn {
    pub(super) account: AccountId,
    pub(super) key: [u8; 32],
    pub(super) presence: Presence,
    pub(super) max_version: u8,
    pub(super) access: Access,
    /// Who may reach the account, and how often anybody had changed that when it was read.
    pub(super) reach: Reach,
    pub(super) reach_read: u64,
}

/// Challenges the client and checks its answer. WELCOME is not sent here: the hub sends it when others can reach the
/// connection.
///
/// # Errors
/// How to close, or `None` if the client has gone.
pub(super) async fn run(
    app: &App,
    sender: &mut Sender,
    receiver: &mut Receiver,
    bearer: Option<AccountId>,
) -> Result<LoggedIn, Option<CloseCode>> {
    let challenge = Challenge(crate::random());
    sender
        .send(ServerFrame::Challenge(challenge).encode().into())
        .await
        .map_err(|_| None)?;
    let frame = match tokio::time::timeout(app.settings.limits.login_timeout, first_frame(receiver))
        .await
    {
        Ok(frame) => frame?,
        Err(_) => return Err(Some(CloseCode::Timeout)),
    };
    let Ok(ClientFrame::Login(login)) = ClientFrame::decode(&frame) else {
        return Err(Some(CloseCode::Malformed));
    };
    match check(app, &login, &challenge, bearer).await {
        Ok(logged_in) => Ok(logged_in),
        Err((status, code)) => {
            sender
                .send(ServerFrame::Welcome(status).encode().into())
                .await
                .map_err(|_| None)?;
            Err(Some(code))
        }
    }
}

async fn first_frame(receiver: &mut Receiver) -> Result<Bytes, Option<CloseCode>> {
    loop {
        match receiver.next().await {
            Incoming::Frame(frame) => return Ok(frame),
            Incoming::Alive => {}
            Incoming::Ended => return Err(None),
            Incoming::Refused(code) => return Err(Some(code)),
        }
    }
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
        .map_err(|error| match error.code() {
            ErrorCode::Internal | ErrorCode::Unavailable => LATER,
            _ => refuse("token"),
        })?;
    if bearer.is_some_and(|user| user != access.user) {
        return Err(refuse("bearer"));
    }
    let account = app
        .store
        .account_by_id(&access.user)
        .await
        .map_err(|error| {
            tracing::error!(category = "internal", %error, "socket login failed");
            LATER
        })?;
    let key = account
        .and_then(|account| account.key)
        .map(|current| current.key);
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
    Ok(LoggedIn {
        account: login.account,
        key: login.key,
        presence: login.presence,
        max_version: login.max_version,
        access,
        reach: reach.unwrap_or_default(),
        reach_read,
    })
}
