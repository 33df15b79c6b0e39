//! A connection: what its two tasks and the hub share, and its life from the upgrade to the last byte.

use axum::extract::ws::WebSocket;
use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, EnvelopeId, NoPrekey, Notice, PrekeyBytes, Presence, ServerFrame},
};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{
    close::CloseCode,
    lock,
    login::{self, LoggedIn},
    outbox::{NotTaken, Outbox},
    reader::Reader,
    recent::{Recent, Seen},
    stock::{Stock, Taken},
    wire::{self, Receiver, Sender},
    writer,
};
use crate::{
    app::App,
    auth::{access::is_live, token::Access},
    identity::reach::{self, Door},
};

/// How long a closed connection waits for the client's own close frame.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// What the two tasks of a connection, its peers and the hub share.
pub(super) struct Connection {
    /// Later connections have higher numbers.
    pub(super) epoch: u64,
    pub(super) account: AccountId,
    /// The account's identity key. Replacing it ends the connection.
    pub(super) key: [u8; 32],
    /// The client's run.
    pub(super) presence: Presence,
    pub(super) max_version: u8,
    /// Who gets through to it.
    pub(super) door: Door,
    pub(super) outbox: Outbox,
    /// One-time prekeys that its client gave.
    stock: Mutex<Stock>,
    /// Whom it watches; changed under the hub's lock only.
    pub(super) watching: Mutex<HashSet<AccountId>>,
    access: Mutex<Access>,
    recent: Mutex<Recent>,
    closing: CancellationToken,
    close_code: OnceLock<CloseCode>,
    /// Whether its client says that a conversation is open.
    talking: AtomicBool,
    /// Wakes the writer when that begins.
    pub(super) talking_began: Notify,
    opened: Instant,
    /// Milliseconds from `opened` to the last payload, either way.
    last_payload: AtomicU64,
}

impl Connection {
    fn new(epoch: u64, login: LoggedIn) -> Self {
        Self {
            epoch,
            account: login.account,
            key: login.key,
            presence: login.presence,
            max_version: login.max_version,
            door: Door::new(login.reach),
            outbox: Outbox::new(),
            stock: Mutex::default(),
            watching: Mutex::default(),
            access: Mutex::new(login.access),
            recent: Mutex::default(),
            closing: CancellationToken::new(),
            close_code: OnceLock::new(),
            talking: AtomicBool::new(false),
            talking_began: Notify::new(),
            opened: Instant::now(),
            last_payload: AtomicU64::new(0),
        }
    }

    /// The token that it was opened, or last renewed, with.
    pub(super) fn access(&self) -> Access {
        *lock(&self.access)
    }

    /// Renews the token.
    pub(super) fn set_access(&self, access: Access) {
        *lock(&self.access) = access;
    }

    /// Closes it with a code; the first reason stays.
    pub(super) fn close(&self, code: CloseCode) {
        // An error says that there is a reason already.
        let _ = self.close_code.set(code);
        self.closing.cancel();
    }

    /// Ends it without a close frame: the client is gone already.
    pub(super) fn end(&self) {
        self.closing.cancel();
    }

    /// Returns when it is to end.
    pub(super) async fn closed(&self) {
        self.closing.cancelled().await;
    }

    /// Why it was closed, if the relay closed it.
    pub(super) fn close_code(&self) -> Option<CloseCode> {
        self.close_code.get().copied()
    }

    /// Puts a note of the relay into the outbox; a client that let thousands pile up is closed.
    pub(super) fn note(&self, frame: Bytes) {
        if let Err(NotTaken::Full) = self.outbox.push_note(frame) {
            self.close(CloseCode::TooSlow);
        }
    }

    /// Answers a frame of this client.
    pub(super) fn ack(&self, id: EnvelopeId, status: AckStatus) {
        if let Err(NotTaken::Full) = self
            .outbox
            .push_ack(ServerFrame::Ack { id, status }.encode().into())
        {
            self.close(CloseCode::TooSlow);
        }
    }

    /// Whether a payload was sent before.
    pub(super) fn begin(&self, id: EnvelopeId) -> Seen {
        lock(&self.recent).begin(id, Instant::now())
    }

    /// What became of a payload that [`Connection::begin`] called new.
    pub(super) fn settle(&self, id: EnvelopeId, status: AckStatus) {
        {
            let mut recent = lock(&self.recent);
            match status {
                AckStatus::Written => recent.written(id),
                _ => recent.forget(id),
            }
        }
        self.ack(id, status);
    }

