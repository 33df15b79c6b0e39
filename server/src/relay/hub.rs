//! Who is connected, and who watches whom. In memory only; a connection that ends leaves nothing behind.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{Notice, Presence, ServerFrame, WelcomeStatus},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio_util::task::TaskTracker;

use super::{close::CloseCode, connection::Connection, lock};
use crate::{
    ids::{SessionId, TokenId},
    store::reach::Reach,
};

/// The directory of connections.
#[derive(Default)]
pub struct Hub {
    accounts: Mutex<HashMap<AccountId, Entry>>,
    epochs: AtomicU64,
    /// How often anybody has changed who may reach them.
    reach_changes: AtomicU64,
    /// The tasks of all connections, to wait for them at shutdown.
    pub(super) tasks: TaskTracker,
}

#[derive(Default)]
struct Entry {
    online: Option<Arc<Connection>>,
    /// Connections that asked for this account's presence, by epoch.
    watchers: HashMap<u64, Arc<Connection>>,
}

impl Entry {
    /// What somebody is told of the account: to whom its door is closed it looks offline.
    fn presence(&self, account: &AccountId, to: &AccountId) -> Bytes {
        let online = self.online.as_ref();
        let frame = match online.filter(|connection| connection.door.lets_in(to)) {
            Some(connection) => ServerFrame::Presence {
                account: *account,
                presence: connection.presence,
                online: true,
                max_version: connection.max_version,
            },
            None => ServerFrame::Presence {
                account: *account,
                presence: Presence([0; 16]),
                online: false,
                max_version: 0,
            },
        };
        frame.encode().into()
    }

