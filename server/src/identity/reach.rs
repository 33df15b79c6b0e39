//! Who may reach whom (FEATURES.md I4): the decision, in one place for HTTP and WebSockets, and its settings.
//!
//! Whoever may not reach somebody learns neither their key nor whether they are there, and uses up nothing of theirs. One
//! thing goes before the owner's policy, though not before a block: whom they turned to themselves, while they are here, can
//! answer.

use axum::{Json as JsonBody, extract::State};

use crate::{
    api::{
        AccountIdText, Bytes, KnownPeopleRequest, ReachList, ReachPerson, ReachPolicy,
        ReachSettings, SetReachRequest,
    },
    app::App,
    auth::access::Authenticated,
    error::{ApiError, ErrorCode},
    http::json::{Json, Path},
    hub::door::admits,
    ids::AccountId,
    store::{
        StoreError,
        reach::{Admission, List, MOST_LISTED, Policy},
    },
    telemetry::metrics::AuthEvent,
};

/// People in one request: more do not fit into a body.
const MOST_AT_ONCE: usize = 256;

/// Lets a request about `owner` pass if `asker` may reach them.
///
/// # Errors
/// [`ErrorCode::NotReachable`], [`ErrorCode::UserNotFound`].
pub(super) async fn check(app: &App, owner: &AccountId, asker: &AccountId) -> Result<(), ApiError> {
    if owner == asker {
        return Ok(());
    }
    let admission = app
        .store
        .admission(owner, asker, app.clock.now())
        .await?
        .ok_or(ErrorCode::UserNotFound)?;
    let turned_to = admission == Admission::Stranger && app.hub.has_turned_to(owner, asker).await;
    if admits(admission, || turned_to) {
        return Ok(());
    }
    app.metrics.auth(AuthEvent::NotReachable);
    tracing::info!(
        category = "reach",
        "a request about somebody who does not want it was refused"
    );
    Err(ErrorCode::NotReachable.into())
}

/// `GET /api/reach`.
pub(crate) async fn settings(
    State(app): State<App>,
    Authenticated(access): Authenticated,
) -> Result<JsonBody<ReachSettings>, ApiError> {
    answer(&app, &access.user).await
}

/// `PUT /api/reach`.
pub(crate) async fn set_policy(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Json(request): Json<SetReachRequest>,
) -> Result<JsonBody<ReachSettings>, ApiError> {
    let policy = match request.policy {
        ReachPolicy::Anyone => Policy::Anyone,
        ReachPolicy::Known => Policy::Known,
        ReachPolicy::Allowed => Policy::Allowed,
    };
    app.store.set_reach(&access.user, policy).await?;
    changed(&app, &access.user).await
}

/// `POST /api/reach/known`.
pub(crate) async fn know(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Json(request): Json<KnownPeopleRequest>,
) -> Result<JsonBody<ReachSettings>, ApiError> {
    if request.people.len() > MOST_AT_ONCE {
        return Err(full(MOST_AT_ONCE));
    }
    let people: Vec<_> = request.people.iter().map(|id| AccountId(id.0)).collect();
    put(&app, &access.user, List::Known, &people).await
}

/// `PUT /api/reach/{list}/{id}`.
pub(crate) async fn list(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path((list, id)): Path<(ReachList, AccountIdText)>,
) -> Result<JsonBody<ReachSettings>, ApiError> {
    put(&app, &access.user, list_of(list), &[AccountId(id.0)]).await
}

/// `DELETE /api/reach/{list}/{id}`.
pub(crate) async fn unlist(
    State(app): State<App>,
    Authenticated(access): Authenticated,
    Path((list, id)): Path<(ReachList, AccountIdText)>,
) -> Result<JsonBody<ReachSettings>, ApiError> {
    app.store
        .unlist_person(&access.user, list_of(list), &AccountId(id.0))
        .await?;
    changed(&app, &access.user).await
}

async fn put(
    app: &App,
    owner: &AccountId,
    list: List,
    people: &[AccountId],
) -> Result<JsonBody<ReachSettings>, ApiError> {
    if !app.store.list_people(owner, list, people).await? {
        return Err(full(MOST_LISTED));
    }
    changed(app, owner).await
}

async fn changed(app: &App, owner: &AccountId) -> Result<JsonBody<ReachSettings>, ApiError> {
    tracing::info!(category = "reach", "somebody changed who may reach them");
    choose(app, owner).await?;
    answer(app, owner).await
}

/// Tells the hub, and other nodes, that something else holds for an account now.
///
/// # Errors
/// [`ApiError`] when the database fails.
pub(crate) async fn choose(app: &App, owner: &AccountId) -> Result<(), ApiError> {
    app.hub.tell_reach(owner);
    Ok(refresh(app, owner).await?)
}

/// Tells the hub what holds for an account now, if it is here. One at a time: what is told last is what was read last.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub(crate) async fn refresh(app: &App, owner: &AccountId) -> Result<(), StoreError> {
    if !app.hub.needs_reach(owner) {
        return Ok(());
    }
    let _turn = app.reach_turn.lock().await;
    let reach = app
        .store
        .reach_of(owner, app.clock.now())
        .await?
        .unwrap_or_default();
    app.hub.set_reach(owner, reach);
    Ok(())
}

async fn answer(app: &App, owner: &AccountId) -> Result<JsonBody<ReachSettings>, ApiError> {
    let (policy, listed) = app
        .store
        .reach_settings(owner)
        .await?
        .ok_or(ErrorCode::Unauthenticated)?;
    let mut settings = ReachSettings {
        policy: match policy {
            Policy::Anyone => ReachPolicy::Anyone,
            Policy::Known => ReachPolicy::Known,
            Policy::Allowed => ReachPolicy::Allowed,
        },
        known: 0,
        allowed: Vec::new(),
        blocked: Vec::new(),
    };
    for person in listed {
        let shown = ReachPerson {
            id: Bytes(person.person.0),
            username: person.username,
        };
        match person.list {
            List::Known => settings.known += 1,
            List::Allowed => settings.allowed.push(shown),
            List::Blocked => settings.blocked.push(shown),
            // They come and go by themselves.
            List::Invited => {}
        }
    }
    Ok(JsonBody(settings))
}

fn list_of(list: ReachList) -> List {
    match list {
        ReachList::Allowed => List::Allowed,
        ReachList::Blocked => List::Blocked,
    }
}

fn full(most: usize) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, format!("at most {most} people"))
}