    /// Takes in prekeys of this client's run.
    ///
    /// # Errors
    /// See [`Stock::add`].
    pub(super) fn stock(&self, prekeys: &[PrekeyBytes]) -> Result<(), AckStatus> {
        lock(&self.stock).add(prekeys, |prekey| {
            (prekey.owner, prekey.owner_key, prekey.presence)
                == (self.account, self.key, self.presence)
        })
    }

    /// Takes one of its prekeys, for one claimer and nobody else; tells its client when few are left.
    ///
    /// # Errors
    /// See [`Stock::take`].
    pub(super) fn take_prekey(
        &self,
        allowed: impl FnOnce() -> bool,
    ) -> Result<Box<PrekeyBytes>, NoPrekey> {
        let Taken { prekey, low } = lock(&self.stock).take(allowed)?;
        if let Some(value) = low {
            let notice = Notice::PrekeysLow;
            self.note(ServerFrame::Notice { notice, value }.encode().into());
        }
        Ok(prekey)
    }

    /// Forgets its prekeys.
    pub(super) fn forget_prekeys(&self) {
        lock(&self.stock).close();
    }

    /// Whether a conversation is open: then a dead line must be noticed soon.
    pub(super) fn is_talking(&self) -> bool {
        self.talking.load(Ordering::Relaxed)
    }

    /// Notes what the client says of it.
    pub(super) fn set_talking(&self, talking: bool) {
        if !self.talking.swap(talking, Ordering::Relaxed) && talking {
            self.talking_began.notify_one();
        }
    }

    /// Notes that a payload passed.
    pub(super) fn touch(&self) {
        let elapsed = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_payload.store(elapsed, Ordering::Relaxed);
    }

    /// When the last payload passed.
    pub(super) fn last_payload(&self) -> Instant {
        self.opened + Duration::from_millis(self.last_payload.load(Ordering::Relaxed))
    }
}

/// Serves one WebSocket until it ends. `bearer`: the user of the handshake's bearer token, if there was one.
pub(super) async fn serve(app: App, socket: WebSocket, bearer: Option<AccountId>) {
    let epoch = app.hub.next_epoch();
    let span = tracing::info_span!("ws", connection = epoch);
    async move {
        let (mut sender, mut receiver) = wire::split(socket);
        let code = match Box::pin(login::run(&app, &mut sender, &mut receiver, bearer)).await {
            Ok(login) => {
                let reach_read = login.reach_read;
                let connection = Arc::new(Connection::new(epoch, login));
                run(&app, connection, reach_read, sender, receiver).await
            }
            Err(refusal) => {
                if let Some(code) = refusal {
                    // The client may be gone; there is nobody else to tell.
                    let _ = tokio::time::timeout(LINGER, sender.close(code)).await;
                    let _ = tokio::time::timeout(LINGER, receiver.drain()).await;
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
    connection: Arc<Connection>,
    reach_read: u64,
    sender: Sender,
    mut receiver: Receiver,
) -> Option<CloseCode> {
    let membership = Membership::join(app, &connection);
    // Who may reach it may have changed after it was read and before the hub could tell this connection.
    if app.hub.reach_changes() != reach_read
        && let Err(error) = Box::pin(reach::refresh(app, &connection.account)).await
    {
        tracing::error!(category = "internal", ?error, "socket login failed");
        connection.close(CloseCode::Internal);
    }
    tracing::info!(category = "ws", "connection logged in");
    let writer =
        tokio::spawn(writer::run(app.clone(), Arc::clone(&connection), sender).in_current_span());
    // The token may have been revoked after it was checked and before the hub could find this connection.
    let access = connection.access();
    // Boxed, like the login: what runs once must not take room in every idle connection.
    let live = Box::pin(is_live(app, &access)).await;
    match live {
        Ok(true) => {}
        Ok(false) => connection.close(CloseCode::Unauthenticated),
        Err(error) => {
            tracing::error!(category = "internal", %error, "socket login failed");
            connection.close(CloseCode::Internal);
        }
    }
    Reader::new(app, Arc::clone(&connection))
        .run(&mut receiver)
        .await;
    // The reader has ended, so the writer must: the library would keep the socket open for it.
    connection.end();
    drop(membership);
    // An error would be a panic of the writer, which the runtime has reported.
    let _ = writer.await;
    if connection.close_code().is_some() {
        let _ = tokio::time::timeout(LINGER, receiver.drain()).await;
    }
    connection.close_code()
}

/// Being known to the hub; ends however the task ends, by a panic too.
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
        self.connection.outbox.close();
        self.app.metrics.connections.dec();
    }
}
