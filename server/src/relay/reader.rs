//! The task that decodes what a client says.

use duet_crypto::{
    identity::AccountId,
    relay::{
        AckStatus, ClientFrame, CloseCode, EnvelopeId, FrameError, NoPrekey, PayloadKind,
        PrekeyBytes, Presence, ServerFrame, Token, WelcomeStatus, payload_kind, send_to_deliver,
    },
};
use governor::{Quota, RateLimiter};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{login, prekeys};
use crate::{
    app::App,
    auth::access::check_token,
    backplane::Unreachable,
    hub::{
        connection::Connection, lanes::FRAME_COST, receipt::Receipt, recent::Seen, route::Route,
        stock::Given,
    },
    limits::{Limiter, positive},
    websocket::{Incoming, Message, Receiver, message::pong},
};

/// Longest wait of a client for room before it is looked for again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

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
    /// Bytes that are charged for the message that is being received or dealt with.
    charged: usize,
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
            charged: 0,
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
            match incoming {
                Incoming::Message(message) => {
                    self.heard = Instant::now();
                    let talking = connection.is_talking();
                    tokio::select! {
                        biased;
                        () = closed.as_mut() => return,
                        done = self.message(message) => if let Err(code) = done {
                            connection.close(code);
                        },
                    }
                    self.discharge();
                    if !talking && connection.is_talking() {
                        alarm.as_mut().reset(self.next_deadline().0);
                    }
                }
                Incoming::Announced(bytes) => tokio::select! {
                    biased;
                    () = closed.as_mut() => return,
                    found = self.find_room(bytes) => if !found {
                        connection.close(CloseCode::RateLimited);
                    },
                },
                Incoming::Ping(payload) => {
                    self.lives(receiver);
                    connection.sign(pong(&payload));
                }
                Incoming::Pong => self.lives(receiver),
                Incoming::Close(code) => return connection.answer_close(code),
                Incoming::Ended => return,
                Incoming::Refused(refused) => connection.close(login::close_code(refused)),
            }
        }
    }

    /// A sign of life; not in the middle of a message, whose end must come in time.
    fn lives(&mut self, receiver: &Receiver) {
        if !receiver.is_amid() {
            self.heard = Instant::now();
        }
    }

    /// Waits for room for a large message before it is read.
    async fn find_room(&mut self, bytes: usize) -> bool {
        let until = Instant::now() + self.app.settings.limits.queue_timeout;
        while !self.connection.charge(bytes) {
            self.app.metrics.waited_for_memory();
            if Instant::now() >= until {
                return false;
            }
            // Mostly it is one of its own, written, that makes room.
            let _ = timeout(LOOK_AGAIN, self.connection.one_settled()).await;
        }
        self.charged += bytes;
        true
    }

    fn discharge(&mut self) {
        self.connection.discharge(std::mem::take(&mut self.charged));
    }

    /// The first moment at which the connection must end, and why.
    fn next_deadline(&self) -> (Instant, CloseCode) {
        let limits = &self.app.settings.limits;
        let outbox = &self.connection.outbox;
        let left = self
            .connection
            .pass()
            .ends
            .saturating_sub(self.app.clock.monotonic());
        let expiry = (Instant::now() + left, CloseCode::Unauthenticated);
        let silence = if self.connection.is_talking() {
            limits.silence_timeout_talking
        } else {
            limits.silence_timeout
        };
        // A client whose line is full of what it is sent lives as long as it takes some of it: our own question waits there.
        let heard = outbox
            .took()
            .map_or(self.heard, |took| took.max(self.heard));
        let silence = (heard + silence, CloseCode::Timeout);
        let idle = (outbox.last_payload() + limits.idle_timeout, CloseCode::Idle);
        [silence, idle].into_iter().fold(
            expiry,
            |first, next| if next.0 < first.0 { next } else { first },
        )
    }

    async fn message(&mut self, message: Message) -> Result<(), CloseCode> {
        match ClientFrame::decode(message.payload()) {
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
                self.send(message, id, to, presence, kind).await
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
            }) => self.claim(id, &account, &presence).await,
            // Boxed: it is rare and large, and every idle connection would hold room for it.
            Ok(ClientFrame::Token(token)) => Box::pin(self.renew(token)).await,
            // Once is enough.
            Ok(ClientFrame::Login(_)) => Err(CloseCode::Malformed),
            Err(_) => Err(CloseCode::Malformed),
        }
    }

    async fn send(
        &mut self,
        message: Message,
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
        self.connection.outbox.touch();
        let kind = match kind {
            Ok(kind) => kind,
            Err(status) => {
                self.refuse(id, status);
                return Ok(());
            }
        };
        if to == self.connection.member.account {
            self.refuse(id, AckStatus::NotAllowed);
            return Ok(());
        }
        match self.connection.begin(id) {
            Seen::New => {}
            Seen::Pending => {
                self.app.metrics.repeated_waiting.inc();
                return Ok(());
            }
            Seen::Written => {
                self.app.metrics.repeated_written.inc();
                self.refuse(id, AckStatus::Written);
                return Ok(());
            }
        }
        self.forward(message, id, &to, &presence, kind).await;
        Ok(())
    }

    /// Sends a payload to its recipient, as it is but for its head.
    async fn forward(
        &mut self,
        mut message: Message,
        id: EnvelopeId,
        to: &AccountId,
        presence: &Presence,
        kind: PayloadKind,
    ) {
        let connection = Arc::clone(&self.connection);
        let member = &connection.member;
        let refused = match self.app.hub.find(to, presence, &member.account).await {
            Err(Unreachable) => AckStatus::Unreachable,
            Ok(None) => AckStatus::Offline,
            Ok(Some(route)) => {
                self.app.hub.turn_to(&connection, to);
                match send_to_deliver(message.payload_mut(), &member.account, &member.presence) {
                    Err(_) => AckStatus::Malformed,
                    Ok(()) => match self.receipt(id, message.payload().len(), kind).await {
                        None => AckStatus::Unreachable,
                        Some(receipt) => {
                            let patience = self.app.settings.limits.queue_timeout;
                            let frame = message.into_frame();
                            let sent =
                                route.send(&connection.sender, kind, frame, receipt, patience);
                            if let Err(status) = sent.await {
                                self.app.metrics.ack(label(status));
                            }
                            return;
                        }
                    },
                }
            }
        };
        self.app.metrics.ack(label(refused));
        connection.settle(id, refused);
    }

    /// A receipt for a payload, as soon as this client has room for it: a chunk waits.
    async fn receipt(
        &mut self,
        id: EnvelopeId,
        length: usize,
        kind: PayloadKind,
    ) -> Option<Receipt> {
        let until = Instant::now() + self.app.settings.limits.queue_timeout;
        loop {
            let receipt = self
                .connection
                .receipt(id, length + FRAME_COST, self.charged);
            if receipt.is_some() {
                // It answers for them from now on.
                self.charged = 0;
                return receipt;
            }
            self.app.metrics.waited_for_memory();
            if kind != PayloadKind::Chunk || Instant::now() >= until {
                return None;
            }
            let _ = timeout(LOOK_AGAIN, self.connection.one_settled()).await;
        }
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
    async fn claim(
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
        let taken = self.take(owner, presence).await;
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

    async fn take(
        &self,
        owner: &AccountId,
        presence: &Presence,
    ) -> Result<Box<PrekeyBytes>, NoPrekey> {
        let claimer = &self.connection.member.account;
        if owner == claimer {
            return Err(NoPrekey::NotAllowed);
        }
        let route = self.app.hub.find(owner, presence, claimer).await;
        let route = route.ok().flatten().ok_or(NoPrekey::Offline)?;
        match route {
            Route::Local(local) => prekeys::take(self.app, &local, claimer).await,
            // That node asks the limits.
            Route::Remote(remote, others) => others.take_prekey(&remote, claimer).await,
        }
    }

    /// Answers a request for a prekey.
    fn answer(&self, id: EnvelopeId, prekey: Result<&PrekeyBytes, NoPrekey>) {
        self.connection
            .note(&ServerFrame::PrekeyResponse { id, prekey });
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
                Ok(access) if access.user == self.connection.member.account => {
                    self.connection.renew(login::pass(self.app, access));
                    // Revoked between the check and now, or the key replaced? Then nobody knew that this connection uses it.
                    match login::holds(self.app, &self.connection, &access).await {
                        Ok(true) => WelcomeStatus::Ok,
                        Ok(false) => return Err(CloseCode::Unauthenticated),
                        Err(error) => {
                            tracing::error!(category = "internal", %error, "token renewal failed");
                            return Err(CloseCode::Internal);
                        }
                    }
                }
                Err(error) if login::is_ours(&error) => WelcomeStatus::TryLater,
                _ => {
                    tracing::warn!(category = "auth", "token renewal refused");
                    WelcomeStatus::Refused
                }
            }
        };
        self.connection.note(&ServerFrame::Welcome(status));
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

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.discharge();
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
