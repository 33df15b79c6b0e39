//! The second step of a login.

use axum::{
    Extension, Json as JsonBody,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};

use super::{
    checking::{Shown, check},
    tickets::{self, Waiting},
};
use crate::{
    api::second_factor::SecondFactorRequest,
    app::App,
    auth::session::{Arriving, let_in},
    clock::millis,
    error::{ApiError, ErrorCode},
    http::{client::Client, json::Json, origin::Origin},
};
use std::time::Duration;

/// A device that its owner trusts is not asked for so long.
const TRUST: Duration = Duration::from_secs(30 * 24 * 3600);

/// `POST /api/auth/login/second-factor`.
pub(crate) async fn finish(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Json(request): Json<SecondFactorRequest>,
) -> Result<Response, ApiError> {
    let ticket = tickets::take(&app, &request.ticket).await?;
    let Waiting::Login {
        by,
        secret_hash,
        challenge,
    } = &ticket.waiting
    else {
        return Err(ErrorCode::TicketOver.into());
    };
    let (by, secret_hash) = (by.clone(), secret_hash.clone());
    let shown = Shown {
        proof: request.proof,
        challenge: *challenge,
        origin: origin.clone(),
    };
    let user = ticket.user;
    if let Err(error) = check(&app, &user, &by, shown, &client).await {
        let wrong = error.code() == ErrorCode::SecondFactorWrong;
        tickets::give_back(&app, &request.ticket, ticket, wrong).await?;
        return Err(error);
    }
    let account = app.store.account_by_id(&user).await?;
    // The password may have been changed since.
    let account = account
        .filter(|account| account.secret_hash == secret_hash)
        .ok_or(ErrorCode::TicketOver)?;
    let arriving = Arriving::of(&headers, &origin, &client);
    let trust = request
        .trust_device
        .then(|| app.clock.now() + millis(TRUST));
    let (cookie, device, session) = let_in(&app, &account, arriving, &origin, trust).await?;
    Ok((cookie, device, JsonBody(session)).into_response())
}
