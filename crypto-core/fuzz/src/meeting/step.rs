//! What may happen between two people who are not in touch yet.

use duet_crypto::handshake::EndReason;

/// A step of a script. `side` is 0 or 1; `which` counts modulo what there is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Makes an OFFER.
    Offer { side: usize },
    /// Makes an INIT with any prekey of the peer's that the relay has ever seen.
    Init { side: usize, which: usize },
    /// Publishes prekeys: sometimes more than are kept.
    Publish { side: usize, count: usize },
    /// Sends an early message.
    Early { side: usize, which: usize },
    /// Accepts what rings.
    Accept { side: usize, which: usize },
    /// Declines what rings.
    Decline {
        side: usize,
        which: usize,
        reason: EndReason,
    },
    /// Gives up an offer.
    Cancel { side: usize, which: usize },
    /// Any frame arrives, for the first time or again, at the one for whom it is; the relay may lie about its sender.
    Deliver { which: usize, lie: bool },
    /// A frame comes back to the one who sent it.
    Reflect { which: usize },
    /// A copy arrives that is changed in one bit.
    Forge { which: usize, at: usize, change: u8 },
    /// The page is loaded again: another run, and nothing is under way.
    Reload { side: usize },
    /// Begins with another key: an identity was lost.
    Rekey { side: usize },
    /// The user says that the peer's key of now is the right one.
    Reset { side: usize },
}

impl Step {
    pub(super) fn decode([head, first, second, third]: [u8; 4]) -> Self {
        let side = usize::from(head & 1);
        let which = usize::from(first);
        match head >> 1 & 31 {
            0..=2 => Self::Offer { side },
            3..=5 => Self::Init { side, which },
            6 => Self::Publish {
                side,
                count: match second {
                    255 => 21,
                    254 => 20,
                    count => usize::from(count % 4),
                },
            },
            7 | 8 => Self::Early { side, which },
            9..=12 => Self::Accept { side, which },
            13 => Self::Decline {
                side,
                which,
                reason: EndReason::ALL[usize::from(second) % EndReason::ALL.len()],
            },
            14 => Self::Cancel { side, which },
            15..=22 => Self::Deliver { which, lie: false },
            23 => Self::Deliver { which, lie: true },
            24 => Self::Reflect { which },
            25..=28 => Self::Forge {
                which,
                at: usize::from(u16::from_be_bytes([second, third]) >> 3),
                change: 1 << (third & 7),
            },
            29 => Self::Reload { side },
            30 => Self::Rekey { side },
            _ => Self::Reset { side },
        }
    }
}
