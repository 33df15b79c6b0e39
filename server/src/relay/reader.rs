//! The task that decodes what a client says.

use bytes::{Bytes, BytesMut};
use duet_crypto::{
    identity::AccountId,
    relay::{
        AckStatus, ClientFrame, EnvelopeId, FrameError, NoPrekey, PayloadKind, PrekeyBytes,
        Presence, ServerFrame, Token, WelcomeStatus, payload_kind, send_to_deliver,
    },
};
use governor::{Quota, RateLimiter};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{
    close::CloseCode,
    connection::Connection,
    outbox::NotTaken,
    recent::Seen,
    stock::Given,
    wire::{Incoming, Receiver},
};
use crate::{
    app::App,
    auth::access::check_token,
    error::{ApiError, ErrorCode},
    limits::{Limiter, positive},
};

/// Reads for one connection.
pub(super) struct Reader<'a> {
    app: &'a App,
    connection: Arc<Connection>,
    /// Everything but file frames and BEATs.
    messages: Limiter,
    /// BEATs take nothing from the messages; this only bounds a flood.
    beats: Limiter,
    chunks: Limiter,
    /// How many rate-limit refusals are tolerated before closing.
    refusals: Limiter,
    /// Prekeys that this client was given.
    given: Given,
    heard: Instant,
}

impl<'a> Reader<'a> {
    pub(super) fn new(app: &'a App, connection: Arc<Connection>) -> Self {
        let limits = &app.settings.limits;
        let quota = |rate, burst| {
            let quota = Quota::per_second(positive(rate)).allow_burst(positive(burst));
            RateLimiter::direct_with_clock(quota, app.clock.clone())
        };
        Self {
            app,
            connection,
            messages: quota(limits.rate_messages, limits.burst_messages),
            beats: quota(limits.rate_messages, limits.burst_messages),
            chunks: quota(limits.rate_chunks, limits.rate_chunks),
            refusals: quota(
                limits.rate_messages,
                limits.burst_messages.saturating_mul(2),
            ),
            given: Given::default(),
            heard: Instant::now(),
        }
    }

    /// Runs until the client goes, is closed, or has been silent or idle for too long.
    pub(super) async fn run(mut self, receiver: &mut Receiver) {
        let connection = Arc::clone(&self.connection);
        let mut closed = pin!(connection.closed());
        let mut alarm = pin!(sleep_until(self.next_deadline().0));
        loop {
            let incoming = tokio::select! {
                biased;
                () = closed.as_mut() => return,
                () = alarm.as_mut() => {
                    // Deadlines move into the future, but for the begin of a conversation, which sets the alarm anew;
                    // they are looked up when the old one comes.
                    match self.next_deadline() {
                        (at, code) if at <= Instant::now() => connection.close(code),
                        (at, _) => alarm.as_mut().reset(at),
                    }
                    continue;
                }
                incoming = receiver.next() => incoming,
            };
            self.heard = Instant::now();
            match incoming {
                Incoming::Frame(frame) => {
                    let talking = connection.is_talking();
                    tokio::select! {
                        biased;
                        () = closed.as_mut() => return,
                        done = self.frame(frame) => if let Err(code) = done {
                            connection.close(code);
                        },
                    }
                    if !talking && connection.is_talking() {
                        alarm.as_mut().reset(self.next_deadline().0);
                    }
                }
                Incoming::Alive => {}
                Incoming::Ended => return,
                Incoming::Refused(code) => connection.close(code),
            }
        }
    }

    /// The first moment at which the connection must end, and why.
    fn next_deadline(&self) -> (Instant, CloseCode) {
        let limits = &self.app.settings.limits;
        let left =
            u64::try_from(self.connection.access().dead_at() - self.app.clock.now()).unwrap_or(0);
        let expiry = (
            Instant::now() + Duration::from_millis(left),
            CloseCode::Unauthenticated,
        );
        let silence = if self.connection.is_talking() {
            limits.silence_timeout_talking
        } else {
            limits.silence_timeout
        };
        let silence = (self.heard + silence, CloseCode::Timeout);
        let idle = (
            self.connection.last_payload() + limits.idle_timeout,
            CloseCode::Idle,
        );
        [silence, idle].into_iter().fold(
            expiry,
            |first, next| if next.0 < first.0 { next } else { first },
        )
    }

