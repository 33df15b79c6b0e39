//! `GET /ws`: from a request to a WebSocket.

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, Request},
    response::{IntoResponse as _, Response},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use std::{io, sync::Arc};

use super::{login::LOGIN_MAX, serve};
use crate::{
    app::App,
    auth::access::{bearer, check_token},
    error::{ApiError, ErrorCode},
    http::{
        client::Client,
        origin::{self, refused_origin},
        request_id,
    },
    ids::AccountId,
    sockets::Socket,
    websocket::{
        Link, Receiver,
        handshake::{self, Refusal},
    },
};

/// Refuses everything that can be refused before the upgrade: a full or leaving relay, pages of other sites, bad bearer tokens.
pub(crate) async fn upgrade(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    request: Request<Body>,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgraded = parts.extensions.remove::<OnUpgrade>();
    let request = Request::from_parts(parts, ());
    match admit(&app, &client, &request, upgraded).await {
        Ok((response, opening)) => {
            app.metrics.handshake("accepted");
            app.hub.tasks.spawn(opening);
            response
        }
        Err(refused) => {
            app.metrics.handshake(refused.kind);
            tracing::info!(
                category = "ws",
                refused = refused.kind,
                client = %client.ip,
                "no WebSocket"
            );
            let mut response = refused.error.into_response();
            if refused.kind == NOT_ASKED {
                handshake::advertise(response.headers_mut());
            }
            response
        }
    }
}

const NOT_ASKED: &str = "not_asked";

/// Why there is no WebSocket: one of a closed list, for the log and the metrics, and the answer.
struct Refused {
    kind: &'static str,
    error: ApiError,
}

fn refused(kind: &'static str, error: impl Into<ApiError>) -> Refused {
    Refused {
        kind,
        error: error.into(),
    }
}

async fn admit(
    app: &App,
    client: &Client,
    request: &Request<()>,
    upgraded: Option<OnUpgrade>,
) -> Result<(Response, impl Future<Output = ()> + Send + 'static), Refused> {
    if app.is_draining() {
        return Err(refused("draining", ErrorCode::Unavailable));
    }
    let response = handshake::accept(request).map_err(|refusal| match refusal {
        Refusal::NotAsked => refused(NOT_ASKED, ErrorCode::UpgradeRequired),
        Refusal::Malformed => refused(
            "malformed",
            ApiError::new(ErrorCode::InvalidRequest, "expected a WebSocket handshake"),
        ),
    })?;
    let bearer = who(app, client, request.headers()).await?;
    let place = Arc::clone(&app.places)
        .try_acquire_owned()
        .map_err(|_| refused("full", ErrorCode::Unavailable))?;
    let seat = app.client_seats.take(client.ip).ok_or_else(|| {
        let error = ApiError::new(
            ErrorCode::RateLimited,
            "this address has as many connections as it may have",
        );
        refused("address", error)
    })?;
    let upgraded = upgraded
        .ok_or_else(|| refused("malformed", ApiError::internal("no connection to upgrade")))?;
    let app = app.clone();
    let request_id = request_id::current();
    let opening = async move {
        match upgraded.await.map_err(io::Error::other).and_then(take_over) {
            Ok((link, receiver)) => serve::serve(app, link, receiver, bearer, &request_id).await,
            Err(error) => tracing::info!(category = "ws", %error, "gone before the upgrade"),
        }
        drop((place, seat));
    };
    Ok((response, opening))
}

/// The user of the bearer token, if there is one. No page can set this header: whoever sends it is a tool, and a tool has no
/// origin. Everybody else must come from a page of ours.
async fn who(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
) -> Result<Option<AccountId>, Refused> {
    match bearer(headers) {
        Some(token) => {
            let access = check_token(app, token).await;
            access
                .map(|access| Some(access.user))
                .map_err(|error| refused("token", error))
        }
        None => match origin::accepted(headers, client.https, &app.settings.origins) {
            Some(_) => Ok(None),
            None => {
                tracing::warn!(category = "origin", route = "/ws", client = %client.ip, "origin refused");
                Err(refused("origin", refused_origin()))
            }
        },
    }
}

/// The socket itself, without the HTTP library around it, and what it had read beyond the request.
fn take_over(upgraded: Upgraded) -> io::Result<(Arc<Link>, Receiver)> {
    let parts = downcast::<TokioIo<Socket>>(upgraded)
        .map_err(|_| io::Error::other("a socket that was not accepted here"))?;
    let (link, socket) = Link::new(parts.io.into_inner())?;
    let receiver = Receiver::new(socket, &parts.read_buf, LOGIN_MAX);
    Ok((Arc::new(link), receiver))
}
