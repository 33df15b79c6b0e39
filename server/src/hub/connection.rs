//! A connection that has logged in: what its two tasks, its peers and the directory share.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{
        AckStatus, CloseCode, EnvelopeId, NoPrekey, Notice, PrekeyBytes, Presence, ServerFrame,
    },
};
use prometheus_client::metrics::counter::Counter;
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    acks::AckTimer,
    arrived::{Arrival, Arrived},
    budget::Budget,
    door::Door,
    lanes::NotTaken,
    locked::lock,
    outbox::Outbox,
    receipt::{Origin, Receipt},
    recent::{Recent, Seen},
    sender::Sender,
    stock::{Stock, Taken},
};
use crate::{
    auth::token::Access,
    store::reach::Reach,
    websocket::{Link, message::frame},
};

/// What all connections of a relay share.
pub struct Common {
    /// Bytes that wait.
    pub budget: Budget,
    /// Acknowledgements that wait.
    pub timer: Arc<AckTimer>,
    /// Payloads written to their recipients.
    pub written: Counter,
    /// Payloads that came again over another relay, or on another connection of their sender, and were not written twice.
    pub repeated: Counter,
    /// How long a client may take next to nothing.
    pub patience: Duration,
}

/// Who has logged in, and with what.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The account's identity key. Replacing it ends the connection.
    pub key: [u8; 32],
    /// The client's run.
    pub presence: Presence,
    /// The highest protocol version that it speaks.
    pub max_version: u8,
    /// The token.
    pub access: Access,
}

/// The token that keeps a connection open.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// What it says.
    pub access: Access,
    /// When it ends, on the side of the relay's clock that nobody sets ([`Clock::monotonic`](crate::clock::Clock::monotonic)): a
    /// clock that is set must not close what is open.
    pub ends: Duration,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goodbye {
    /// The relay closes it.
    Relay(CloseCode),
    /// The client closed it, with this code.
    Client(Option<u16>),
}

/// See the module's documentation.
pub struct Connection {
    /// Later connections have higher numbers.
    pub epoch: u64,
    /// Whose it is, but for its token, which is renewed.
    pub member: Member,
    /// Who gets through to it.
    pub door: Door,
    /// Its writing side.
    pub outbox: Arc<Outbox>,
    /// Whom it watches.
    pub(super) watching: Mutex<HashSet<AccountId>>,
    /// One-time prekeys that its client gave.
    stock: Mutex<Stock>,
    pass: Mutex<Pass>,
    recent: Mutex<Recent>,
    /// What it was sent already.
    arrived: Mutex<Arrived>,
    /// What it has on its way.
    pub sender: Sender,
    closing: CancellationToken,
    goodbye: OnceLock<Goodbye>,
    /// Whether its client says that a conversation is open.
    talking: AtomicBool,
    /// Wakes its writer when that begins.
    talking_began: Notify,
    common: Arc<Common>,
}

impl Connection {
    /// A connection over `link`; nobody can reach it before [`super::directory::Hub::join`].
    #[must_use]
    pub fn new(
        epoch: u64,
        member: Member,
        reach: Reach,
        ends: Duration,
        link: Arc<Link>,
        common: Arc<Common>,
    ) -> Self {
        let outbox = Outbox::new(link, Arc::clone(&common.timer), common.patience);
        let sender = Sender::new(member.account);
        Self {
            epoch,
            door: Door::new(reach),
            outbox: Arc::new(outbox),
            watching: Mutex::default(),
            stock: Mutex::default(),
            pass: Mutex::new(Pass {
                access: member.access,
                ends,
            }),
            member,
            recent: Mutex::default(),
            arrived: Mutex::default(),
            sender,
            closing: CancellationToken::new(),
            goodbye: OnceLock::new(),
            talking: AtomicBool::new(false),
            talking_began: Notify::new(),
            common,
        }
    }

    /// The token that it was opened, or last renewed, with.
    #[must_use]
    pub fn pass(&self) -> Pass {
        *lock(&self.pass)
    }

    /// Renews the token.
    pub fn renew(&self, pass: Pass) {
        *lock(&self.pass) = pass;
    }

    /// Closes it with a code; the first reason stays.
    pub fn close(&self, code: CloseCode) {
        self.part(Goodbye::Relay(code));
    }

    /// The client said goodbye, with this code: it is told the same.
    pub fn answer_close(&self, code: Option<u16>) {
        self.part(Goodbye::Client(code));
    }

    /// Ends it without a close frame: the client is gone already.
    pub fn end(&self) {
        self.closing.cancel();
    }

    fn part(&self, goodbye: Goodbye) {
        // An error says that there is a reason already.
        let _ = self.goodbye.set(goodbye);
        self.closing.cancel();
    }

    /// Returns when it is to end.
    pub async fn closed(&self) {
        self.closing.cancelled().await;
    }

    /// Why it was closed, if the relay closed it.
    #[must_use]
    pub fn close_code(&self) -> Option<CloseCode> {
        match self.goodbye.get() {
            Some(Goodbye::Relay(code)) => Some(*code),
            _ => None,
        }
    }

    /// The last words, if there is somebody to hear them: a code, and its reason.
    #[must_use]
    pub fn last_words(&self) -> Option<(Option<u16>, &'static str)> {
        self.goodbye.get().map(|goodbye| match goodbye {
            Goodbye::Relay(code) => (Some(code.code()), code.reason()),
            Goodbye::Client(code) => (*code, ""),
        })
    }

    /// Says something of the relay's own; a client that let thousands pile up is closed.
    pub fn note(&self, said: &ServerFrame<'_>) {
        self.bounded(self.outbox.push_note(frame(&said.encode())));
    }

