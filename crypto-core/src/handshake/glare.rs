//! Two offers at once (section 4.7).

use crate::identity::IdentityKey;

/// Whose first flight counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Winner {
    /// One's own: ignore the peer's.
    Own,
    /// The peer's: drop one's own attempt and accept without asking, since the user asked for this chat already.
    Peer,
}

/// Decides from values known beforehand: the initiator with the smaller identity key wins. Both sides agree.
///
/// The peer's flight must have passed [`super::Listener::receive`] first.
#[must_use]
pub fn winner(own: &IdentityKey, peer: &IdentityKey) -> Winner {
    if own < peer {
        Winner::Own
    } else {
        Winner::Peer
    }
}
