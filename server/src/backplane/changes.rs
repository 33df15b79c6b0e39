//! What nodes tell each other about what is in the database: who must go, and whose reach has changed. A stream of Redis, which each
//! node reads from where it was: nothing is missed while Redis is there, and whoever lost it asks the database, and has the others ask
//! about what it could not tell them ([`super::missed`]).

use duet_crypto::{identity::AccountId, relay::CloseCode};

use super::{NodeId, wire::Reader};
use crate::{
    hub::closing::Which,
    ids::{SessionId, TokenId},
};

/// A change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Connections of an account must end.
    Revoked(AccountId, Which, CloseCode),
    /// Somebody chose anew who may reach them.
    Reach(AccountId),
    /// The database must be asked about an account's connections: something about it was not told in time.
    Look(AccountId),
    /// The same about all.
    LookAtAll,
}

impl Change {
    pub(super) fn write(&self, node: NodeId) -> Vec<u8> {
        let mut to = node.0.to_vec();
        match self {
            Self::Revoked(account, which, code) => {
                to.push(1);
                to.extend(account.0);
                to.extend(code.code().to_be_bytes());
                match which {
                    Which::All => to.push(0),
                    Which::Session(session) => {
                        to.push(1);
                        to.extend(session.0);
                    }
                    Which::OtherThan(session) => {
                        to.push(2);
                        to.extend(session.0);
                    }
                    Which::Token(token) => {
                        to.push(3);
                        to.extend(token.0);
                    }
                }
            }
            Self::Reach(account) => {
                to.push(2);
                to.extend(account.0);
            }
            Self::Look(account) => {
                to.push(3);
                to.extend(account.0);
            }
            Self::LookAtAll => to.push(4),
        }
        to
    }

    /// With the node that says so.
    pub(super) fn read(bytes: &[u8]) -> Option<(NodeId, Self)> {
        let mut from = Reader(bytes);
        let node = NodeId(from.array()?);
        let change = match from.byte()? {
            1 => {
                let account = from.account()?;
                let code = u16::from_be_bytes(from.array()?);
                let (code, ..) = *CloseCode::ALL
                    .iter()
                    .find(|(known, ..)| known.code() == code)?;
                let which = match from.byte()? {
                    0 => Which::All,
                    1 => Which::Session(SessionId(from.array()?)),
                    2 => Which::OtherThan(SessionId(from.array()?)),
                    3 => Which::Token(TokenId(from.array()?)),
                    _ => return None,
                };
                Self::Revoked(account, which, code)
            }
            2 => Self::Reach(from.account()?),
            3 => Self::Look(from.account()?),
            4 => Self::LookAtAll,
            _ => return None,
        };
        from.0.is_empty().then_some((node, change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        let (node, account) = (NodeId([1; 16]), AccountId([2; 32]));
        let (session, token) = (SessionId([3; 16]), TokenId([4; 16]));
        let which = [
            Which::All,
            Which::Session(session),
            Which::OtherThan(session),
            Which::Token(token),
        ];
        let revoked =
            which.map(|which| Change::Revoked(account, which, CloseCode::Unauthenticated));
        let others = [
            Change::Reach(account),
            Change::Look(account),
            Change::LookAtAll,
        ];
        for change in revoked.into_iter().chain(others) {
            assert_eq!(Change::read(&change.write(node)), Some((node, change)));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_result(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Change::read(&bytes);
        }
    }
}
