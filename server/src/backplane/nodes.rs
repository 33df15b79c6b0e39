//! A node among others, over Redis: what [`Backplane`] promises. See `docs/decisions/0015-several-relays.md`.
//!
//! Every node speaks to every other one over two numbered streams ([`Link`]), and to all of them by notes. Signs of life go the
//! same ways; what is not heard for [`SILENCE`] cannot be reached. All state of others is in memory and comes again by itself:
//! after a gap of any kind this node asks anew for everything that it had asked for.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, CloseCode, EnvelopeId, NoPrekey, PayloadKind, PrekeyBytes, Presence},
};
use futures_util::{FutureExt as _, StreamExt as _};
use redis::{Client, IntoConnectionInfo as _, RedisError};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Allowance, Backplane, NodeId, Payload, Pending, Remote, Unreachable,
    changes::Change,
    coalesced::Coalesced,
    engine::{self, Engine, Follower, Incoming},
    link::{self, Answer, Link, SILENCE},
    missed::Missed,
    registry::{LEASE, Registry},
    sequence::LANES,
    truth::Truth,
    watches::{Shown, Watches},
    wire::{self, Head, Item, Note},
};
use crate::{
    hub::{
        closing::Which,
        connection::Member,
        directory::Hub,
        lanes::FRAME_COST,
        locked::lock,
        receipt::{Origin, Receipt},
        route::Local,
        sender::Sender,
    },
    secret::Secret,
    telemetry::nodes::NodeMetrics,
};

/// Between two signs of life.
const BEAT: Duration = Duration::from_millis(400);
/// A node that was silent for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// What is remembered of where people are.
const REMEMBERED: usize = 65_536;
/// Things that are asked of Redis at once.
const AT_ONCE: usize = 64;
/// Longest wait for the answer of another node.
const ANSWER: Duration = Duration::from_secs(2);
/// Longest wait at the end for what is left to tell.
const FAREWELL: Duration = Duration::from_secs(1);

/// See the module's documentation.
pub struct Nodes {
    me: NodeId,
    hub: Arc<Hub>,
    client: Client,
    registry: Registry,
    metrics: NodeMetrics,
    /// How long a chunk waits for room at its recipient.
    patience: Duration,
    this: Weak<Self>,
    /// Ends what sends to others.
    stopped: CancellationToken,
    engine: watch::Sender<Option<Engine>>,
    /// Something that uses this engine found it broken.
    broken: Notify,
    /// The latest of this node's own.
    epochs: Mutex<u64>,
    links: Mutex<HashMap<NodeId, Arc<Link>>>,
    /// How many notes each node has sent.
    noted: Mutex<HashMap<NodeId, u64>>,
    places: Mutex<HashMap<AccountId, Remote>>,
    watches: Mutex<Watches>,
    /// Held while somebody is told: of two who tell, the last word is the later one.
    telling: Mutex<()>,
    notes: Mutex<Notes>,
    noting: Notify,
    /// Those of other nodes who have something on its way here.
    senders: Mutex<HashMap<AccountId, Weak<Sender>>>,
    /// Chunks that wait for room here, in order.
    chunks: Mutex<HashMap<(AccountId, AccountId), mpsc::UnboundedSender<Chunk>>>,
    jobs: mpsc::UnboundedSender<Job>,
    /// Those who are being looked for.
    finding: Mutex<Coalesced<AccountId>>,
    /// Whether the database is being asked about all connections because another node wants that.
    rechecking: Mutex<Coalesced<()>>,
    /// How many of them are not done.
    open_jobs: AtomicUsize,
    waiting: Mutex<
        Option<(
            mpsc::UnboundedReceiver<Job>,
            mpsc::UnboundedReceiver<Change>,
        )>,
    >,
    changes: mpsc::UnboundedSender<Change>,
}

#[derive(Default)]
struct Notes {
    waiting: Vec<Note>,
    sent: u64,
}

/// Something to be asked of Redis.
enum Job {
    /// Where is somebody who is watched?
    Find(AccountId),
    /// Somebody has left.
    Leave(AccountId, u64),
}

/// A chunk that has come.
struct Chunk {
    local: Local,
    sender: Arc<Sender>,
    frame: Bytes,
    receipt: Receipt,
}

/// Tells another node what became of its payload.
struct Far {
    nodes: Arc<Nodes>,
    link: Arc<Link>,
    sender: Arc<Sender>,
    number: u64,
}

impl Origin for Far {
    fn settled(&self, _: EnvelopeId, status: AckStatus, cost: usize) {
        self.sender.discharge(&self.nodes.hub.common.budget, cost);
        self.sender.one_was_settled();
        let number = self.number;
        self.link.say(&Item::Settled { number, status }, None);
    }
}

