//! Invitations (FEATURES.md M2): the relay knows that somebody may come; the key that they go by is in the link, which no
//! server ever sees.

use axum::{Json as JsonBody, extract::State};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

use super::reach;
use crate::{
    api::{Bytes, InvitationRecord, InvitationToken, InvitedBy, RedeemRequest},
    app::App,
    auth::access::Authenticated,
    clock::millis,
    error::{ApiError, ErrorCode},
    http::json::Json,
    ids::InvitationHash,
};

/// How long a link is good.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// `POST /api/invitations`.
pub(crate) async fn invite(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<JsonBody<InvitationRecord>, ApiError> {
    let token: InvitationToken = Bytes(crate::random());
    let expires_at = app.clock.now() + millis(LIFE);
    app.store
        .add_invitation(&hash(&token), &access.user, expires_at)
        .await?;
    tracing::info!(category = "reach", "invitation made");
    Ok(JsonBody(InvitationRecord {
        token,
        expires_at: u64::try_from(expires_at).unwrap_or(0),
    }))
}

/// `POST /api/invitations/redeem`.
pub(crate) async fn redeem(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Json(request): Json<RedeemRequest>,
) -> Result<JsonBody<InvitedBy>, ApiError> {
    let inviter = app
        .store
        .redeem_invitation(&hash(&request.token), &access.user, app.clock.now())
        .await?
        .ok_or(ErrorCode::InvitationOver)?;
    reach::choose(&app, &inviter.id).await?;
    tracing::info!(category = "reach", "invitation taken");
    Ok(JsonBody(InvitedBy {
        id: Bytes(inviter.id.0),
        username: inviter.username,
    }))
}

/// Ends those whose day is over: whoever came by them is not let in any more.
///
/// # Errors
/// [`ApiError`] when the database fails.
pub(crate) async fn end_old(app: &App) -> Result<(), ApiError> {
    for owner in app.store.end_invitations(app.clock.now()).await? {
        reach::choose(app, &owner).await?;
    }
    Ok(())
}

fn hash(token: &InvitationToken) -> InvitationHash {
    InvitationHash(Sha256::digest(token.0).into())
}