    /// Says what has become of somebody's presence, after what that person said. `news` is a whole frame: many are told.
    pub fn news(&self, of: AccountId, news: Bytes) {
        self.bounded(self.outbox.push_news(of, news));
    }

    /// Answers a frame of this client.
    pub fn ack(&self, id: EnvelopeId, status: AckStatus) {
        let ack = ServerFrame::Ack { id, status }.encode();
        self.bounded(self.outbox.push_ack(frame(&ack)));
    }

    /// Answers a ping, or asks for a sign of life.
    pub fn sign(&self, sign: Bytes) {
        self.bounded(self.outbox.push_sign(sign));
    }

    fn bounded(&self, pushed: Result<(), NotTaken>) {
        if pushed == Err(NotTaken::Full) {
            self.close(CloseCode::TooSlow);
        }
    }

    /// Whether a frame was sent before.
    #[must_use]
    pub fn begin(&self, id: EnvelopeId) -> Seen {
        lock(&self.recent).begin(id, Instant::now())
    }

    /// What became of a frame that [`Connection::begin`] called new.
    pub fn settle(&self, id: EnvelopeId, status: AckStatus) {
        {
            let mut recent = lock(&self.recent);
            match status {
                AckStatus::Written => recent.written(id),
                _ => recent.forget(id),
            }
        }
        self.ack(id, status);
    }

    /// A receipt for a payload of this client, of which `charged` bytes are charged already; `None` if it has as much on its
    /// way as it may.
    #[must_use]
    pub fn receipt(
        self: &Arc<Self>,
        id: EnvelopeId,
        cost: usize,
        charged: usize,
    ) -> Option<Receipt> {
        let more = cost.saturating_sub(charged);
        if more > 0 && !self.charge(more) {
            return None;
        }
        let origin = Arc::clone(self) as Arc<dyn Origin>;
        Some(Receipt::new(origin, id, cost.max(charged)))
    }

    /// The receipt to deliver a payload with that has come for this connection; `None` for one that came before: its sender is
    /// told what became, or becomes, of that one.
    #[must_use]
    pub fn admit(self: &Arc<Self>, from: AccountId, receipt: Receipt) -> Option<Receipt> {
        let id = receipt.id();
        let arrival = lock(&self.arrived).begin(from, receipt, Instant::now());
        match arrival {
            Arrival::New => {
                let at = Arc::clone(self);
                Some(Receipt::new(Arc::new(First { at, from }), id, 0))
            }
            Arrival::Waits => {
                self.common.repeated.inc();
                None
            }
            Arrival::Written(receipt) => {
                self.common.repeated.inc();
                receipt.written();
                None
            }
        }
    }

    /// Charges bytes that it is about to send; false if it has as much on its way as it may.
    #[must_use]
    pub fn charge(&self, bytes: usize) -> bool {
        self.sender.charge(&self.common.budget, bytes)
    }

    /// Gives back what was charged.
    pub fn discharge(&self, bytes: usize) {
        self.sender.discharge(&self.common.budget, bytes);
    }

    /// Waits until one of its payloads is settled.
    pub async fn one_settled(&self) {
        self.sender.one_settled().await;
    }

    /// Takes in prekeys of this client's run.
    ///
    /// # Errors
    /// See [`Stock::add`].
    pub fn stock(&self, prekeys: &[PrekeyBytes]) -> Result<(), AckStatus> {
        let member = &self.member;
        lock(&self.stock).add(prekeys, |prekey| {
            (prekey.owner, prekey.owner_key, prekey.presence)
                == (member.account, member.key, member.presence)
        })
    }

    /// Takes one of its prekeys, for one claimer and nobody else; tells its client when few are left.
    ///
    /// # Errors
    /// See [`Stock::take`].
    pub fn take_prekey(
        &self,
        allowed: impl FnOnce() -> bool,
    ) -> Result<Box<PrekeyBytes>, NoPrekey> {
        let Taken { prekey, low } = lock(&self.stock).take(allowed)?;
        if let Some(value) = low {
            let notice = Notice::PrekeysLow;
            self.note(&ServerFrame::Notice { notice, value });
        }
        Ok(prekey)
    }

    /// Whether it has prekeys.
    #[must_use]
    pub fn has_prekeys(&self) -> bool {
        lock(&self.stock).has_some()
    }

    /// Forgets its prekeys.
    pub fn forget_prekeys(&self) {
        lock(&self.stock).close();
    }

    /// Whether a conversation is open: then a dead line must be noticed soon.
    #[must_use]
    pub fn is_talking(&self) -> bool {
        self.talking.load(Ordering::Relaxed)
    }

    /// Notes what the client says of it.
    pub fn set_talking(&self, talking: bool) {
        if !self.talking.swap(talking, Ordering::Relaxed) && talking {
            self.talking_began.notify_one();
        }
    }

    /// Returns when a conversation begins.
    pub async fn talking_began(&self) {
        self.talking_began.notified().await;
    }
}

impl Origin for Connection {
    fn settled(&self, id: EnvelopeId, status: AckStatus, cost: usize) {
        self.discharge(cost);
        if status == AckStatus::Written {
            self.common.written.inc();
        }
        self.settle(id, status);
        self.sender.one_was_settled();
    }
}

/// A payload that has arrived for the first time.
struct First {
    at: Arc<Connection>,
    from: AccountId,
}

impl Origin for First {
    fn settled(&self, id: EnvelopeId, status: AckStatus, _: usize) {
        let mut arrived = lock(&self.at.arrived);
        let receipts = arrived.settle(self.from, id, status, Instant::now());
        drop(arrived);
        for receipt in receipts {
            receipt.settle(status);
        }
    }
}
