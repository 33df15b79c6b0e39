//! Who is there, and under which key (FEATURES.md I1, I2), for whom (I4).

pub(crate) mod invitations;
pub mod reach;

use axum::{Extension, Json as JsonBody, extract::State};
use duet_crypto::{fingerprint::Fingerprint, identity::IdentityKey, relay::CloseCode, replacement};
use serde::Deserialize;

use crate::{
    api::{
        self, AccountIdText, Bytes, FingerprintRecord, IdentityKeyText, KeyHistory,
        KeyHistoryEntry, KeyRecord, SetKeyRequest, User, UserList, UserSummary,
    },
    app::App,
    auth::{
        access::Authenticated,
        credentials::{authenticate, user_of},
    },
    config::SearchMode,
    error::{ApiError, ErrorCode},
    http::{
        client::Client,
        json::{Json, Path, Query},
    },
    ids::{AccountId, SessionId},
    limits::Limited,
    sharing,
    store::{
        accounts::{Account, CurrentKey, KeyProof},
        attempts::CountedBy,
        operator::Standing,
    },
    telemetry::metrics::AuthEvent,
    validate::{Username, UsernamePrefix},
};

/// Lines of a search.
const SEARCH_LIMIT: u32 = 20;

/// An identity key from outside.
///
/// # Errors
/// [`ErrorCode::InvalidIdentityKey`] for a point that is weak or not canonical (protocol.md, Appendix B).
pub fn parse_key(key: &IdentityKeyText) -> Result<IdentityKey, ApiError> {
    IdentityKey::from_bytes(&key.0).map_err(|_| ErrorCode::InvalidIdentityKey.into())
}

