//! Passkeys in their owner's hands.

use axum::{Extension, Json as JsonBody, extract::State, http::StatusCode};

use super::{
    change::{begin, changed, new_codes, take},
    passkeys::{ids_for, info, refused},
    tickets::{self, Waiting},
};
use crate::{
    api::{
        Bytes,
        passkeys::{
            AddPasskeyRequest, PasskeyAdded, PasskeyIdText, PasskeySetup, RenamePasskeyRequest,
        },
        second_factor::PasswordProof,
    },
    app::App,
    auth::{access::Authenticated, devices::prove},
    error::{ApiError, ErrorCode},
    http::{
        client::Client,
        json::{Json, Path},
        origin::Origin,
    },
    ids::PasskeyId,
    store::{
        passkeys::{MOST_PASSKEYS, PasskeyRecord},
        recovery::Added,
    },
    webauthn::{ceremony::Registration, key::ALGORITHMS, relying_party::RelyingParty},
};

/// `POST /api/auth/second-factor/passkeys`.
pub(crate) async fn start(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(origin): Extension<Origin>,
    Extension(client): Extension<Client>,
    Json(request): Json<PasswordProof>,
) -> Result<JsonBody<PasskeySetup>, ApiError> {
    let party = party_of(&origin)?;
    let account = prove(&app, &access, request.login_secret, &client).await?;
    let known = app.store.passkeys(&account.id).await?;
    if known.len() >= MOST_PASSKEYS {
        return Err(ErrorCode::PasskeyLimit.into());
    }
    let challenge = crate::random();
    let waiting = Waiting::Passkey(Bytes(challenge));
    let ticket = begin(&app, &access, &account, &waiting).await?;
    Ok(JsonBody(PasskeySetup {
        ticket,
        challenge: Bytes(challenge),
        host: party.id().to_owned(),
        user_id: Bytes(account.id.0),
        username: account.username,
        algorithms: ALGORITHMS.to_vec(),
        known: ids_for(&party, known),
    }))
}

/// `PUT /api/auth/second-factor/passkeys`.
pub(crate) async fn finish(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(origin): Extension<Origin>,
    Json(request): Json<AddPasskeyRequest>,
) -> Result<JsonBody<PasskeyAdded>, ApiError> {
    let party = party_of(&origin)?;
    let name = name_of(&request.name)?;
    let ticket = take(&app, &access, &request.ticket).await?;
    let Waiting::Passkey(Bytes(challenge)) = ticket.waiting else {
        return Err(ErrorCode::TicketOver.into());
    };
    let registration = Registration {
        client_data: &request.client_data.0,
        authenticator_data: &request.authenticator_data.0,
    };
    let (credential, counter) = match registration.check(&challenge, &party) {
        Ok(made) => made,
        Err(refusal) => {
            refused(refusal);
            tickets::give_back(&app, &request.ticket, ticket, true).await?;
            return Err(ErrorCode::SecondFactorWrong.into());
        }
    };
    let passkey = PasskeyRecord {
        id: PasskeyId::random(),
        host: party.id().to_owned(),
        credential_id: credential.id,
        public_key: credential.key.encode(),
        counter,
        name,
        created_at: app.clock.now(),
        last_used_at: None,
    };
    let (codes, hashes) = new_codes(&access.user);
    let recovery_codes = match app
        .store
        .add_passkey(&access.user, &passkey, &hashes)
        .await?
    {
        Added::First => codes,
        Added::Another => Vec::new(),
        Added::Refused => return Err(ErrorCode::FactorConflict.into()),
    };
    changed(&app, "passkey added");
    Ok(JsonBody(PasskeyAdded {
        passkey: info(passkey),
        recovery_codes,
    }))
}

/// `PUT /api/auth/second-factor/passkeys/{id}`.
pub(crate) async fn rename(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path(id): Path<PasskeyIdText>,
    Json(request): Json<RenamePasskeyRequest>,
) -> Result<StatusCode, ApiError> {
    let name = name_of(&request.name)?;
    let id = PasskeyId(id.0);
    if !app.store.rename_passkey(&access.user, &id, &name).await? {
        return Err(ErrorCode::NotFound.into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/auth/second-factor/passkeys/{id}`.
pub(crate) async fn remove(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Path(id): Path<PasskeyIdText>,
    Json(request): Json<PasswordProof>,
) -> Result<StatusCode, ApiError> {
    let account = prove(&app, &access, request.login_secret, &client).await?;
    if !app
        .store
        .remove_passkey(&account.id, &PasskeyId(id.0))
        .await?
    {
        return Err(ErrorCode::NotFound.into());
    }
    changed(&app, "passkey removed");
    Ok(StatusCode::NO_CONTENT)
}

fn party_of(origin: &Origin) -> Result<RelyingParty, ApiError> {
    RelyingParty::of(origin).ok_or_else(|| {
        ApiError::new(
            ErrorCode::InvalidRequest,
            "passkeys need https and a host with a name",
        )
    })
}

/// What people call a passkey.
fn name_of(text: &str) -> Result<String, ApiError> {
    const LONGEST: usize = 64;
    let name = text.trim();
    let good = (1..=LONGEST).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good {
        Ok(name.to_owned())
    } else {
        Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "a passkey's name has 1 to 64 characters",
        ))
    }
}