    async fn frame(&mut self, frame: Bytes) -> Result<(), CloseCode> {
        match ClientFrame::decode(&frame) {
            Ok(ClientFrame::Send {
                id,
                to,
                presence,
                payload,
            }) => {
                let kind = payload_kind(payload).map_err(|error| match error {
                    FrameError::Length if payload.len() > 2 => AckStatus::TooLarge,
                    _ => AckStatus::Malformed,
                });
                self.send(frame.clone(), id, to, presence, kind).await
            }
            Ok(ClientFrame::Watch { id, accounts }) => {
                self.app.metrics.frame("watch");
                if self.allow(Some(id))? {
                    self.app.hub.watch(&self.connection, accounts.accounts());
                }
                Ok(())
            }
            // Its number answers the relay's and says nothing more.
            Ok(ClientFrame::Beat { number: _, talking }) => {
                if self.beats.check().is_err() {
                    tracing::warn!(category = "limit", "connection floods with BEATs");
                    return Err(CloseCode::RateLimited);
                }
                self.connection.set_talking(talking);
                Ok(())
            }
            Ok(ClientFrame::Prekeys { id, prekeys }) => self.stock(id, prekeys),
            Ok(ClientFrame::PrekeyGet {
                id,
                account,
                presence,
            }) => self.claim(id, &account, &presence),
            // Boxed: it is rare and large, and every idle connection would hold room for it.
            Ok(ClientFrame::Token(token)) => Box::pin(self.renew(token)).await,
            // Once is enough.
            Ok(ClientFrame::Login(_)) => Err(CloseCode::Malformed),
            Err(_) => Err(CloseCode::Malformed),
        }
    }

    async fn send(
        &self,
        frame: Bytes,
        id: EnvelopeId,
        to: AccountId,
        presence: Presence,
        kind: Result<PayloadKind, AckStatus>,
    ) -> Result<(), CloseCode> {
        if matches!(kind, Ok(PayloadKind::Chunk)) {
            self.app.metrics.chunks.inc();
            self.pace().await;
        } else {
            self.app.metrics.messages.inc();
            if !self.allow(Some(id))? {
                return Ok(());
            }
        }
        self.connection.touch();
        let kind = match kind {
            Ok(kind) => kind,
            Err(status) => {
                self.refuse(id, status);
                return Ok(());
            }
        };
        if to == self.connection.account {
            self.refuse(id, AckStatus::NotAllowed);
            return Ok(());
        }
        match self.connection.begin(id) {
            Seen::New => {}
            Seen::Pending => return Ok(()),
            Seen::Written => {
                self.refuse(id, AckStatus::Written);
                return Ok(());
            }
        }
        if let Err(status) = self.forward(frame, id, &to, &presence, kind).await {
            self.app.metrics.ack(label(status));
            self.connection.settle(id, status);
        }
        Ok(())
    }

    /// Puts a payload into its recipient's outbox, as it is but for its head.
    async fn forward(
        &self,
        frame: Bytes,
        id: EnvelopeId,
        to: &AccountId,
        presence: &Presence,
        kind: PayloadKind,
    ) -> Result<(), AckStatus> {
        let peer = self
            .app
            .hub
            .find(to, presence, &self.connection.account)
            .ok_or(AckStatus::Offline)?;
        self.app.hub.turn_to(&self.connection, to);
        let mut frame = frame
            .try_into_mut()
            .unwrap_or_else(|shared| BytesMut::from(&shared[..]));
        send_to_deliver(
            &mut frame,
            &self.connection.account,
            &self.connection.presence,
        )
        .map_err(|_| AckStatus::Malformed)?;
        let frame = frame.freeze();
        let taken = match kind {
            PayloadKind::Chunk => {
                let waited = timeout(
                    self.app.settings.limits.queue_timeout,
                    peer.outbox.push_chunk(frame, &self.connection, id),
                );
                waited.await.unwrap_or(Err(NotTaken::Full))
            }
            PayloadKind::Handshake | PayloadKind::Message => {
                peer.outbox.push_payload(frame, &self.connection, id)
            }
        };
        taken.map_err(|reason| match reason {
            NotTaken::Full => AckStatus::Unreachable,
            NotTaken::Closed => AckStatus::Offline,
        })
    }

    /// Takes in prekeys of this client.
    fn stock(&self, id: EnvelopeId, prekeys: &[PrekeyBytes]) -> Result<(), CloseCode> {
        self.app.metrics.frame("prekeys");
        if !self.allow(Some(id))? {
            return Ok(());
        }
        match self.connection.begin(id) {
            Seen::New => {}
            Seen::Pending => return Ok(()),
            Seen::Written => {
                self.connection.ack(id, AckStatus::Written);
                return Ok(());
            }
        }
        let status = match self.connection.stock(prekeys) {
            Ok(()) => {
                let count = u64::try_from(prekeys.len()).unwrap_or(u64::MAX);
                self.app.metrics.prekeys("stocked", count);
                AckStatus::Written
            }
            Err(status) => {
                self.app.metrics.prekeys("refused", 1);
                status
            }
        };
        self.connection.settle(id, status);
        Ok(())
    }

