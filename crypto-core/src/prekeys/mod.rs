//! One-time prekeys (section 5).
//!
//! A responder that is online signs prekeys and gives them to the relay; an initiator takes one and can put data into
//! its first flight. A prekey is used once. Its secret lives in the memory of the run that made it and nowhere else:
//! [`crate::handshake::Listener`] keeps it, and forgets it with the first INIT that passes its checks.
//!
//! What comes from the relay is a claim until [`PrekeyBundle::verify`] has looked at it.
//!
//! ```
//! use duet_crypto::engine::{LocalIdentity, block_on};
//! use duet_crypto::handshake::{Listener, Offer, Presence};
//! use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Realm};
//! use duet_crypto::prekeys::PrekeyBundle;
//! use duet_crypto::session::Content;
//! use rand_core::UnwrapErr;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let rng = &mut UnwrapErr(getrandom::SysRng);
//! # let realm = Realm::new("chat.example")?;
//! # let account = |name| Ok::<_, duet_crypto::error::Code>(AccountId::derive(&realm, &AccountName::new(name)?));
//! # let alice = LocalIdentity::software(IdentitySeed::generate(rng), account("alice")?);
//! # let bob = LocalIdentity::software(IdentitySeed::generate(rng), account("bob")?);
//! // Bob's run gives prekeys to the relay, which hands one out to Alice.
//! let presence = Presence::generate(rng);
//! let mut listener = Listener::new(bob.clone(), presence);
//! let prekeys = block_on(listener.publish_prekeys(10, rng))?;
//!
//! // Alice verifies it, and writes before Bob has picked up.
//! let bundle = block_on(PrekeyBundle::verify(&alice, &prekeys[0], &bob.party(), &presence))?;
//! let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, rng))?;
//! let hello = Content::Text { text: "hello".into(), reply: None };
//! let early = offer.send_early(&hello)?;
//!
//! // Bob sees a message request, and accepts.
//! let mut ringing = block_on(listener.receive(offer.frame(), &alice.party().account, None, 0))?;
//! let request = ringing.receive_early(&early.frame, &alice.party().account)?;
//! assert_eq!(request.content, hello);
//! let pending = block_on(ringing.accept(rng))?;
//!
//! // From CONFIRM on it is a session like any other. It knows whether early messages were lost.
//! let accepted = block_on(offer.accept(pending.frame(), &bob.party().account, rng))?;
//! let at_bob = block_on(pending.confirm(&accepted.confirm, &alice.party().account, rng))?.session;
//! assert_eq!(at_bob.early().dropped(), 0);
//! # Ok(())
//! # }
//! ```

mod bundle;
pub mod frame;
mod own;
mod store;

pub use crate::ids::PrekeyId;
pub use bundle::{PrekeyBundle, PrekeyError};
pub use own::{OwnPrekey, PublishError};
pub(crate) use store::{Prekey, PrekeyStore};
