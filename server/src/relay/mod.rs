//! The WebSocket hub (protocol.md section 9, FEATURES.md R1-R4): one-to-one, online only, nothing kept.
//!
//! A connection is two tasks. The *reader* decodes what its client says and puts payloads into the recipient's
//! [`outbox::Outbox`]; the *writer* empties its own client's outbox into the socket. Only readers ever wait for
//! room in somebody's outbox, and only writers make room, so two clients that send to each other at full speed
//! cannot stop one another.
//!
//! | module | what it is |
//! |---|---|
//! | [`wire`] | the WebSocket library, behind three verbs |
//! | [`login`] | CHALLENGE, LOGIN |
//! | [`connection`] | what the tasks and the hub share; a connection's life |
//! | [`reader`], [`writer`] | the two tasks |
//! | [`outbox`] | the bounded queue to one client |
//! | [`recent`] | which frames were seen already |
//! | [`stock`] | one-time prekeys, and who was given which |
//! | [`hub`] | who is connected, who watches whom |
//! | [`close`] | close codes |

pub mod close;
mod connection;
pub mod hub;
mod login;
mod outbox;
mod reader;
mod recent;
mod stock;
mod wire;
mod writer;

use axum::{
    Extension,
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::HeaderMap,
    response::Response,
};
use duet_crypto::{limits, relay::HEADER_LENGTH};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    app::App,
    auth::access::{bearer, check_token},
    error::{ApiError, ErrorCode},
    http::{
        client::Client,
        origin::{self, refused_origin},
    },
    sockets::Handover,
};

/// Largest frame of the protocol.
const FRAME_MAX: usize = HEADER_LENGTH + limits::PAYLOAD_CHUNK_MAX;
/// Largest message that is read at all. A frame between the two limits is refused by name (ACK "too large"); beyond,
/// the connection ends as soon as the message's header is seen.
const MESSAGE_MAX: usize = 2 * FRAME_MAX;

/// `GET /ws`. Refuses everything that can be refused before the upgrade: a full or leaving relay, pages of other sites, bad
/// bearer tokens.
pub(crate) async fn upgrade(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Extension(handover): Extension<Handover>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    if app.is_draining() {
        return Err(ErrorCode::Unavailable.into());
    }
    // No page can set this header: whoever sends it is a tool, and a tool has no origin.
    let bearer = match bearer(&headers) {
        Some(token) => Some(check_token(&app, token).await?.user),
        None => {
            origin::accepted(&headers, client.https, &app.settings.origins).ok_or_else(|| {
                tracing::warn!(category = "origin", route = "/ws", client = %client.ip, "origin refused");
                refused_origin()
            })?;
            None
        }
    };
    let upgrade = upgrade
        .map_err(|_| ApiError::new(ErrorCode::InvalidRequest, "expected a WebSocket handshake"))?;
    let place = Arc::clone(&app.places)
        .try_acquire_owned()
        .map_err(|_| ErrorCode::Unavailable)?;
    let seat = app.client_seats.take(client.ip).ok_or_else(|| {
        ApiError::new(
            ErrorCode::RateLimited,
            "this address has as many connections as it may have",
        )
    })?;
    let connections = app.hub.tasks.clone();
    Ok(upgrade
        // The library's default of 128 KiB is allocated at once for every idle connection. Messages of up to 1 KiB
        // fit into this one; larger frames get a buffer of their own size while they are read. Sizes of up to 16 KiB were
        // measured (README.md): none is worth its memory.
        .read_buffer_size(2048)
        // Small frames of one batch go out together; the writer flushes after each batch.
        .write_buffer_size(4096)
        .max_write_buffer_size(2 * MESSAGE_MAX)
        .max_message_size(MESSAGE_MAX)
        .max_frame_size(MESSAGE_MAX)
        .on_upgrade(move |socket| {
            handover.complete();
            connections.track_future(async move {
                connection::serve(app, socket, bearer).await;
                drop((place, seat));
            })
        }))
}

/// Locks; a panic elsewhere has not broken the data, which is only changed in steps that cannot panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
