//! The identity and the people it knows, at rest (sections 8.1 and 8.2).
//!
//! An envelope is sealed under a [`Protection`] and opened with a [`Secret`]. On a device that is the vault secret, which
//! comes from the password (section 8.3); in a file that leaves it, a passphrase.
//!
//! ```
//! use duet_crypto::identity::{AccountName, IdentitySeed, Realm};
//! use duet_crypto::vault::{self, Backup, IdentityRecord, Kdf, Passphrase, Protection, Secret};
//! use rand_core::UnwrapErr;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rng = &mut UnwrapErr(getrandom::SysRng);
//! let identity = IdentityRecord {
//!     seed: IdentitySeed::generate(rng),
//!     created: 1_700_000_000_000,
//!     realm: Realm::new("chat.example")?,
//!     name: AccountName::new("alice")?,
//! };
//! let passphrase = Passphrase::generate(rng);
//! let shown_once = passphrase.grouped(); // such as 7QK4M-0ZTRW-9HXBC-3EVJ2
//! let backup = Backup { identity, peers: vec![] };
//! let file = vault::seal_backup(&backup, Protection::Passphrase(&passphrase, Kdf::default()), rng)?;
//!
//! // On another device, written off a sheet of paper:
//! let typed = Passphrase::typed(&shown_once.to_lowercase())?;
//! let restored = vault::open_backup(&file, Secret::Passphrase(&typed))?;
//! assert_eq!(restored.identity.name.as_str(), "alice");
//! # Ok(())
//! # }
//! ```
//!
//! # What an envelope tells
//! To whoever has the file: its kind, how the passphrase is stretched, the public key of a single identity, and the length.
//! To whoever tries to open it: [`VaultError::Closed`] and nothing else, whether the passphrase is wrong or a bit has
//! changed. The costs are checked before any work, so that a planted file cannot make a device work for hours or take
//! its memory; the key commitment is compared before anything is decrypted, so that no file opens under two passphrases.
//!
//! # Randomness
//! Sealing draws the salt, 16 bytes. [`Passphrase::generate`] draws 20 bytes.

mod backup;
mod envelope;
mod kdf;
mod passphrase;
mod record;
mod secret;

pub use crate::pins::VerifiedPeer;
pub use backup::{Backup, open_backup, seal_backup};
pub use kdf::Kdf;
pub use passphrase::Passphrase;
pub use record::{IdentityRecord, open_identity, seal_identity};
pub use secret::{Protection, Secret, VaultSecret};

use crate::error::errors;
use crate::primitives::argon2::Argon2Error;

errors! {
    /// An envelope that does not open, or cannot be made.
    pub enum VaultError {
        /// Wrong secret or damaged envelope: they look the same.
        Closed => Vault,
        /// The memory for stretching, or for the backup, could not be allocated.
        OutOfMemory => OutOfMemory,
        /// A cost outside of the bounds of section 8.1.
        Cost => VaultCost,
        /// More people than a backup holds (65,535, their earlier keys counted), or one of them twice.
        Peers => VaultPeers,
        /// A passphrase that is empty, or longer than 1,024 bytes.
        Passphrase => Passphrase,
    }
    from Argon2Error => OutOfMemory;
}
