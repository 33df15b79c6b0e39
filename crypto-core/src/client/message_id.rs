//! The text of a [`MessageId`]: what a caller without Rust's types holds in its hands.

use core::fmt;
use core::str::FromStr;

use super::CommandError;
use super::event::MessageId;

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(number) => write!(f, "own-{number}"),
            Self::Peer { session, seq } => write!(f, "peer-{session}-{seq}"),
        }
    }
}

impl FromStr for MessageId {
    type Err = CommandError;

    /// Takes exactly what [`Display`](fmt::Display) gives.
    fn from_str(text: &str) -> Result<Self, CommandError> {
        let parsed = match text.split_once('-') {
            Some(("own", number)) => decimal(number).map(Self::Own),
            Some(("peer", rest)) => rest.split_once('-').and_then(|(session, seq)| {
                Some(Self::Peer {
                    session: decimal(session)?,
                    seq: decimal(seq)?,
                })
            }),
            _ => None,
        };
        parsed.ok_or(CommandError::Message)
    }
}

/// Digits without a sign or a needless zero.
fn decimal<T: FromStr>(text: &str) -> Option<T> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    (plain && shortest).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn a_name_has_one_spelling() {
        for id in [
            MessageId::Own(0),
            MessageId::Own(u64::MAX),
            MessageId::Peer { session: 1, seq: 0 },
            MessageId::Peer {
                session: u32::MAX,
                seq: u32::MAX,
            },
        ] {
            assert_eq!(id.to_string().parse::<MessageId>(), Ok(id));
        }
        for refused in [
            "",
            "own",
            "own-",
            "own-+1",
            "own-01",
            "own--1",
            "own-1-2",
            "own-18446744073709551616",
            "peer-1",
            "peer-1-",
            "peer-1-2-3",
            "peer-4294967296-0",
            "peer-1-x",
            "Own-1",
            " own-1",
            "own-1 ",
            "own-\u{661}",
        ] {
            assert_eq!(
                refused.parse::<MessageId>(),
                Err(CommandError::Message),
                "{refused}"
            );
        }
    }
}
