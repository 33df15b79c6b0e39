//! The second factor in its owner's hands. Whatever changes it needs the password again.

use axum::{Extension, Json as JsonBody, extract::State, http::StatusCode};

use super::{
    change::{begin, changed, new_codes, take},
    passkeys,
    tickets::{self, Waiting},
    totp::TotpSecret,
};
use crate::{
    api::second_factor::{
        ConfirmTotpRequest, PasswordProof, RecoveryCodes, SecondFactorSettings, TotpInfo, TotpSetup,
    },
    app::App,
    auth::{access::Authenticated, devices::prove},
    clock::unsigned,
    error::{ApiError, ErrorCode},
    http::{client::Client, json::Json},
    store::recovery::Added,
};

/// `GET /api/auth/second-factor`.
pub(crate) async fn state(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<JsonBody<SecondFactorSettings>, ApiError> {
    let factor = app.store.second_factor(&access.user).await?;
    Ok(JsonBody(SecondFactorSettings {
        totp: factor.totp.map(|totp| TotpInfo {
            created_at: unsigned(totp.created_at),
            last_used_at: totp.last_used_at.map(unsigned),
        }),
        passkeys: factor.passkeys.into_iter().map(passkeys::info).collect(),
        recovery_codes: factor.recovery_codes,
    }))
}

/// `POST /api/auth/second-factor/totp`.
pub(crate) async fn start_totp(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(request): Json<PasswordProof>,
) -> Result<JsonBody<TotpSetup>, ApiError> {
    let account = prove(&app, &access, request.login_secret, &client).await?;
    if app.store.totp(&account.id).await?.is_some() {
        return Err(ErrorCode::FactorConflict.into());
    }
    let secret = TotpSecret::random();
    let text = secret.text().to_string();
    let address = secret
        .address(app.realm.as_str(), &account.username)
        .map_err(ApiError::internal)?
        .to_string();
    let waiting = Waiting::Totp(secret);
    let ticket = begin(&app, &access, &account, &waiting).await?;
    Ok(JsonBody(TotpSetup {
        ticket,
        secret: text,
        address,
    }))
}

/// `PUT /api/auth/second-factor/totp`.
pub(crate) async fn finish_totp(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Json(request): Json<ConfirmTotpRequest>,
) -> Result<JsonBody<RecoveryCodes>, ApiError> {
    let now = app.clock.now();
    let ticket = take(&app, &access, &request.ticket).await?;
    let Waiting::Totp(secret) = &ticket.waiting else {
        return Err(ErrorCode::TicketOver.into());
    };
    let step = secret
        .step_of(&request.code, now)
        .map_err(ApiError::internal)?;
    let Some(step) = step else {
        tickets::give_back(&app, &request.ticket, ticket, true).await?;
        return Err(ErrorCode::SecondFactorWrong.into());
    };
    let (codes, hashes) = new_codes(&access.user);
    let recovery_codes = match app
        .store
        .add_totp(&access.user, secret.expose(), step, &hashes, now)
        .await?
    {
        Added::First => codes,
        Added::Another => Vec::new(),
        Added::Refused => return Err(ErrorCode::FactorConflict.into()),
    };
    changed(&app, "codes of an app on");
    Ok(JsonBody(RecoveryCodes { recovery_codes }))
}

/// `DELETE /api/auth/second-factor/totp`.
pub(crate) async fn remove_totp(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(request): Json<PasswordProof>,
) -> Result<StatusCode, ApiError> {
    let account = prove(&app, &access, request.login_secret, &client).await?;
    if !app.store.remove_totp(&account.id).await? {
        return Err(ErrorCode::NotFound.into());
    }
    changed(&app, "codes of an app off");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/auth/second-factor/recovery-codes`.
pub(crate) async fn renew_codes(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(request): Json<PasswordProof>,
) -> Result<JsonBody<RecoveryCodes>, ApiError> {
    let account = prove(&app, &access, request.login_secret, &client).await?;
    let (recovery_codes, hashes) = new_codes(&account.id);
    if !app
        .store
        .replace_recovery_codes(&account.id, &hashes)
        .await?
    {
        return Err(ErrorCode::FactorConflict.into());
    }
    changed(&app, "new recovery codes");
    Ok(JsonBody(RecoveryCodes { recovery_codes }))
}
