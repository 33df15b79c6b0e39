//! Who is connected, and who watches whom. In memory only; a connection that ends leaves nothing behind.
//!
//! The accounts are spread over shards with a lock each, so that connections of different people do not wait for one another:
//! every payload asks here for its recipient. A shard is held for a look-up or a change, never while something is written.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{CloseCode, Notice, Presence, ServerFrame, WelcomeStatus},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::task::TaskTracker;

use super::{
    closing::Which,
    connection::{Common, Connection, Member},
    locked::lock,
    route::{Local, Route},
};
use crate::{
    backplane::{Allowance, Backplane, NodeId, Unreachable},
    ids::{SessionId, TokenId},
    store::reach::Reach,
    websocket::message::frame,
};

/// What clients are told to wait at least before they come back after a restart.
const RECONNECT_LEAST_MS: u32 = 1_000;
/// Beyond that, a second for so many of them: a login checks a token and a signature and reads three rows.
const RECONNECTS_A_SECOND: usize = 3_000;
/// The spread of a few, and of any number.
const RECONNECT_SPREAD_MS: [u32; 2] = [4_000, 120_000];

/// Locks.
const SHARDS: usize = 64;

/// The directory of connections.
pub struct Hub {
    shards: [Mutex<HashMap<AccountId, Entry>>; SHARDS],
    epochs: AtomicU64,
    /// How often anybody has changed who may reach them.
    reach_changes: AtomicU64,
    /// The tasks of all connections, to wait for them at shutdown.
    pub tasks: TaskTracker,
    /// What its connections share.
    pub common: Arc<Common>,
    others: OnceLock<Arc<dyn Backplane>>,
}

#[derive(Default)]
struct Entry {
    online: Option<Arc<Connection>>,
    /// Connections that asked for this account's presence, by epoch.
    watchers: HashMap<u64, Arc<Connection>>,
    /// Who asked for it at other nodes, while it is here.
    remote: HashSet<(NodeId, AccountId)>,
}

impl Entry {
    /// What somebody sees of the account: to whom its door is closed it looks offline.
    fn shown(&self, to: &AccountId) -> Option<(Presence, u8)> {
        let online = self.online.as_ref();
        let shown = online.filter(|connection| connection.door.lets_in(to));
        shown.map(|connection| (connection.member.presence, connection.member.max_version))
    }

    /// The same as a frame.
    fn presence(&self, account: &AccountId, to: &AccountId) -> Bytes {
        said(account, self.shown(to))
    }

    /// Tells those who watch of what has changed for them since `before` was here. Whoever is not let in hears nothing: they
    /// would learn that somebody came or went.
    fn announce(&self, account: &AccountId, before: Option<&Arc<Connection>>, others: Others<'_>) {
        let shown = |connection: Option<&Arc<Connection>>, to: &AccountId| {
            connection.is_some_and(|connection| connection.door.lets_in(to))
        };
        for watcher in self.watchers.values() {
            let to = &watcher.member.account;
            if shown(before, to) || shown(self.online.as_ref(), to) {
                watcher.news(*account, self.presence(account, to));
            }
        }
        for (node, to) in &self.remote {
            if shown(before, to) || shown(self.online.as_ref(), to) {
                self.tell(*node, account, to, others);
            }
        }
    }

    /// Tells somebody at another node what they see of the account.
    fn tell(&self, node: NodeId, account: &AccountId, to: &AccountId, others: Others<'_>) {
        if let Some(others) = others {
            others.tell(node, account, to, self.shown(to));
        }
    }

    fn is_empty(&self) -> bool {
        self.online.is_none() && self.watchers.is_empty() && self.remote.is_empty()
    }
}

type Others<'a> = Option<&'a Arc<dyn Backplane>>;

/// Over how long so many come back.
fn spread_ms(connections: usize) -> u32 {
    let [least, most] = RECONNECT_SPREAD_MS;
    let wanted = connections.saturating_mul(1_000) / RECONNECTS_A_SECOND;
    u32::try_from(wanted).unwrap_or(most).clamp(least, most)
}

/// The frame that says where an account is.
fn said(account: &AccountId, online: Option<(Presence, u8)>) -> Bytes {
    let (presence, max_version) = online.unwrap_or((Presence([0; 16]), 0));
    let said = ServerFrame::Presence {
        account: *account,
        presence,
        online: online.is_some(),
        max_version,
    };
    frame(&said.encode())
}

