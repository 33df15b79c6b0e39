//! A connection's life, from the upgrade to the last byte.

use duet_crypto::{
    identity::AccountId,
    limits,
    relay::{CloseCode, HEADER_LENGTH},
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::{
    login::{self, LoggedIn},
    reader::Reader,
    writer,
};
use crate::{
    app::App,
    hub::connection::Connection,
    identity::reach,
    websocket::{Link, Receiver, message},
};

/// How long a closed connection waits for the client's own close frame.
const LINGER: Duration = Duration::from_secs(2);
/// Largest frame of the protocol.
const FRAME_MAX: usize = HEADER_LENGTH + limits::PAYLOAD_CHUNK_MAX;
/// Largest message that is read at all. A frame between the two limits is refused by name (ACK "too large"); beyond,
/// the connection ends as soon as the message's head is seen.
const MESSAGE_MAX: usize = FRAME_MAX + 4096;

/// Serves one WebSocket until it ends. `bearer`: the user of the handshake's bearer token, if there was one; `request_id`: the
/// handshake's.
pub(super) async fn serve(
    app: App,
    link: Arc<Link>,
    mut receiver: Receiver,
    bearer: Option<AccountId>,
    request_id: &str,
) {
    let number = app.hub.next_number();
    let span = tracing::info_span!("ws", connection = number, request_id);
    async move {
        let logging_in = tokio::select! {
            logged_in = Box::pin(login::run(&app, &link, &mut receiver, bearer)) => logged_in,
            () = app.draining.cancelled() => Err(Some(CloseCode::Restart)),
        };
        let code = match logging_in {
            Ok(LoggedIn {
                member,
                ends,
                reach,
                reach_read,
            }) => {
                let epoch = app.hub.epoch(number, &member).await;
                let common = Arc::clone(&app.hub.common);
                let connection =
                    Connection::new(epoch, member, reach, ends, Arc::clone(&link), common);
                run(&app, &Arc::new(connection), reach_read, link, receiver).await
            }
            Err(refusal) => {
                if let Some(code) = refusal {
                    // The client may be gone; there is nobody else to tell.
                    let goodbye = message::close(Some(code.code()), code.reason());
                    let said = async {
                        // The login may have given up in the middle of a frame.
                        link.finish().await?;
                        link.write(&goodbye).await
                    };
                    let _ = timeout(LINGER, said).await;
                    link.end();
                    let _ = timeout(LINGER, receiver.drain()).await;
                }
                refusal
            }
        };
        if let Some(code) = code {
            app.metrics.closed(code);
        }
        tracing::info!(
            category = "ws",
            code = code.map(CloseCode::code),
            "connection ended"
        );
    }
    .instrument(span)
    .await;
}

/// Serves a connection that has logged in.
async fn run(
    app: &App,
    connection: &Arc<Connection>,
    reach_read: u64,
    link: Arc<Link>,
    mut receiver: Receiver,
) -> Option<CloseCode> {
    receiver.set_limit(MESSAGE_MAX);
    let membership = Membership::join(app, connection);
    // Who may reach it may have changed after it was read and before anybody could tell this connection.
    if app.hub.reach_changes() != reach_read
        && let Err(error) = Box::pin(reach::refresh(app, &connection.member.account)).await
    {
        tracing::error!(category = "internal", %error, "socket login failed");
        connection.close(CloseCode::Internal);
    }
    // It may have come too late to be told with the others.
    if app.is_draining() {
        connection.close(CloseCode::Restart);
    }
    tracing::info!(category = "ws", "connection logged in");
    let writer = tokio::spawn(write(app.clone(), Arc::clone(connection), link).in_current_span());
    // The token may have been revoked, or the key replaced, after they were checked and before anybody could find this
    // connection. Boxed, like the login: what runs once must not take room in every idle connection.
    let access = connection.pass().access;
    match Box::pin(login::holds(app, connection, &access)).await {
        Ok(true) => {}
        Ok(false) => connection.close(CloseCode::Unauthenticated),
        Err(error) => {
            tracing::error!(category = "internal", %error, "socket login failed");
            connection.close(CloseCode::Internal);
        }
    }
    Reader::new(app, Arc::clone(connection))
        .run(&mut receiver)
        .await;
    // The reader has ended, so the writer must.
    connection.end();
    drop(membership);
    // An error would be a panic of the writer, which the runtime has reported.
    let _ = writer.await;
    if connection.last_words().is_some() {
        let _ = timeout(LINGER, receiver.drain()).await;
    }
    connection.close_code()
}

/// The writing task: writes until the connection ends, then says goodbye.
async fn write(app: App, connection: Arc<Connection>, link: Arc<Link>) {
    writer::run(&app.settings.limits, &connection).await;
    connection.outbox.shut();
    if let Some((code, reason)) = connection.last_words() {
        let goodbye = async {
            let rest = connection.outbox.remainder().await;
            link.write(&rest).await?;
            link.write(&message::close(code, reason)).await
        };
        // A client that does not read does not get this either; it must not hold the task.
        let _ = timeout(LINGER, goodbye).await;
    }
    link.end();
}

/// Being in the directory; ends however the task ends, by a panic too.
struct Membership {
    app: App,
    connection: Arc<Connection>,
}

impl Membership {
    fn join(app: &App, connection: &Arc<Connection>) -> Self {
        app.metrics.connections.inc();
        app.hub.join(connection);
        Self {
            app: app.clone(),
            connection: Arc::clone(connection),
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.connection.end();
        self.app.hub.leave(&self.connection);
        self.connection.forget_prekeys();
        self.connection.outbox.shut();
        self.app.metrics.connections.dec();
    }
}