/// Whether an address is one of a Redis.
///
/// # Errors
/// Why not, without the address: it may hold a password.
pub fn check_address(address: &Secret) -> Result<(), RedisError> {
    address.expose().into_connection_info().map(drop)
}

impl Nodes {
    /// A node of the deployment `realm`, over the Redis at `address`. Nothing is connected before [`Nodes::run`].
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(
        address: &Secret,
        realm: &str,
        hub: Arc<Hub>,
        patience: Duration,
        metrics: NodeMetrics,
    ) -> Result<Arc<Self>, RedisError> {
        let client = Client::open(address.expose())?;
        let (jobs, to_do) = mpsc::unbounded_channel();
        let (changes, to_tell) = mpsc::unbounded_channel();
        let me = NodeId(crate::random());
        Ok(Arc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            stopped: CancellationToken::new(),
            me,
            hub,
            client,
            registry: Registry::new(realm),
            metrics,
            patience,
            engine: watch::Sender::new(None),
            broken: Notify::new(),
            epochs: Mutex::default(),
            links: Mutex::default(),
            noted: Mutex::default(),
            places: Mutex::default(),
            watches: Mutex::default(),
            telling: Mutex::default(),
            notes: Mutex::default(),
            noting: Notify::new(),
            senders: Mutex::default(),
            chunks: Mutex::default(),
            jobs,
            finding: Mutex::default(),
            rechecking: Mutex::default(),
            open_jobs: AtomicUsize::new(0),
            waiting: Mutex::new(Some((to_do, to_tell))),
            changes,
        }))
    }

    /// Tries for a while to reach Redis, so that whoever connects right after the start finds everybody.
    pub async fn reached(&self, patience: Duration) {
        let mut engine = self.engine.subscribe();
        let _ = timeout(patience, engine.wait_for(Option::is_some)).await;
    }

    /// Is a node until it is dropped.
    pub async fn run(self: Arc<Self>, truth: Arc<dyn Truth>) {
        let Some((jobs, changes)) = lock(&self.waiting).take() else {
            return;
        };
        let _stops = self.stopped.clone().drop_guard();
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&self).work(jobs));
        tasks.spawn(Arc::clone(&self).tell_changes(changes));
        tasks.spawn(Arc::clone(&self).watch_over());
        let (mut said, mut number) = (false, 0);
        loop {
            number += 1;
            match Engine::connect(&self.client, &self.registry, self.me, number).await {
                Ok((engine, incoming)) => {
                    said = false;
                    self.engine.send_replace(Some(engine));
                    self.metrics.engine.set(1);
                    tracing::info!(category = "nodes", "connected to Redis");
                    let why = self.serve(incoming, &truth).await;
                    self.engine.send_replace(None);
                    self.metrics.engine.set(0);
                    self.metrics.losses.inc();
                    tracing::error!(
                        category = "nodes",
                        why,
                        "Redis is away: people of other relays cannot be reached"
                    );
                    self.lose_all();
                }
                Err(error) if !said => {
                    said = true;
                    tracing::error!(category = "nodes", %error, "Redis cannot be reached");
                }
                Err(_) => {}
            }
            sleep(engine::RETRY).await;
        }
    }

    /// Serves until a connection breaks; says which.
    async fn serve(self: &Arc<Self>, incoming: Incoming, truth: &Arc<dyn Truth>) -> &'static str {
        let Incoming {
            mut messages,
            mut chunks,
            changes,
        } = incoming;
        let heard = Mutex::new(Instant::now());
        let listen = async {
            while let Some(said) = engine::said(&mut messages).await {
                let bytes = said.get_payload_bytes();
                if said.get_channel_name() == self.registry.notes() {
                    self.note(bytes, &heard);
                } else {
                    self.hear(bytes, truth).await;
                }
            }
        };
        let listen_to_chunks = async {
            while let Some(said) = engine::said(&mut chunks).await {
                self.hear(said.get_payload_bytes(), truth).await;
            }
        };
        // What is said to all comes back: a subscriber that is deaf shows.
        let deaf = async {
            loop {
                sleep(BEAT).await;
                if lock(&heard).elapsed() > SILENCE {
                    return;
                }
            }
        };
        // What the one before has left.
        let _ = self.broken.notified().now_or_never();
        self.ask_for_all();
        tokio::select! {
            () = listen => "messages",
            () = listen_to_chunks => "chunks",
            () = deaf => "deaf",
            () = self.follow(changes, truth) => "changes",
            () = self.speak_to_all() => "notes",
            () = self.broken.notified() => "commands",
            () = self.renew(truth) => "lease",
        }
    }

    /// Renews all leases; beside that, asks the database what this node has missed of those who are connected already.
    async fn renew(&self, truth: &Arc<dyn Truth>) {
        // They are entered at once: looking at them may take long.
        self.keep_all().await;
        let catch_up = async {
            // Others may have looked for them before.
            for connection in self.hub.all() {
                self.say_joined(&connection.member, connection.epoch);
            }
            truth.recheck().await;
        };
        let keep = async {
            loop {
                sleep(LEASE / 3).await;
                self.keep_all().await;
            }
        };
        tokio::join!(catch_up, keep);
    }

    fn engine(&self) -> Option<Engine> {
        self.engine.borrow().clone()
    }

    /// Something went wrong with the engine: all connections are made anew.
    fn fail(&self, engine: &Engine, error: &RedisError) {
        tracing::debug!(category = "nodes", %error, "a command failed");
        // One that was left already has failed for all.
        if self.engine().is_some_and(|now| now.number == engine.number) {
            self.broken.notify_one();
        }
    }

    // --- links --------------------------------------------------------------------------------------------------

    fn link(self: &Arc<Self>, node: NodeId) -> Arc<Link> {
        let mut links = lock(&self.links);
        if let Some(link) = links.get(&node) {
            return Arc::clone(link);
        }
        let link = Arc::new(Link::new(node));
        links.insert(node, Arc::clone(&link));
        drop(links);
        self.count_nodes();
        for lane in 0..LANES {
            tokio::spawn(Arc::clone(self).send(Arc::downgrade(&link), lane));
        }
        link
    }

    fn known(&self, node: NodeId) -> Option<Arc<Link>> {
        lock(&self.links).get(&node).cloned()
    }

    fn count_nodes(&self) {
        let alive = lock(&self.links)
            .values()
            .filter(|link| link.is_alive())
            .count();
        self.metrics
            .alive
            .set(i64::try_from(alive).unwrap_or(i64::MAX));
    }

    /// Sends what waits in one lane of a link, and signs of life, until the link is forgotten.
    async fn send(self: Arc<Self>, link: Weak<Link>, lane: usize) {
        let mut engine = self.engine.subscribe();
        loop {
            let Some(link) = link.upgrade() else { return };
            let mut beat = tokio::select! {
                biased;
                () = self.stopped.cancelled() => return,
                woken = timeout(BEAT, link.woken(lane)) => woken.is_err(),
            };
            let now = engine.borrow_and_update().clone();
            let Some(mut now) = now else {
                drop(link);
                tokio::select! {
                    () = self.stopped.cancelled() => return,
                    // Its sender is this node's.
                    _ = engine.changed() => {}
                }
                continue;
            };
            let channel = self.registry.channel(link.node, lane);
            while let Some(envelope) = link.take(lane, self.me, beat) {
                beat = false;
                match engine::publish(now.lane(lane), &channel, &envelope).await {
                    // Nobody has this name any more.
                    Ok(0) => {
                        self.lost(&link);
                        break;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        self.fail(&now, &error);
                        break;
                    }
                }
            }
        }
    }

    /// Looks for nodes that have fallen silent.
    async fn watch_over(self: Arc<Self>) {
        loop {
            sleep(BEAT / 2).await;
            let links: Vec<_> = lock(&self.links).values().cloned().collect();
            for link in links {
                let silence = link.silence();
                if silence > FORGOTTEN {
                    lock(&self.links).remove(&link.node);
                    lock(&self.noted).remove(&link.node);
                }
                if silence > SILENCE && link.is_alive() {
                    self.lost(&link);
                }
            }
            lock(&self.senders).retain(|_, sender| sender.strong_count() > 0);
        }
    }

    /// A node cannot be reached: everything on its way there is settled, and whoever sees people of it is told.
    fn lost(&self, link: &Link) {
        if !link.lose() {
            return;
        }
        tracing::warn!(category = "nodes", node = %link.node, "a relay cannot be reached");
        self.metrics.lost.inc();
        self.forget_node(link.node);
    }

    /// Another relay ends, in good order: nothing is wrong.
    fn gone(&self, link: &Link) {
        if !link.lose() {
            return;
        }
        tracing::info!(category = "nodes", node = %link.node, "a relay has ended");
        self.forget_node(link.node);
    }

    fn forget_node(&self, node: NodeId) {
        self.count_nodes();
        self.hub.forget_node(node);
        lock(&self.places).retain(|_, place| place.node != node);
        self.lose_sight(Some(node));
    }

    /// Those who saw people of a node, or of any, see them no more; and ask where they are now.
    fn lose_sight(&self, node: Option<NodeId>) {
        let mut told = HashSet::new();
        let lost = lock(&self.watches).at(node);
        for (account, seen_by) in lost {
            for by in seen_by {
                self.show(&account, &by, None);
                if told.insert(by) {
                    self.hub.partner_unreachable(&by);
                }
            }
            self.find(account);
        }
    }

    fn lose_all(&self) {
        let links: Vec<_> = lock(&self.links).values().cloned().collect();
        for link in links {
            link.begin_anew();
        }
        lock(&self.places).clear();
        self.lose_sight(None);
    }

    /// What another node said to this one.
    async fn hear(self: &Arc<Self>, bytes: &[u8], truth: &Arc<dyn Truth>) {
        let Some((head, rest)) = Head::read(bytes) else {
            return;
        };
        let link = self.link(head.node);
        let taken = link.hear(&head, bytes.len(), rest.is_empty());
        if taken.revived {
            self.count_nodes();
            // People of it may have been looked for in vain.
            self.ask_for_all();
        }
        if taken.say_again {
            self.hub.forget_node(head.node);
        }
        if taken.say_again && !taken.revived {
            let watched = lock(&self.watches).at(Some(head.node));
            for (account, _) in watched {
                self.find(account);
            }
        }
        if taken.counts {
            for item in wire::items(rest) {
                self.item(&link, item, truth).await;
            }
        }
    }

    async fn item(self: &Arc<Self>, link: &Arc<Link>, item: Item<'_>, truth: &Arc<dyn Truth>) {
        match item {
            Item::Payload {
                number,
                id,
                from,
                to,
                presence,
                kind,
                frame,
            } => {
                let status = match self.hub.find_here(&to, &presence, &from) {
                    None => AckStatus::Offline,
                    Some(local) => {
                        let sender = self.sender(from);
                        let cost = frame.len() + FRAME_COST;
                        if sender.charge(&self.hub.common.budget, cost) {
                            let far = Far {
                                nodes: Arc::clone(self),
                                link: Arc::clone(link),
                                sender: Arc::clone(&sender),
                                number,
                            };
                            let receipt = Receipt::new(Arc::new(far), id, cost);
                            let frame = Bytes::copy_from_slice(frame);
                            self.deliver(to, local, sender, kind, frame, receipt).await;
                            return;
                        }
                        AckStatus::Unreachable
                    }
                };
                link.say(&Item::Settled { number, status }, None);
            }
            Item::Settled { number, status } => {
                link.settled(number, status);
            }
            Item::Watch { account, by } => self.hub.watch_from(link.node, &account, &by),
            Item::Unwatch { account, by } => self.hub.unwatch_from(link.node, &account, &by),
            Item::Shown { account, by, shown } => {
                if lock(&self.watches).asked(&account, link.node) {
                    self.show(&account, &by, shown);
                    if shown.is_none() {
                        self.forget_place(&account, link.node);
                    }
                }
            }
            Item::AskPrekey {
                number,
                owner,
                presence,
                claimer,
            } => {
                let (nodes, link, truth) = (Arc::clone(self), Arc::clone(link), Arc::clone(truth));
                // The allowance is asked of Redis: what comes next does not wait for that.
                tokio::spawn(async move {
                    let prekey = match nodes.hub.find_here(&owner, &presence, &claimer) {
                        None => Err(NoPrekey::Offline),
                        Some(local) => truth.take_prekey(&local, &claimer).await,
                    };
                    let prekey = prekey.as_deref().map_err(|reason| *reason);
                    link.say(&Item::Prekey { number, prekey }, None);
                });
            }
            Item::AskTurned {
                number,
                account,
                person,
            } => {
                let turned = self.hub.has_turned_to_here(&account, &person);
                link.say(&Item::Turned { number, turned }, None);
            }
            Item::Prekey { number, prekey } => {
                link.answered(
                    number,
                    Answer::Prekey(prekey.map(|prekey| Box::new(*prekey))),
                );
            }
            Item::Turned { number, turned } => link.answered(number, Answer::Turned(turned)),
        }
    }

    fn sender(&self, account: AccountId) -> Arc<Sender> {
        let mut senders = lock(&self.senders);
        if let Some(sender) = senders.get(&account).and_then(Weak::upgrade) {
            return sender;
        }
        let sender = Arc::new(Sender::new(account));
        senders.insert(account, Arc::downgrade(&sender));
        sender
    }

    /// Puts a payload into its recipient's outbox. A chunk waits for room, behind those of the same sender.
    async fn deliver(
        self: &Arc<Self>,
        to: AccountId,
        local: Local,
        sender: Arc<Sender>,
        kind: PayloadKind,
        frame: Bytes,
        receipt: Receipt,
    ) {
        if kind != PayloadKind::Chunk {
            // Its receipt says what became of it; it does not wait.
            let _ = local
                .send(&sender, kind, frame, receipt, Duration::ZERO)
                .await;
            return;
        }
        let key = (sender.account, to);
        let mut chunk = Chunk {
            local,
            sender,
            frame,
            receipt,
        };
        let mut waiting = lock(&self.chunks);
        if let Some(queue) = waiting.get(&key) {
            match queue.send(chunk) {
                Ok(()) => return,
                Err(back) => chunk = back.0,
            }
        }
        let (queue, chunks) = mpsc::unbounded_channel();
        // Its receiver is right here.
        let _ = queue.send(chunk);
        waiting.insert(key, queue);
        drop(waiting);
        tokio::spawn(Arc::clone(self).deliver_chunks(key, chunks));
    }

    async fn deliver_chunks(
        self: Arc<Self>,
        key: (AccountId, AccountId),
        mut chunks: mpsc::UnboundedReceiver<Chunk>,
    ) {
        loop {
            let chunk = {
                let mut waiting = lock(&self.chunks);
                match chunks.try_recv() {
                    Ok(chunk) => chunk,
                    Err(_) => {
                        waiting.remove(&key);
                        return;
                    }
                }
            };
            let Chunk {
                local,
                sender,
                frame,
                receipt,
            } = chunk;
            let _ = local
                .send(&sender, PayloadKind::Chunk, frame, receipt, self.patience)
                .await;
        }
    }

    // --- notes to all -------------------------------------------------------------------------------------------

    fn say_to_all(&self, note: Note) {
        let mut notes = lock(&self.notes);
        if self.engine.borrow().is_none() {
            // Nothing is kept for nobody: where a number is missing, others ask anew.
            notes.sent += 1;
            return;
        }
        notes.waiting.push(note);
        drop(notes);
        self.noting.notify_one();
    }

    fn say_joined(&self, member: &Member, epoch: u64) {
        self.say_to_all(Note::Joined {
            account: member.account,
            epoch,
            presence: member.presence,
        });
    }

    /// The notes that wait, and a last one, as bytes.
    fn take_notes(&self, last: Option<Note>) -> Vec<u8> {
        let mut notes = lock(&self.notes);
        let mut waiting = std::mem::take(&mut notes.waiting);
        waiting.extend(last);
        let first = notes.sent;
        notes.sent += waiting.len() as u64;
        drop(notes);
        wire::write_notes(self.me, first, &waiting)
    }

    /// Sends notes to all, and signs of life, until the engine breaks.
    async fn speak_to_all(&self) {
        let channel = self.registry.notes();
        while let Some(mut engine) = self.engine() {
            let bytes = self.take_notes(None);
            if let Err(error) = engine::publish(&mut engine.commands, &channel, &bytes).await {
                return self.fail(&engine, &error);
            }
            let _ = timeout(BEAT, self.noting.notified()).await;
        }
    }

    fn note(self: &Arc<Self>, bytes: &[u8], heard: &Mutex<Instant>) {
        let Some((node, first, notes)) = wire::read_notes(bytes) else {
            return;
        };
        if node == self.me {
            *lock(heard) = Instant::now();
            return;
        }
        let link = self.link(node);
        let revived = link.lives();
        if revived {
            self.count_nodes();
        }
        let next = first + notes.len() as u64;
        let missed = lock(&self.noted)
            .insert(node, next)
            .is_some_and(|expected| expected != first);
        if revived || missed {
            self.ask_for_all();
        }
        for note in notes {
            match note {
                Note::Joined {
                    account,
                    epoch,
                    presence,
                } => {
                    let place = Remote {
                        node,
                        epoch,
                        account,
                        presence,
                    };
                    self.remember(place);
                    self.hub.taken_over(&account, epoch);
                    let watchers = lock(&self.watches).found(&account, Some(node), None);
                    for by in watchers {
                        link.say(&Item::Watch { account, by }, None);
                    }
                }
                Note::Left { account, epoch } => {
                    let mut places = lock(&self.places);
                    if places
                        .get(&account)
                        .is_some_and(|place| place.epoch == epoch)
                    {
                        places.remove(&account);
                    }
                }
                Note::Bye => self.gone(&link),
            }
        }
    }

    // --- who is where -------------------------------------------------------------------------------------------

    fn remember(&self, place: Remote) {
        let mut places = lock(&self.places);
        if places.len() >= REMEMBERED {
            places.clear();
        }
        let newer = places
            .get(&place.account)
            .is_none_or(|there| there.epoch <= place.epoch);
        if newer {
            places.insert(place.account, place);
        }
    }

    fn forget_place(&self, account: &AccountId, node: NodeId) {
        let mut places = lock(&self.places);
        if places.get(account).is_some_and(|place| place.node == node) {
            places.remove(account);
        }
    }

    async fn place(&self, account: &AccountId) -> Result<Option<Remote>, Unreachable> {
        if let Some(place) = lock(&self.places).get(account).copied() {
            return Ok(Some(place));
        }
        let mut engine = self.engine().ok_or(Unreachable)?;
        let found = self
            .registry
            .locate(&mut engine.commands, account)
            .await
            .map_err(|error| {
                self.fail(&engine, &error);
                Unreachable
            })?;
        let found = found.filter(|place| place.node != self.me);
        if let Some(place) = found {
            self.remember(place);
        }
        Ok(found)
    }

    /// Enters everybody who is here anew.
    async fn keep_all(&self) {
        futures_util::stream::iter(self.hub.all())
            .for_each_concurrent(AT_ONCE, |connection| async move {
                let Some(mut engine) = self.engine() else {
                    return;
                };
                let member = &connection.member;
                let kept =
                    self.registry
                        .keep(&mut engine.commands, self.me, member, connection.epoch);
                match kept.await {
                    Ok(epoch) => self.hub.taken_over(&member.account, epoch),
                    Err(error) => self.fail(&engine, &error),
                }
                // It may have ended meanwhile, and left before it was entered again.
                if self
                    .hub
                    .online(&member.account)
                    .is_none_or(|there| there.epoch != connection.epoch)
                {
                    self.later(Job::Leave(member.account, connection.epoch));
                }
            })
            .await;
    }

    fn later(&self, job: Job) {
        self.open_jobs.fetch_add(1, Ordering::Relaxed);
        // Nobody does anything any more when the relay has stopped.
        let _ = self.jobs.send(job);
    }

    fn find(&self, account: AccountId) {
        if lock(&self.finding).ask(account) {
            self.later(Job::Find(account));
        }
    }

    /// Asks anew for everybody who is watched.
    fn ask_for_all(&self) {
        lock(&self.places).clear();
        let all = lock(&self.watches).at(None);
        for (account, _) in all {
            self.find(account);
        }
    }

    async fn work(self: Arc<Self>, jobs: mpsc::UnboundedReceiver<Job>) {
        let jobs = futures_util::stream::unfold(jobs, |mut jobs| async move {
            Some((jobs.recv().await?, jobs))
        });
        let this = &self;
        jobs.for_each_concurrent(AT_ONCE, |job| async move {
            this.do_job(job).await;
            this.open_jobs.fetch_sub(1, Ordering::Relaxed);
        })
        .await;
    }

    async fn do_job(self: &Arc<Self>, job: Job) {
        match job {
            Job::Find(account) => {
                lock(&self.finding).begin(account);
                self.find_watched(account).await;
                if lock(&self.finding).end(account) {
                    self.later(Job::Find(account));
                }
            }
            Job::Leave(account, epoch) => {
                if let Some(mut engine) = self.engine() {
                    let left = self.registry.leave(&mut engine.commands, &account, epoch);
                    if let Err(error) = left.await {
                        self.fail(&engine, &error);
                    }
                }
                self.say_to_all(Note::Left { account, epoch });
            }
        }
    }

    /// Asks about somebody at the node where they are; whoever watches them is told if that is nowhere, or nobody knows.
    async fn find_watched(self: &Arc<Self>, account: AccountId) {
        let Some(moves) = lock(&self.watches).moves(&account) else {
            return;
        };
        let place = self.place(&account).await.ok().flatten();
        let node = place
            .map(|place| place.node)
            .filter(|node| self.link(*node).is_alive());
        let watchers = lock(&self.watches).found(&account, node, Some(moves));
        for by in watchers {
            match node {
                Some(node) => self.link(node).say(&Item::Watch { account, by }, None),
                None => self.show(&account, &by, None),
            }
        }
    }

    /// Tells somebody who is here what they see of an account at other nodes.
    fn show(&self, account: &AccountId, by: &AccountId, shown: Shown) {
        let _one_at_a_time = lock(&self.telling);
        if lock(&self.watches).tell(account, by, shown) {
            self.hub.remote_presence(account, by, shown);
        }
    }

    // --- changes ------------------------------------------------------------------------------------------------

    async fn tell_changes(self: Arc<Self>, mut changes: mpsc::UnboundedReceiver<Change>) {
        let mut engines = self.engine.subscribe();
        let stream = self.registry.changes();
        let mut missed = Missed::default();
        loop {
            let change = tokio::select! {
                change = changes.recv() => match change {
                    Some(change) => Some(change),
                    None => return,
                },
                changed = engines.changed(), if !missed.is_nothing() => match changed {
                    Ok(()) => None,
                    Err(_) => return,
                },
            };
            let engine = engines.borrow_and_update().clone();
            let Some(mut engine) = engine else {
                change.iter().for_each(|change| missed.note(change));
                continue;
            };
            let mut untold = missed.take();
            untold.extend(change);
            let mut untold = untold.into_iter();
            while let Some(change) = untold.next() {
                let bytes = change.write(self.me);
                if let Err(error) = engine::add_change(&mut engine.commands, &stream, &bytes).await
                {
                    self.fail(&engine, &error);
                    // It may have been heard all the same: what is asked of the database twice does no harm.
                    missed.note(&change);
                    untold.by_ref().for_each(|change| missed.note(&change));
                }
            }
        }
    }

    async fn follow(self: &Arc<Self>, mut changes: Follower, truth: &Arc<dyn Truth>) {
        loop {
            match changes.next().await {
                Ok(changes) => {
                    let changes = changes.iter().filter_map(|change| Change::read(change));
                    let others = changes.filter(|(node, _)| *node != self.me);
                    self.hear_changes(others.map(|(_, change)| change), truth);
                }
                Err(error) => {
                    tracing::debug!(category = "nodes", %error, "changes cannot be read");
                    return;
                }
            }
        }
    }

    fn hear_changes(
        self: &Arc<Self>,
        changes: impl Iterator<Item = Change>,
        truth: &Arc<dyn Truth>,
    ) {
        let mut look = HashSet::new();
        for change in changes {
            match change {
                Change::Revoked(account, which, code) => self.hub.close(&account, which, code),
                Change::Reach(account) => {
                    let truth = Arc::clone(truth);
                    tokio::spawn(async move { truth.reach_changed(&account).await });
                }
                Change::Look(account) => {
                    look.insert(account);
                }
                Change::LookAtAll => {
                    if lock(&self.rechecking).ask(()) {
                        tokio::spawn(Arc::clone(self).recheck(Arc::clone(truth)));
                    }
                }
            }
        }
        if !look.is_empty() {
            let truth = Arc::clone(truth);
            tokio::spawn(async move { truth.recheck_accounts(look).await });
        }
    }

    /// Asks the database about all connections, however many nodes want that, one time after the other.
    async fn recheck(self: Arc<Self>, truth: Arc<dyn Truth>) {
        loop {
            lock(&self.rechecking).begin(());
            truth.recheck().await;
            if !lock(&self.rechecking).end(()) {
                return;
            }
        }
    }

    /// An epoch of this node's own, while nobody else can be asked: the time in microseconds, as Redis counts.
    fn own_epoch(&self) -> u64 {
        let mut last = lock(&self.epochs);
        *last = link::later_than(*last);
        *last
    }

    /// The link to a node that can be reached, for all that is known.
    fn alive(&self, node: NodeId) -> Option<Arc<Link>> {
        let link = self.this.upgrade()?.link(node);
        link.is_alive().then_some(link)
    }
}