impl Hub {
    /// A directory without anybody.
    #[must_use]
    pub fn new(common: Common) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            epochs: AtomicU64::new(0),
            reach_changes: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            common: Arc::new(common),
            others: OnceLock::new(),
        }
    }

    /// Joins other nodes, once and before anybody is connected; later calls change nothing.
    pub fn attach(&self, others: Arc<dyn Backplane>) {
        let _ = self.others.set(others);
    }

    fn shard(&self, account: &AccountId) -> &Mutex<HashMap<AccountId, Entry>> {
        // Account ids are hashes already.
        &self.shards[usize::from(account.0[0]) % SHARDS]
    }

    /// A number for a new connection, higher than all before at this node.
    pub fn next_number(&self) -> u64 {
        self.epochs.fetch_add(1, Ordering::Relaxed)
    }

    /// The epoch of connection `number`, which has logged in: where there are other nodes, it is counted with theirs.
    pub async fn epoch(&self, number: u64, member: &Member) -> u64 {
        match self.others.get() {
            Some(others) => others.joined(member).await,
            None => number,
        }
    }

    /// Whether all nodes can be reached.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.others.get().is_none_or(|others| others.is_whole())
    }

    /// Makes `connection` its account's, closing the one before it. WELCOME is sent only once others can reach it, and before
    /// anything from them. Of two that arrive together the higher epoch stays.
    pub fn join(&self, connection: &Arc<Connection>) {
        let account = connection.member.account;
        let mut accounts = lock(self.shard(&account));
        let entry = accounts.entry(account).or_default();
        if entry
            .online
            .as_ref()
            .is_some_and(|there| there.epoch > connection.epoch)
        {
            drop(accounts);
            connection.close(CloseCode::TakenOver);
            return;
        }
        connection.note(&ServerFrame::Welcome(WelcomeStatus::Ok));
        let before = entry.online.replace(Arc::clone(connection));
        entry.announce(&account, before.as_ref(), self.others.get());
        drop(accounts);
        if let Some(others) = self.others.get() {
            others.arrived(&connection.member, connection.epoch);
        }
        if let Some(before) = before {
            before.forget_prekeys();
            before.close(CloseCode::TakenOver);
        }
    }

    /// Removes `connection` wherever it still stands; if another has taken over, that one stays.
    pub fn leave(&self, connection: &Arc<Connection>) {
        let mut watching = lock(&connection.watching);
        for watched in watching.drain() {
            self.unwatch(&watched, connection);
        }
        drop(watching);
        let account = connection.member.account;
        let mut accounts = lock(self.shard(&account));
        if let Some(entry) = accounts.get_mut(&account) {
            if entry
                .online
                .as_ref()
                .is_some_and(|there| there.epoch == connection.epoch)
            {
                let before = entry.online.take();
                entry.announce(&account, before.as_ref(), self.others.get());
                // Wherever it is next, those who watch it are told, and ask there.
                entry.remote = HashSet::new();
            }
            if entry.is_empty() {
                accounts.remove(&account);
            }
        }
        drop(accounts);
        if let Some(others) = self.others.get() {
            others.left(&account, connection.epoch);
        }
    }

    /// Makes `accounts` the whole set that `connection` watches: it is told of each account that is new in it, and from
    /// now on of every change of any of them.
    pub fn watch(&self, connection: &Arc<Connection>, accounts: impl Iterator<Item = AccountId>) {
        let wanted: HashSet<AccountId> = accounts.collect();
        // Held throughout: the watches of one connection are one after the other. Shards come after it, one at a time.
        let mut watching = lock(&connection.watching);
        for account in watching.difference(&wanted) {
            self.unwatch(account, connection);
        }
        for account in wanted.difference(&watching) {
            let mut entries = lock(self.shard(account));
            let entry = entries.entry(*account).or_default();
            entry
                .watchers
                .insert(connection.epoch, Arc::clone(connection));
            let watcher = &connection.member.account;
            match self.others.get() {
                // They answer, if it is with one of them.
                Some(others) if entry.online.is_none() => others.watch(account, watcher),
                others => {
                    connection.news(*account, entry.presence(account, watcher));
                    if let Some(others) = others {
                        others.watch(account, watcher);
                    }
                }
            }
        }
        *watching = wanted;
    }

    fn unwatch(&self, account: &AccountId, connection: &Connection) {
        let mut entries = lock(self.shard(account));
        let Some(entry) = entries.get_mut(account) else {
            return;
        };
        entry.watchers.remove(&connection.epoch);
        if entry.is_empty() {
            entries.remove(account);
        }
        if let Some(others) = self.others.get() {
            others.unwatch(account, &connection.member.account);
        }
    }

    /// The way to this run of this account, if its door is open to `from`; at another node, that node looks at the door.
    ///
    /// # Errors
    /// [`Unreachable`] if it may be at a node that cannot be reached.
    pub async fn find(
        &self,
        account: &AccountId,
        presence: &Presence,
        from: &AccountId,
    ) -> Result<Option<Route>, Unreachable> {
        if let Some(local) = self.find_here(account, presence, from) {
            return Ok(Some(Route::Local(local)));
        }
        let Some(others) = self.others.get() else {
            return Ok(None);
        };
        let remote = others.locate(account, presence).await?;
        Ok(remote.map(|remote| Route::Remote(remote, Arc::clone(others))))
    }

    /// The connection of this run of this account, if it is at this node and its door is open to `from`.
    #[must_use]
    pub fn find_here(
        &self,
        account: &AccountId,
        presence: &Presence,
        from: &AccountId,
    ) -> Option<Local> {
        let accounts = lock(self.shard(account));
        let online = accounts.get(account)?.online.as_ref()?;
        let there = online.member.presence == *presence && online.door.lets_in(from);
        there.then(|| Local {
            connection: Arc::clone(online),
            repeats: self.others.get().is_some(),
        })
    }

    /// How often anybody has changed who may reach them.
    pub fn reach_changes(&self) -> u64 {
        self.reach_changes.load(Ordering::SeqCst)
    }

    /// Whether what somebody chose matters here, because they are connected. If not, it has been noted that it changed: whoever logs
    /// in at this moment asks again.
    pub fn needs_reach(&self, account: &AccountId) -> bool {
        let accounts = lock(self.shard(account));
        let online = accounts
            .get(account)
            .and_then(|entry| entry.online.as_ref());
        if online.is_none() {
            self.reach_changes.fetch_add(1, Ordering::SeqCst);
        }
        online.is_some()
    }

    /// Somebody chose anew who may reach them: those who watch are told what that changes for them.
    pub fn set_reach(&self, account: &AccountId, reach: Reach) {
        let accounts = lock(self.shard(account));
        self.reach_changes.fetch_add(1, Ordering::SeqCst);
        let Some(entry) = accounts.get(account) else {
            return;
        };
        let Some(online) = &entry.online else {
            return;
        };
        let watchers: Vec<_> = entry
            .watchers
            .values()
            .map(|watcher| (watcher, online.door.lets_in(&watcher.member.account)))
            .collect();
        let remote: Vec<_> = entry
            .remote
            .iter()
            .map(|(node, to)| (*node, *to, online.door.lets_in(to)))
            .collect();
        online.door.set(reach);
        for (node, to, before) in remote {
            if online.door.lets_in(&to) != before {
                entry.tell(node, account, &to, self.others.get());
            }
        }
        for (watcher, before) in watchers {
            let to = &watcher.member.account;
            if online.door.lets_in(to) != before {
                watcher.news(*account, entry.presence(account, to));
            }
        }
    }

    /// Somebody who is here writes to somebody: who watches them, and saw them offline, sees them now.
    pub fn turn_to(&self, connection: &Connection, person: &AccountId) {
        if !connection.door.turn_to(person) {
            return;
        }
        let account = &connection.member.account;
        let accounts = lock(self.shard(account));
        let Some(entry) = accounts.get(account) else {
            return;
        };
        for watcher in entry.watchers.values() {
            if watcher.member.account == *person {
                watcher.news(*account, entry.presence(account, person));
            }
        }
        for (node, to) in &entry.remote {
            if to == person {
                entry.tell(*node, account, to, self.others.get());
            }
        }
    }

    /// Whether somebody turned to a person themselves, at whatever node they are.
    pub async fn has_turned_to(&self, account: &AccountId, person: &AccountId) -> bool {
        if self.has_turned_to_here(account, person) {
            return true;
        }
        match self.others.get() {
            Some(others) => others.has_turned_to(account, person).await,
            None => false,
        }
    }

    /// Whether somebody who is here turned to a person themselves.
    pub fn has_turned_to_here(&self, account: &AccountId, person: &AccountId) -> bool {
        self.online(account)
            .is_some_and(|connection| connection.door.has_turned_to(person))
    }

    /// For the backplane: the account has a newer connection at another node.
    pub fn taken_over(&self, account: &AccountId, epoch: u64) {
        let online = self.online(account);
        if let Some(connection) = online.filter(|connection| connection.epoch < epoch) {
            connection.close(CloseCode::TakenOver);
        }
    }

    /// For the backplane: somebody at another node watches an account. They are told what they see of it, now and whenever it
    /// changes; nothing is remembered of an account that is not here.
    pub fn watch_from(&self, node: NodeId, account: &AccountId, by: &AccountId) {
        let mut accounts = lock(self.shard(account));
        match accounts.get_mut(account) {
            Some(entry) if entry.online.is_some() => {
                entry.remote.insert((node, *by));
                entry.tell(node, account, by, self.others.get());
            }
            _ => Entry::default().tell(node, account, by, self.others.get()),
        }
    }

    /// For the backplane: they watch it no more.
    pub fn unwatch_from(&self, node: NodeId, account: &AccountId, by: &AccountId) {
        if let Some(entry) = lock(self.shard(account)).get_mut(account) {
            entry.remote.remove(&(node, *by));
        }
    }

    /// For the backplane: nobody at this node watches anything here any more.
    pub fn forget_node(&self, node: NodeId) {
        for shard in &self.shards {
            for entry in lock(shard).values_mut() {
                entry.remote.retain(|(there, _)| *there != node);
            }
        }
    }

    /// For the backplane: tells somebody who is here that a partner's node cannot be reached.
    pub fn partner_unreachable(&self, account: &AccountId) {
        if let Some(connection) = self.online(account) {
            let notice = Notice::PartnerUnreachable;
            connection.note(&ServerFrame::Notice { notice, value: 0 });
        }
    }

    /// Tells other nodes that somebody chose anew who may reach them.
    pub fn tell_reach(&self, account: &AccountId) {
        if let Some(others) = self.others.get() {
            others.reach_changed(account);
        }
    }

    /// Takes one from an allowance that all nodes share; where there are no others, the node's own limits are all.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub async fn share(&self, allowance: Allowance<'_>) -> Result<(), Duration> {
        match self.others.get() {
            Some(others) => others.share(allowance).await,
            None => Ok(()),
        }
    }

    /// For the backplane: where an account is at other nodes, for somebody here who watches it. Nothing if it is here.
    pub fn remote_presence(
        &self,
        account: &AccountId,
        to: &AccountId,
        elsewhere: Option<(Presence, u8)>,
    ) {
        let accounts = lock(self.shard(account));
        let Some(entry) = accounts.get(account) else {
            return;
        };
        if entry.online.is_some() {
            return;
        }
        for watcher in entry.watchers.values() {
            if watcher.member.account == *to {
                watcher.news(*account, said(account, elsewhere));
            }
        }
    }

    /// The connection of an account, if it is at this node.
    #[must_use]
    pub fn online(&self, account: &AccountId) -> Option<Arc<Connection>> {
        lock(self.shard(account)).get(account)?.online.clone()
    }

    /// Closes the account's connections at this node that are of these.
    pub fn close(&self, account: &AccountId, which: Which, code: CloseCode) {
        let online = self.online(account);
        if let Some(connection) = online.filter(|connection| which.is(&connection.pass())) {
            connection.close(code);
        }
    }

    fn close_everywhere(&self, account: &AccountId, which: Which, code: CloseCode) {
        self.close(account, which, code);
        if let Some(others) = self.others.get() {
            others.revoked(account, which, code);
        }
    }

    /// Closes the account's connection.
    pub fn close_account(&self, account: &AccountId, code: CloseCode) {
        self.close_everywhere(account, Which::All, code);
    }

    /// Closes the account's connection if it belongs to this session.
    pub fn close_session(&self, account: &AccountId, session: &SessionId, code: CloseCode) {
        self.close_everywhere(account, Which::Session(*session), code);
    }

    /// Closes the account's connection unless it belongs to this session.
    pub fn close_other_sessions(&self, account: &AccountId, keep: &SessionId, code: CloseCode) {
        self.close_everywhere(account, Which::OtherThan(*keep), code);
    }

    /// Closes the account's connection if it was opened, or last renewed, with this token.
    pub fn close_token(&self, account: &AccountId, jti: &TokenId, code: CloseCode) {
        self.close_everywhere(account, Which::Token(*jti), code);
    }

    /// All connections of this node.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Connection>> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.extend(
                lock(shard)
                    .values()
                    .filter_map(|entry| entry.online.clone()),
            );
        }
        all
    }

    /// Tells everybody that the relay goes away, and says how many that are. When to come back is spread over a time, so that the
    /// others who take them in are not asked by all in the same moment.
    pub fn announce_shutdown(&self) -> usize {
        let all = self.all();
        let spread = spread_ms(all.len());
        for connection in &all {
            let value = RECONNECT_LEAST_MS + u32::from_be_bytes(crate::random()) % spread;
            let notice = Notice::Draining;
            connection.note(&ServerFrame::Notice { notice, value });
        }
        all.len()
    }

    /// Closes everything and waits until all tasks have ended.
    pub async fn close_all(&self, code: CloseCode) {
        for connection in self.all() {
            connection.close(code);
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Tells other nodes what is left to tell, and that this one goes.
    pub async fn detach(&self) {
        if let Some(others) = self.others.get() {
            others.stop().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_there_are_the_longer_they_take_to_come_back() {
        let spreads = [0, 1, 12_000, 30_000, 300_000, 360_000, usize::MAX].map(spread_ms);
        assert_eq!(
            spreads,
            [4_000, 4_000, 4_000, 10_000, 100_000, 120_000, 120_000]
        );
    }
}
