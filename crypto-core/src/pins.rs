//! Pins: which key a person was known by, and how far it was checked (sections 3.4 and 8.2).
//!
//! Pure data: nothing here reads a clock, and nothing is kept. A pin is written by a handshake that **completes**
//! (section 4.6), never by an offer or by the directory, and from then on another key is refused: the person is blocked
//! until the user has compared fingerprints and reset the pin by hand. No other function changes a pinned key, and none
//! lowers a state.
//!
//! ```
//! use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Realm};
//! use duet_crypto::pins::{Comparison, PinError, PinState, Pins, Verdict};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (realm, bob) = (Realm::new("chat.example")?, AccountName::new("bob")?);
//! let account = AccountId::derive(&realm, &bob);
//! let key = IdentitySeed::from_bytes(&[1; 32]).public_key();
//! let another = IdentitySeed::from_bytes(&[2; 32]).public_key();
//! let mut pins = Pins::new(realm);
//!
//! pins.complete(&bob, &key, 1_700_000_000_000)?;
//! pins.compare(&account, &key, Comparison::Qr)?;
//! assert_eq!(pins.check(&account, &key), Verdict::Pinned(PinState::Qr));
//!
//! // A directory that lies, or a new device: nobody can tell but the user.
//! assert_eq!(pins.check(&account, &another), Verdict::Blocked);
//! assert_eq!(pins.complete(&bob, &another, 1_700_000_001_000), Err(PinError::Changed));
//! pins.reset(&account, &another, PinState::Compared, 1_700_000_002_000)?;
//! assert_eq!(pins.check(&account, &another), Verdict::Pinned(PinState::Compared));
//! assert_eq!(pins.get(&account).map(|pin| pin.earlier[0].key), Some(key));
//! # Ok(())
//! # }
//! ```

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::error::errors;
use crate::identity::{AccountId, AccountName, IdentityKey, Realm};
use crate::limits;
use crate::map::Map;

errors! {
    /// A pin that cannot be written. Nothing has changed.
    pub enum PinError {
        /// No key is pinned for this account.
        Unknown => PinUnknown,
        /// Another key is pinned, or an import contradicts the pinned one: block the peer (section 3.4).
        Changed => IdentityChanged,
        /// The pin list is full: it holds as many people as a backup can.
        Full => PinsFull,
    }
}

/// How far a key was checked (section 3.4), weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum PinState {
    /// Seen in a handshake that completed.
    FirstUse = 1,
    /// Fingerprint or safety code compared.
    Compared = 2,
    /// The SAS of a session compared.
    Sas = 3,
    /// The QR text scanned.
    Qr = 4,
}

impl PinState {
    /// The number of section 3.4.
    #[must_use]
    pub const fn value(self) -> u8 {
        self as u8
    }

    /// The state of a number.
    #[must_use]
    pub const fn from_value(value: u8) -> Option<Self> {
        match value {
            1 => Some(Self::FirstUse),
            2 => Some(Self::Compared),
            3 => Some(Self::Sas),
            4 => Some(Self::Qr),
            _ => None,
        }
    }
}

/// What a user did to check a key. First use is no comparison:
///
/// ```compile_fail,E0308
/// # use duet_crypto::{identity::{AccountId, IdentityKey}, pins::{PinState, Pins}};
/// fn pretend(pins: &mut Pins, account: &AccountId, key: &IdentityKey) {
///     let _ = pins.compare(account, key, PinState::Qr);
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Compared the fingerprint or the safety code.
    Fingerprint,
    /// Compared the SAS of a session with this key.
    Sas,
    /// Scanned the QR text.
    Qr,
}

impl From<Comparison> for PinState {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Fingerprint => Self::Compared,
            Comparison::Sas => Self::Sas,
            Comparison::Qr => Self::Qr,
        }
    }
}

/// A key that was pinned once. It was so until the key that follows it was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EarlierKey {
    /// The key.
    pub key: IdentityKey,
    /// How far it had been checked.
    pub state: PinState,
    /// When it was pinned, in ms since 1970.
    pub first_seen: u64,
}

/// A person whose key is known: what a backup carries beside the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPeer {
    /// Login name in the realm of the backup's identity.
    pub name: AccountName,
    /// The pinned key.
    pub key: IdentityKey,
    /// How far it was checked.
    pub state: PinState,
    /// When it was pinned first, in ms since 1970.
    pub first_seen: u64,
    /// Keys that were pinned before, oldest first; at most [`limits::EARLIER_KEYS`].
    pub earlier: Vec<EarlierKey>,
}

