//! Other nodes: what one relay needs of those that serve the same deployment. A relay that stands alone has none
//! ([`crate::hub::directory::Hub`] without a backplane), and then nothing here is ever asked.
//!
//! A backplane implements [`Backplane`], is given the [`Hub`](crate::hub::directory::Hub) to call for what comes in, and is
//! attached to it once, before the relay serves (`Hub::attach`). There is one, over Redis ([`nodes`]). The calls in either
//! direction:
//!
//! | from this node to others | from others to this node |
//! |---|---|
//! | [`Backplane::locate`], [`Backplane::send`] | `Hub::find_here`, then `Local::send` with a [`Receipt`] whose [`Origin`](crate::hub::receipt::Origin) carries the status back |
//! | [`Backplane::take_prekey`] | `Hub::find_here`, then `Local::take_prekey` with this node's limits |
//! | [`Backplane::joined`], [`Backplane::arrived`], [`Backplane::left`] | `Hub::taken_over` for whoever lost its place to a higher epoch |
//! | [`Backplane::watch`], [`Backplane::unwatch`], [`Backplane::tell`] | `Hub::watch_from`, `Hub::unwatch_from`, `Hub::remote_presence` |
//! | [`Backplane::revoked`], [`Backplane::reach_changed`] | `Hub::close`, [`Truth::reach_changed`](truth::Truth) |
//! | [`Backplane::has_turned_to`], [`Backplane::share`] | `Hub::has_turned_to_here` |
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
//! - **Once.** A payload that is sent again after such an answer, with the same id, is filtered at the recipient's connection, by
//!   sender and id, for as long as [`Arrived`](crate::hub::arrived::Arrived) remembers.
//! - **Bounded memory.** What waits for another node is charged to its sender through its receipt, like what waits here; chunks
//!   wait, messages are refused as `Unreachable`. The other node charges what it takes in likewise, and what is on its way
//!   between the two is bounded by credits in bytes.
//! - **The database is the truth.** [`Backplane::revoked`] only makes others hear of it at once. After a gap a node asks the
//!   database about all its connections again ([`Truth::recheck`](truth::Truth)), and has the others ask about what it could not
//!   tell them meanwhile ([`Truth::recheck_accounts`](truth::Truth)): nothing is said late as if it were new.
//!
//! | module | what it is |
//! |---|---|
//! | [`nodes`] | all of it: a node among others |
//! | [`engine`] | the connections to Redis |
//! | [`registry`] | who is where, in Redis |
//! | [`link`] | what is on its way to one other node, and from it |
//! | [`sequence`] | numbers of what comes from one other node |
//! | [`truth`] | what a node asks of the parts above it |
//! | [`coalesced`] | work that is asked for again before it is done |
//! | [`missed`] | what others could not be told |
//! | [`watches`] | whom people of this node watch |
//! | [`wire`] | the bytes between nodes |
//! | [`changes`] | what nodes tell each other about what is in the database |

pub mod changes;
mod coalesced;
pub mod engine;
pub mod link;
mod missed;
pub mod nodes;
pub mod registry;
pub mod sequence;
pub mod truth;
pub mod watches;
pub mod wire;

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, CloseCode, NoPrekey, PayloadKind, PrekeyBytes, Presence},
};
use std::{fmt, future::Future, pin::Pin, time::Duration};

use crate::hub::{closing::Which, connection::Member, receipt::Receipt};

/// An answer that is on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One start of one node: a node that was started anew is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(pub [u8; 16]);

impl fmt::Display for NodeId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}

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
    /// Where a run of an account is, if it is at another node; that node looks at its door
    /// ([`Door`](crate::hub::door::Door)). Asked for every payload whose recipient is not here, so the answer comes from memory
    /// where it can. An error if nobody can say, or its node cannot be reached.
    fn locate<'a>(
        &'a self,
        account: &'a AccountId,
        presence: &'a Presence,
    ) -> Pending<'a, Result<Option<Remote>, Unreachable>>;

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

    /// It is, and can be found at this node. Called under no lock; only takes note, like all that answers nothing.
    fn arrived(&self, member: &Member, epoch: u64);

    /// It has ended. Others ignore it if another one has taken its place.
    fn left(&self, account: &AccountId, epoch: u64);

    /// `by`, who is here, watches this account from now on. Called under a lock, like [`Backplane::unwatch`]: it only takes note,
    /// and calls nothing back. Its presence at other nodes, as far as its door is open to `by`, is told to
    /// `Hub::remote_presence`: at once, "offline" too, and whenever it changes.
    fn watch(&self, account: &AccountId, by: &AccountId);

    /// They watch it no more.
    fn unwatch(&self, account: &AccountId, by: &AccountId);

    /// Tells somebody at another node what they see of an account that is here, or is not. Called under a lock.
    fn tell(
        &self,
        node: NodeId,
        account: &AccountId,
        to: &AccountId,
        shown: Option<(Presence, u8)>,
    );

    /// Whether somebody at another node turned to a person themselves.
    fn has_turned_to<'a>(
        &'a self,
        account: &'a AccountId,
        person: &'a AccountId,
    ) -> Pending<'a, bool>;

    /// Somebody chose anew who may reach them: it is in the database.
    fn reach_changed(&self, account: &AccountId);

    /// Takes one from an allowance that all nodes share. Lets pass what it cannot ask about: this node's own limits hold.
    /// An error says how long to wait.
    fn share<'a>(&'a self, allowance: Allowance<'a>) -> Pending<'a, Result<(), Duration>>;

    /// Connections of this account must end, at every other node too.
    fn revoked(&self, account: &AccountId, which: Which, code: CloseCode);

    /// Whether other nodes can be reached: shown by `/readyz`.
    fn is_whole(&self) -> bool;

    /// This node goes: tells what is left to tell, within a second, and that it goes.
    fn stop(&self) -> Pending<'_, ()>;
}

/// It cannot be said now, or not be reached: try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable;

/// One of something that is limited over all nodes.
#[derive(Debug, Clone, Copy)]
pub struct Allowance<'a> {
    /// What is limited.
    pub kind: &'static str,
    /// For whom.
    pub key: &'a [u8],
    /// How many may come at once, and in each `period`.
    pub count: u32,
    /// The time in which as many come back.
    pub period: Duration,
}