/// The answer of another node, if it comes.
async fn answer(answer: oneshot::Receiver<Answer>) -> Option<Answer> {
    timeout(ANSWER, answer).await.ok()?.ok()
}

impl Backplane for Nodes {
    fn locate<'a>(
        &'a self,
        account: &'a AccountId,
        presence: &'a Presence,
    ) -> Pending<'a, Result<Option<Remote>, Unreachable>> {
        Box::pin(async move {
            let Some(place) = self.place(account).await? else {
                return Ok(None);
            };
            if place.presence != *presence {
                return Ok(None);
            }
            if self.alive(place.node).is_none() {
                return Err(Unreachable);
            }
            Ok(Some(place))
        })
    }

    fn send<'a>(
        &'a self,
        to: &'a Remote,
        payload: Payload,
        patience: Duration,
    ) -> Pending<'a, Result<(), AckStatus>> {
        Box::pin(async move {
            let Some(link) = self.alive(to.node) else {
                payload.receipt.settle(AckStatus::Unreachable);
                return Err(AckStatus::Unreachable);
            };
            match payload.kind {
                PayloadKind::Chunk => link.send_chunk(to, payload, patience).await,
                PayloadKind::Handshake | PayloadKind::Message => link.send_message(to, payload),
            }
        })
    }

    fn take_prekey<'a>(
        &'a self,
        from: &'a Remote,
        claimer: &'a AccountId,
    ) -> Pending<'a, Result<Box<PrekeyBytes>, NoPrekey>> {
        Box::pin(async move {
            let link = self.alive(from.node).ok_or(NoPrekey::Offline)?;
            let (owner, presence, claimer) = (from.account, from.presence, *claimer);
            let asked = link.ask(|number| Item::AskPrekey {
                number,
                owner,
                presence,
                claimer,
            });
            match answer(asked).await {
                Some(Answer::Prekey(prekey)) => prekey,
                _ => Err(NoPrekey::Offline),
            }
        })
    }

    fn has_turned_to<'a>(
        &'a self,
        account: &'a AccountId,
        person: &'a AccountId,
    ) -> Pending<'a, bool> {
        Box::pin(async move {
            let place = self.place(account).await.ok().flatten();
            let Some(link) = place.and_then(|place| self.alive(place.node)) else {
                return false;
            };
            let (account, person) = (*account, *person);
            let asked = link.ask(|number| Item::AskTurned {
                number,
                account,
                person,
            });
            matches!(answer(asked).await, Some(Answer::Turned(true)))
        })
    }

    fn joined<'a>(&'a self, member: &'a Member) -> Pending<'a, u64> {
        Box::pin(async move {
            if let Some(mut engine) = self.engine() {
                match self
                    .registry
                    .join(&mut engine.commands, self.me, member)
                    .await
                {
                    Ok(epoch) => return epoch,
                    Err(error) => self.fail(&engine, &error),
                }
            }
            self.own_epoch()
        })
    }

    fn arrived(&self, member: &Member, epoch: u64) {
        lock(&self.places).remove(&member.account);
        lock(&self.watches).is_here(&member.account);
        self.say_joined(member, epoch);
    }

    fn left(&self, account: &AccountId, epoch: u64) {
        self.later(Job::Leave(*account, epoch));
        // It may be elsewhere by now.
        self.find(*account);
    }

    fn watch(&self, account: &AccountId, by: &AccountId) {
        lock(&self.watches).add(account, by);
        self.find(*account);
    }

    fn unwatch(&self, account: &AccountId, by: &AccountId) {
        let at = lock(&self.watches).remove(account, by);
        if let Some(link) = at.and_then(|node| self.known(node)) {
            let (account, by) = (*account, *by);
            link.say(&Item::Unwatch { account, by }, None);
        }
    }

    fn tell(&self, node: NodeId, account: &AccountId, to: &AccountId, shown: Shown) {
        if let Some(link) = self.known(node) {
            let (account, by) = (*account, *to);
            link.say(&Item::Shown { account, by, shown }, Some(&account));
        }
    }

    fn reach_changed(&self, account: &AccountId) {
        let _ = self.changes.send(Change::Reach(*account));
    }

    fn share<'a>(&'a self, allowance: Allowance<'a>) -> Pending<'a, Result<(), Duration>> {
        Box::pin(async move {
            let Some(mut engine) = self.engine() else {
                return Ok(());
            };
            match self.registry.share(&mut engine.commands, &allowance).await {
                Ok(Duration::ZERO) => Ok(()),
                Ok(wait) => Err(wait),
                Err(error) => {
                    self.fail(&engine, &error);
                    Ok(())
                }
            }
        })
    }

    fn revoked(&self, account: &AccountId, which: Which, code: CloseCode) {
        let _ = self.changes.send(Change::Revoked(*account, which, code));
    }

    fn is_whole(&self) -> bool {
        self.engine.borrow().is_some()
    }

    fn stop(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            let quiet = async {
                loop {
                    let links: Vec<_> = lock(&self.links).values().cloned().collect();
                    let done = self.open_jobs.load(Ordering::Relaxed) == 0;
                    if done && links.iter().all(|link| !link.is_alive() || link.is_quiet()) {
                        break;
                    }
                    sleep(Duration::from_millis(5)).await;
                }
                let Some(mut engine) = self.engine() else {
                    return;
                };
                let bytes = self.take_notes(Some(Note::Bye));
                let channel = self.registry.notes();
                // Whoever does not hear it hears nothing more, and learns it from that.
                let _ = engine::publish(&mut engine.commands, &channel, &bytes).await;
            };
            let _ = timeout(FAREWELL, quiet).await;
        })
    }
}
