//! The seam between nodes: what one relay needs of others that serve the same deployment. A relay that stands alone has none
//! ([`crate::hub::directory::Hub`] without a backplane), and then nothing here is ever asked.
//!
//! A backplane implements [`Backplane`], is given the [`Hub`](crate::hub::directory::Hub) to call for what comes in, and is
//! attached to it once, before the relay serves (`Hub::attach`). The calls in either direction:
//!
//! | from this node to others | from others to this node |
//! |---|---|
//! | [`Backplane::locate`], [`Backplane::send`] | `Hub::find`, then `Route::send` with a [`Receipt`] whose [`Origin`](crate::hub::receipt::Origin) carries the status back |
//! | [`Backplane::take_prekey`] | `Hub::find`, then `Route::take_prekey` with this node's limits |
//! | [`Backplane::joined`], [`Backplane::left`] | `Hub::taken_over` for whoever lost its place to a higher epoch |
//! | [`Backplane::watch`], [`Backplane::unwatch`] | `Hub::remote_presence` for whom connections of this node watch |
//! | [`Backplane::revoked`] | `Hub::close` |
//!
//! # Guarantees that an implementation gives
//! - **One place for each account.** Of two connections of one account, wherever they are, the one with the higher epoch stays,
//!   and the other node hears of it by name. Epochs are of the whole deployment: [`Backplane::joined`] gives a connection its
//!   number there, and WELCOME waits for it.
//! - **Order.** What one connection sends to another one arrives in order for each lane
//!   ([`Lanes`](crate::hub::lanes::Lanes)): messages among themselves, chunks among themselves.
//! - **Every receipt is settled, once.** [`AckStatus::Written`] only on the word of the node whose socket took the frame. If the
//!   link is lost, a number is missing or the other node was started anew, every receipt on its way is settled as
//!   [`AckStatus::Unreachable`], within two seconds; dropping a [`Receipt`] settles it as `Offline`, so nothing can be forgotten.
//! - **Once.** A payload that is sent again after such an answer, with the same id, is filtered at the recipient's node, by
//!   sender and id, for as long as [`Recent`](crate::hub::recent::Recent) remembers.
//! - **Bounded memory.** What waits for another node is charged to its sender through its receipt, like what waits here; chunks
//!   wait, messages are refused as `Unreachable`. The other node bounds what it takes in by credits in bytes.
//! - **The database is the truth.** [`Backplane::revoked`] only makes others hear of it at once. After a gap a node asks the
//!   database about all its connections again.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, CloseCode, NoPrekey, PayloadKind, PrekeyBytes, Presence},
};
use std::{future::Future, pin::Pin, time::Duration};

use crate::hub::{closing::Which, connection::Member, receipt::Receipt};

/// An answer that is on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One start of one node: a node that was started anew is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(pub [u8; 16]);

/// A connection at another node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// Where.
    pub node: NodeId,
    /// Which, of all that the account has had.
    pub epoch: u64,
    /// Whose.
    pub account: AccountId,
    /// The client's run.
    pub presence: Presence,
}

/// A payload on its way to another node.
pub struct Payload {
    /// Its sender, whose turn it takes at the recipient's outbox.
    pub from: AccountId,
    /// Its lane.
    pub kind: PayloadKind,
    /// The DELIVER, as it goes into the recipient's socket.
    pub frame: Bytes,
    /// What becomes of it. [`Receipt::id`] names it on the way.
    pub receipt: Receipt,
}

/// Other nodes, as seen from this one. See the module's documentation.
pub trait Backplane: Send + Sync {
    /// Where a run of an account is, if it is at another node and its door ([`Door`](crate::hub::door::Door)) is open to `from`.
    /// Asked for every payload whose recipient is not here, so the answer comes from memory where it can.
    fn locate<'a>(
        &'a self,
        account: &'a AccountId,
        presence: &'a Presence,
        from: &'a AccountId,
    ) -> Pending<'a, Option<Remote>>;

    /// Sends a payload; see [`crate::hub::route::Route::send`].
    fn send<'a>(
        &'a self,
        to: &'a Remote,
        payload: Payload,
        patience: Duration,
    ) -> Pending<'a, Result<(), AckStatus>>;

    /// Takes a prekey of somebody at another node, under that node's limits.
    fn take_prekey<'a>(
        &'a self,
        from: &'a Remote,
        claimer: &'a AccountId,
    ) -> Pending<'a, Result<Box<PrekeyBytes>, NoPrekey>>;

    /// A connection is about to be its account's; its number among all that the account has had.
    fn joined<'a>(&'a self, member: &'a Member) -> Pending<'a, u64>;

    /// It has ended. Says nothing if another one has taken its place.
    fn left(&self, account: &AccountId, epoch: u64);

    /// `by`, who is here, watches this account from now on. Called under a lock, like [`Backplane::unwatch`]: it only takes note,
    /// and calls nothing back. Its presence at other nodes, as far as its door is open to `by`, is told to
    /// `Hub::remote_presence`: at once, "offline" too, and whenever it changes.
    fn watch(&self, account: &AccountId, by: &AccountId);

    /// They watch it no more.
    fn unwatch(&self, account: &AccountId, by: &AccountId);

    /// Connections of this account must end, at every other node too.
    fn revoked(&self, account: &AccountId, which: Which, code: CloseCode);

    /// Whether other nodes can be reached: shown by `/readyz`.
    fn is_whole(&self) -> bool;
}