/// What is known about a person's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Who.
    pub name: AccountName,
    /// The pinned key.
    pub key: IdentityKey,
    /// How far it was checked.
    pub state: PinState,
    /// When it was pinned, in ms since 1970.
    pub first_seen: u64,
    /// Keys before it, oldest first; the last [`limits::EARLIER_KEYS`].
    pub earlier: Vec<EarlierKey>,
    /// Another key that an import brought. While it is here the person is blocked; [`Pins::reset`] settles it.
    pub contested: Option<IdentityKey>,
}

impl Pin {
    fn new(name: AccountName, key: IdentityKey, first_seen: u64) -> Self {
        Self {
            name,
            key,
            state: PinState::FirstUse,
            first_seen,
            earlier: Vec::new(),
            contested: None,
        }
    }

    /// Puts another key in the place of the pinned one, which becomes history.
    fn replace(&mut self, key: IdentityKey, state: PinState, first_seen: u64) {
        self.earlier.push(EarlierKey {
            key: self.key,
            state: self.state,
            first_seen: self.first_seen,
        });
        self.forget_oldest();
        (self.key, self.state, self.first_seen) = (key, state, first_seen);
    }

    fn knew(&self, key: &IdentityKey) -> bool {
        self.earlier.iter().any(|earlier| earlier.key == *key)
    }

    /// Adds the history of a backup to our own.
    fn remember(&mut self, history: &[EarlierKey]) {
        for old in history {
            if old.key != self.key && !self.knew(&old.key) {
                self.earlier.push(*old);
            }
        }
        self.sort_earlier();
        self.forget_oldest();
    }

    /// By insertion: there are two histories at most, and the library's sort is nine kilobytes of code in the WebAssembly module.
    fn sort_earlier(&mut self) {
        for end in 1..self.earlier.len() {
            let mut at = end;
            while at > 0 && self.earlier[at - 1].first_seen > self.earlier[at].first_seen {
                self.earlier.swap(at - 1, at);
                at -= 1;
            }
        }
    }

    fn forget_oldest(&mut self) {
        let surplus = self.earlier.len().saturating_sub(limits::EARLIER_KEYS);
        self.earlier.drain(..surplus);
    }
}

/// What a pin says about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No key is pinned for this account: a handshake may go on, and pins the key when it completes.
    New,
    /// The pinned key.
    Pinned(PinState),
    /// Not the pinned key, or a pin that an import contradicts: refuse, block, and let the user act.
    Blocked,
}

/// A key of a backup that was not taken over. The person is blocked until [`Pins::reset`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conflict {
    /// Who.
    pub account: AccountId,
    /// The key that is pinned here.
    pub pinned: IdentityKey,
    /// The key in the backup.
    pub imported: IdentityKey,
    /// How far the backup's was checked.
    pub state: PinState,
}

/// The pins of one account of one deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    realm: Realm,
    people: Map<AccountId, Box<Pin>>,
}

impl Pins {
    /// Nobody is known yet.
    #[must_use]
    pub const fn new(realm: Realm) -> Self {
        Self {
            realm,
            people: Map::new(),
        }
    }

    /// The account of a name in this deployment.
    #[must_use]
    pub fn account(&self, name: &AccountName) -> AccountId {
        AccountId::derive(&self.realm, name)
    }

    /// The pin of an account.
    #[must_use]
    pub fn get(&self, account: &AccountId) -> Option<&Pin> {
        self.people.get(account).map(Box::as_ref)
    }

    /// Everybody, in the order of their account ids.
    pub fn iter(&self) -> impl Iterator<Item = (&AccountId, &Pin)> {
        self.people
            .iter()
            .map(|(account, pin)| (account, pin.as_ref()))
    }

    /// How many people are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// What to do about a key that a directory or an offer names. Changes nothing.
    #[must_use]
    pub fn check(&self, account: &AccountId, key: &IdentityKey) -> Verdict {
        match self.people.get(account) {
            None => Verdict::New,
            Some(pin) if pin.key == *key && pin.contested.is_none() => Verdict::Pinned(pin.state),
            Some(_) => Verdict::Blocked,
        }
    }