    /// Tells those who watch of what has changed for them since `before` was here. Whoever is not let in hears nothing: they
    /// would learn that somebody came or went.
    fn announce(&self, account: &AccountId, before: Option<&Arc<Connection>>) {
        let shown = |connection: Option<&Arc<Connection>>, to: &AccountId| {
            connection.is_some_and(|connection| connection.door.lets_in(to))
        };
        for watcher in self.watchers.values() {
            let to = &watcher.account;
            if shown(before, to) || shown(self.online.as_ref(), to) {
                watcher.note(self.presence(account, to));
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.online.is_none() && self.watchers.is_empty()
    }
}

impl Hub {
    /// A number for a new connection, higher than all before.
    pub(super) fn next_epoch(&self) -> u64 {
        self.epochs.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes `connection` its account's, closing the one before it. WELCOME is sent only once others can reach
    /// it, and before anything from them. Of two that arrive together the higher epoch stays.
    pub(super) fn join(&self, connection: &Arc<Connection>) {
        let account = connection.account;
        let mut accounts = lock(&self.accounts);
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
        connection.note(ServerFrame::Welcome(WelcomeStatus::Ok).encode().into());
        let before = entry.online.replace(Arc::clone(connection));
        entry.announce(&account, before.as_ref());
        drop(accounts);
        if let Some(before) = before {
            before.forget_prekeys();
            before.close(CloseCode::TakenOver);
        }
    }

    /// Removes `connection` wherever it still stands; if another has taken over, that one stays.
    pub(super) fn leave(&self, connection: &Arc<Connection>) {
        let mut accounts = lock(&self.accounts);
        for watched in lock(&connection.watching).drain() {
            Self::unwatch(&mut accounts, &watched, connection);
        }
        let account = connection.account;
        if let Some(entry) = accounts.get_mut(&account) {
            if entry
                .online
                .as_ref()
                .is_some_and(|there| there.epoch == connection.epoch)
            {
                let before = entry.online.take();
                entry.announce(&account, before.as_ref());
            }
            if entry.is_empty() {
                accounts.remove(&account);
            }
        }
    }

    /// Makes `accounts` the whole set that `connection` watches: it is told of each account that is new in it, and from
    /// now on of every change of any of them.
    pub(super) fn watch(
        &self,
        connection: &Arc<Connection>,
        accounts: impl Iterator<Item = AccountId>,
    ) {
        let wanted: HashSet<AccountId> = accounts.collect();
        let mut entries = lock(&self.accounts);
        let mut watching = lock(&connection.watching);
        for account in watching.difference(&wanted) {
            Self::unwatch(&mut entries, account, connection);
        }
        for account in wanted.difference(&watching) {
            let entry = entries.entry(*account).or_default();
            entry
                .watchers
                .insert(connection.epoch, Arc::clone(connection));
            connection.note(entry.presence(account, &connection.account));
        }
        *watching = wanted;
    }

    fn unwatch(
        entries: &mut HashMap<AccountId, Entry>,
        account: &AccountId,
        connection: &Connection,
    ) {
        if let Some(entry) = entries.get_mut(account) {
            entry.watchers.remove(&connection.epoch);
            if entry.is_empty() {
                entries.remove(account);
            }
        }
    }

    /// The connection of this run of this account, if its door is open to `from`.
    pub(super) fn find(
        &self,
        account: &AccountId,
        presence: &Presence,
        from: &AccountId,
    ) -> Option<Arc<Connection>> {
        let accounts = lock(&self.accounts);
        let online = accounts.get(account)?.online.as_ref()?;
        let there = online.presence == *presence && online.door.lets_in(from);
        there.then(|| Arc::clone(online))
    }

    /// How often anybody has changed who may reach them.
    pub(super) fn reach_changes(&self) -> u64 {
        self.reach_changes.load(Ordering::SeqCst)
    }

    /// Somebody chose anew who may reach them: those who watch are told what that changes for them.
    pub fn set_reach(&self, account: &AccountId, reach: Reach) {
        let accounts = lock(&self.accounts);
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
            .map(|watcher| (watcher, online.door.lets_in(&watcher.account)))
            .collect();
        online.door.set(reach);
        for (watcher, before) in watchers {
            if online.door.lets_in(&watcher.account) != before {
                watcher.note(entry.presence(account, &watcher.account));
            }
        }
    }

    /// Somebody who is here writes to somebody: who watches them, and saw them offline, sees them now.
    pub(super) fn turn_to(&self, connection: &Connection, person: &AccountId) {
        if !connection.door.turn_to(person) {
            return;
        }
        let accounts = lock(&self.accounts);
        let Some(entry) = accounts.get(&connection.account) else {
            return;
        };
        for watcher in entry.watchers.values() {
            if watcher.account == *person {
                watcher.note(entry.presence(&connection.account, person));
            }
        }
    }

    /// Whether somebody who is here turned to a person themselves.
    pub fn has_turned_to(&self, account: &AccountId, person: &AccountId) -> bool {
        let accounts = lock(&self.accounts);
        let online = accounts
            .get(account)
            .and_then(|entry| entry.online.as_ref());
        online.is_some_and(|connection| connection.door.has_turned_to(person))
    }

    fn close_if(&self, user: &AccountId, code: CloseCode, condition: impl Fn(&Connection) -> bool) {
        let online = lock(&self.accounts)
            .get(user)
            .and_then(|entry| entry.online.clone());
        if let Some(connection) = online.filter(|connection| condition(connection)) {
            connection.close(code);
        }
    }

    /// Closes the account's connection.
    pub fn close_account(&self, user: &AccountId, code: CloseCode) {
        self.close_if(user, code, |_| true);
    }

    /// Closes the account's connection if it belongs to this session.
    pub fn close_session(&self, user: &AccountId, session: &SessionId, code: CloseCode) {
        self.close_if(user, code, |connection| {
            connection.access().session == *session
        });
    }

    /// Closes the account's connection unless it belongs to this session.
    pub fn close_other_sessions(&self, user: &AccountId, keep: &SessionId, code: CloseCode) {
        self.close_if(user, code, |connection| {
            connection.access().session != *keep
        });
    }

    /// Closes the account's connection if it was opened, or last renewed, with this token.
    pub fn close_token(&self, user: &AccountId, jti: &TokenId, code: CloseCode) {
        self.close_if(user, code, |connection| connection.access().jti == *jti);
    }

    fn all(&self) -> Vec<Arc<Connection>> {
        lock(&self.accounts)
            .values()
            .filter_map(|entry| entry.online.clone())
            .collect()
    }

    /// Tells everybody that the relay goes away, and says how many that are. The delays are spread over `spread_ms`,
    /// so that not everybody comes back in the same moment.
    pub fn announce_shutdown(&self, least_ms: u32, spread_ms: u32) -> usize {
        let all = self.all();
        for connection in &all {
            let value = least_ms + u32::from_be_bytes(crate::random()) % spread_ms.max(1);
            let notice = Notice::Draining;
            connection.note(ServerFrame::Notice { notice, value }.encode().into());
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
}