/// `GET /api/chat/me`.
pub(crate) async fn me(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<JsonBody<User>, ApiError> {
    Ok(JsonBody(user_of(&own_account(&app, &access.user).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    username: String,
}

/// `GET /api/chat/users`.
pub(crate) async fn search(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Query(query): Query<SearchQuery>,
) -> Result<JsonBody<UserList>, ApiError> {
    let prefix = UsernamePrefix::parse(query.username)?;
    let allowed = match app.search_limit.check(&access.user) {
        Ok(()) => sharing::search(&app, &access.user).await,
        refused => refused,
    };
    allowed.map_err(|wait| {
        app.metrics.limited(Limited::Search);
        tracing::warn!(category = "limit", "too many searches by one account");
        ApiError::new(
            ErrorCode::RateLimited,
            "this account has searched too often",
        )
        .retry_after(wait)
    })?;
    let found = match app.settings.search {
        SearchMode::Prefix => {
            app.store
                .search(&prefix, &access.user, SEARCH_LIMIT)
                .await?
        }
        SearchMode::Exact => app.store.find(&prefix, &access.user).await?,
    };
    let users = found
        .into_iter()
        .map(|user| UserSummary {
            id: Bytes(user.id.0),
            username: user.username,
            has_key: user.has_key,
        })
        .collect();
    Ok(JsonBody(UserList { users }))
}

/// `GET /api/identity/users/{id}/key`.
pub(crate) async fn key(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path(id): Path<AccountIdText>,
) -> Result<JsonBody<KeyRecord>, ApiError> {
    let (account, key) = keyed_account(&app, &access.user, &id).await?;
    Ok(JsonBody(record(&account, &key)))
}

/// `GET /api/identity/users/{id}/fingerprint`.
pub(crate) async fn fingerprint(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path(id): Path<AccountIdText>,
) -> Result<JsonBody<FingerprintRecord>, ApiError> {
    let (_, key) = keyed_account(&app, &access.user, &id).await?;
    let key = IdentityKey::from_bytes(&key.key).map_err(ApiError::internal)?;
    let hex = Fingerprint::of(&key)
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(JsonBody(FingerprintRecord {
        id,
        fingerprint: hex,
    }))
}

/// `GET /api/identity/users/{id}/history`.
pub(crate) async fn history(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path(id): Path<AccountIdText>,
) -> Result<JsonBody<KeyHistory>, ApiError> {
    let (account, _) = keyed_account(&app, &access.user, &id).await?;
    let keys = app
        .store
        .key_history(&account.id)
        .await?
        .into_iter()
        .map(|past| KeyHistoryEntry {
            identity_key: Bytes(past.key),
            since: u64::try_from(past.since).unwrap_or(0),
            proof: match past.proof {
                KeyProof::First => api::KeyProof::First,
                KeyProof::Signed => api::KeyProof::Signed,
                KeyProof::Lost => api::KeyProof::Lost,
            },
        })
        .collect();
    Ok(JsonBody(KeyHistory { id, keys }))
}

/// `PUT /api/identity/key`. Stores the first key, or replaces the one there is. A replaced key ends the connection that used it.
pub(crate) async fn set_key(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Extension(client): Extension<Client>,
    Json(mut request): Json<SetKeyRequest>,
) -> Result<JsonBody<KeyRecord>, ApiError> {
    let new = parse_key(&request.identity_key)?;
    let account = own_account(&app, &access.user).await?;
    let old = account.key;
    let proof = match old {
        None => KeyProof::First,
        Some(old) if old.key == *new.as_bytes() => return Ok(JsonBody(record(&account, &old))),
        Some(old) => {
            let proof = prove_replacement(
                &app,
                &account,
                &access.session,
                &old,
                &new,
                &mut request,
                &client,
            )
            .await;
            if proof.is_err() {
                app.metrics.auth(AuthEvent::KeyRefused);
                tracing::warn!(category = "key", client = %client.ip, "key replacement refused");
            }
            proof?
        }
    };
    let now = app.clock.now();
    if !app
        .store
        .set_key(
            &account.id,
            old.as_ref().map(|old| &old.key),
            new.as_bytes(),
            proof,
            now,
        )
        .await?
    {
        return Err(ApiError::new(
            ErrorCode::Unavailable,
            "the key changed in the meantime: look again",
        ));
    }
    app.metrics.auth(AuthEvent::KeySet);
    tracing::info!(category = "key", ?proof, "identity key set");
    app.hub
        .close_account(&account.id, CloseCode::Unauthenticated);
    Ok(JsonBody(record(
        &account,
        &CurrentKey {
            key: *new.as_bytes(),
            since: now,
        },
    )))
}

/// A stolen access token must not be enough: the login secret again (with as many attempts as a login), and the old
/// key's signature or the owner's word that it is lost.
async fn prove_replacement(
    app: &App,
    account: &Account,
    session: &SessionId,
    old: &CurrentKey,
    new: &IdentityKey,
    request: &mut SetKeyRequest,
    client: &Client,
) -> Result<KeyProof, ApiError> {
    let secret = request
        .login_secret
        .take()
        .ok_or(ErrorCode::ProofRequired)?;
    if request.signature.is_none() && !request.lost {
        return Err(ErrorCode::ProofRequired.into());
    }
    let username = Username::parse(account.username.clone())
        .map_err(|_| ApiError::internal("a stored name breaks the rule"))?;
    let by = CountedBy::session(&username, session);
    authenticate(app, &username, &by, secret, client).await?;
    let Some(signature) = &request.signature else {
        return Ok(KeyProof::Lost);
    };
    let old = IdentityKey::from_bytes(&old.key).map_err(ApiError::internal)?;
    if replacement::verify(&account.id, &old, new, &signature.0) {
        Ok(KeyProof::Signed)
    } else {
        Err(ErrorCode::InvalidProof.into())
    }
}

async fn own_account(app: &App, id: &AccountId) -> Result<Account, ApiError> {
    // A token whose account is gone is no token any more.
    app.store
        .account_by_id(id)
        .await?
        .ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// The account of an id and its key, for whoever may reach it.
async fn keyed_account(
    app: &App,
    asker: &AccountId,
    id: &AccountIdText,
) -> Result<(Account, CurrentKey), ApiError> {
    reach::check(app, &AccountId(id.0), asker).await?;
    let account = app
        .store
        .account_by_id(&AccountId(id.0))
        .await?
        .filter(|account| account.standing != Standing::Banned)
        .ok_or(ErrorCode::UserNotFound)?;
    let key = account.key.ok_or(ErrorCode::KeyNotFound)?;
    Ok((account, key))
}

fn record(account: &Account, key: &CurrentKey) -> KeyRecord {
    KeyRecord {
        id: Bytes(account.id.0),
        username: account.username.clone(),
        identity_key: Bytes(key.key),
        since: u64::try_from(key.since).unwrap_or(0),
    }
}