    /// A handshake with this person completed at `now` (ms since 1970): pins the key if nobody was pinned.
    ///
    /// # Errors
    /// [`PinError::Changed`], [`PinError::Full`].
    pub fn complete(
        &mut self,
        name: &AccountName,
        key: &IdentityKey,
        now: u64,
    ) -> Result<PinState, PinError> {
        let account = AccountId::derive(&self.realm, name);
        match self.check(&account, key) {
            Verdict::Pinned(state) => Ok(state),
            Verdict::Blocked => Err(PinError::Changed),
            Verdict::New if self.people.len() >= limits::PEOPLE => Err(PinError::Full),
            Verdict::New => {
                self.people
                    .insert(account, Box::new(Pin::new(name.clone(), *key, now)));
                Ok(PinState::FirstUse)
            }
        }
    }

    /// The user compared `key`, and it was right. Returns the state, which is the best one ever reached: who scanned the
    /// code once does not know less because of a look at the emoji.
    ///
    /// `key` is the key that was on the screen: a comparison of another one says nothing about the pin.
    ///
    /// # Errors
    /// [`PinError::Unknown`], [`PinError::Changed`].
    pub fn compare(
        &mut self,
        account: &AccountId,
        key: &IdentityKey,
        by: Comparison,
    ) -> Result<PinState, PinError> {
        let pin = self.people.get_mut(account).ok_or(PinError::Unknown)?;
        if pin.key != *key || pin.contested.is_some() {
            return Err(PinError::Changed);
        }
        pin.state = pin.state.max(by.into());
        Ok(pin.state)
    }

    /// The user compared fingerprints after a change, or settles a conflict, and says at `now` which key it is from now
    /// on: the only way in which a pinned key is replaced here. `state` is how far the new key was checked:
    /// [`PinState::FirstUse`] where the program cannot know. The pinned key itself keeps its state, or gets a better one.
    ///
    /// # Errors
    /// [`PinError::Unknown`].
    pub fn reset(
        &mut self,
        account: &AccountId,
        key: &IdentityKey,
        state: PinState,
        now: u64,
    ) -> Result<(), PinError> {
        let pin = self.people.get_mut(account).ok_or(PinError::Unknown)?;
        if pin.key == *key {
            pin.state = pin.state.max(state);
        } else {
            pin.replace(*key, state, now);
        }
        pin.contested = None;
        Ok(())
    }

    /// Everybody, as a backup carries them.
    #[must_use]
    pub fn export(&self) -> Vec<VerifiedPeer> {
        let peer = |pin: &Pin| VerifiedPeer {
            name: pin.name.clone(),
            key: pin.key,
            state: pin.state,
            first_seen: pin.first_seen,
            earlier: pin.earlier.clone(),
        };
        self.people.values().map(|pin| peer(pin)).collect()
    }

    /// Puts people of a backup of this account beside those that are known here (section 8.2).
    ///
    /// | here | in the backup | what happens |
    /// |---|---|---|
    /// | nobody | any | taken over, with its history |
    /// | the same key | any | the better state, the earlier time, both histories |
    /// | another key, of state 1 | state 2 or more, and never pinned here before | replaced; ours becomes history |
    /// | another key | anything else | **conflict**: ours stays, and the person is blocked until [`Self::reset`] |
    ///
    /// # Errors
    /// [`PinError::Full`] if there would be too many people. Nothing has changed.
    pub fn merge(&mut self, peers: &[VerifiedPeer]) -> Result<Vec<Conflict>, PinError> {
        let accounts: Vec<_> = peers
            .iter()
            .map(|peer| AccountId::derive(&self.realm, &peer.name))
            .collect();
        let new = accounts.iter().filter(|id| !self.people.contains_key(id));
        if self.people.len() + new.count() > limits::PEOPLE {
            return Err(PinError::Full);
        }
        let mut conflicts = Vec::new();
        for (account, peer) in accounts.into_iter().zip(peers) {
            conflicts.extend(self.merge_one(account, peer));
        }
        Ok(conflicts)
    }

    fn merge_one(&mut self, account: AccountId, peer: &VerifiedPeer) -> Option<Conflict> {
        let VerifiedPeer {
            name,
            key,
            state,
            first_seen,
            earlier,
        } = peer;
        let pin = self.people.get_or_insert_with(account, || {
            Box::new(Pin::new(name.clone(), *key, *first_seen))
        });
        if pin.key == *key {
            pin.state = pin.state.max(*state);
            pin.first_seen = pin.first_seen.min(*first_seen);
        } else if pin.state == PinState::FirstUse && *state >= PinState::Compared && !pin.knew(key)
        {
            pin.replace(*key, *state, *first_seen);
        } else {
            pin.contested = Some(*key);
            return Some(Conflict {
                account,
                pinned: pin.key,
                imported: *key,
                state: *state,
            });
        }
        pin.remember(earlier);
        None
    }
}