    /// Hands out one prekey, the same one for the same request.
    fn claim(
        &mut self,
        id: EnvelopeId,
        owner: &AccountId,
        presence: &Presence,
    ) -> Result<(), CloseCode> {
        self.app.metrics.frame("prekey_get");
        // Told in this request's own answer instead of an ACK.
        if !self.allow(None)? {
            self.answer(id, Err(NoPrekey::RateLimit));
            return Ok(());
        }
        let now = Instant::now();
        if let Some(prekey) = self.given.find(id, now) {
            let prekey = *prekey;
            self.answer(id, Ok(&prekey));
            return Ok(());
        }
        let taken = self.take(owner, presence);
        let kind = match &taken {
            Ok(_) => "handed_out",
            Err(NoPrekey::NoneLeft) => "none_left",
            Err(NoPrekey::RateLimit) => "rate_limit",
            Err(NoPrekey::Offline) => "offline",
            Err(NoPrekey::NotAllowed) => "not_allowed",
        };
        self.app.metrics.prekeys(kind, 1);
        match taken {
            Ok(prekey) => {
                self.answer(id, Ok(&prekey));
                self.given.remember(id, prekey, now);
            }
            Err(reason) => self.answer(id, Err(reason)),
        }
        Ok(())
    }

    fn take(&self, owner: &AccountId, presence: &Presence) -> Result<Box<PrekeyBytes>, NoPrekey> {
        let claimer = &self.connection.account;
        if owner == claimer {
            return Err(NoPrekey::NotAllowed);
        }
        let peer = self
            .app
            .hub
            .find(owner, presence, claimer)
            .ok_or(NoPrekey::Offline)?;
        peer.take_prekey(|| self.app.prekey_limits.allow(claimer, owner))
    }

    /// Answers a request for a prekey.
    fn answer(&self, id: EnvelopeId, prekey: Result<&PrekeyBytes, NoPrekey>) {
        let frame = ServerFrame::PrekeyResponse { id, prekey };
        self.connection.note(frame.encode().into());
    }

    /// Answers a payload that was not remembered as sent.
    fn refuse(&self, id: EnvelopeId, status: AckStatus) {
        self.app.metrics.ack(label(status));
        self.connection.ack(id, status);
    }

    /// Takes a fresh token of the same user. The socket goes on until the old one expires if it is refused.
    async fn renew(&self, token: Token<'_>) -> Result<(), CloseCode> {
        self.app.metrics.frame("token");
        let status = if !self.allow(None)? {
            WelcomeStatus::TryLater
        } else {
            match check_token(self.app, token.as_str()).await {
                Ok(access) if access.user == self.connection.account => {
                    self.connection.set_access(access);
                    // Revoked between the check and now? Then nobody knew that this connection uses it.
                    check_token(self.app, token.as_str())
                        .await
                        .map_err(|error| close_code(&error))?;
                    WelcomeStatus::Ok
                }
                Err(error)
                    if matches!(error.code(), ErrorCode::Internal | ErrorCode::Unavailable) =>
                {
                    WelcomeStatus::TryLater
                }
                _ => {
                    tracing::warn!(category = "auth", "token renewal refused");
                    WelcomeStatus::Refused
                }
            }
        };
        self.connection
            .note(ServerFrame::Welcome(status).encode().into());
        Ok(())
    }

    /// Takes one message from the allowance. A refusal is told to the client, if there is a way to name the frame.
    ///
    /// # Errors
    /// [`CloseCode::RateLimited`] for a client that goes on regardless.
    fn allow(&self, id: Option<EnvelopeId>) -> Result<bool, CloseCode> {
        if self.messages.check().is_ok() {
            return Ok(true);
        }
        self.app.metrics.limited_message();
        if self.refusals.check().is_err() {
            tracing::warn!(category = "limit", "connection ignores its rate limit");
            return Err(CloseCode::RateLimited);
        }
        if let Some(id) = id {
            self.refuse(id, AckStatus::RateLimit);
        }
        Ok(false)
    }

    /// Waits for the next file frame's turn: not reading on is what slows the sender down.
    async fn pace(&self) {
        while let Err(until) = self.chunks.check() {
            sleep(until.wait_time_from(self.chunks.clock().monotonic())).await;
        }
    }
}

/// How to close a connection whose token cannot be shown to be good.
fn close_code(error: &ApiError) -> CloseCode {
    match error.code() {
        ErrorCode::Internal | ErrorCode::Unavailable => CloseCode::Internal,
        _ => CloseCode::Unauthenticated,
    }
}

fn label(status: AckStatus) -> &'static str {
    match status {
        AckStatus::Written => "written",
        AckStatus::Offline => "offline",
        AckStatus::RateLimit => "rate_limit",
        AckStatus::TooLarge => "too_large",
        AckStatus::Malformed => "malformed",
        AckStatus::NotAllowed => "not_allowed",
        AckStatus::Unreachable => "unreachable",
    }
}
