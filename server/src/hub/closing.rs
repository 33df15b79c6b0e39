//! Which connections of an account are to end.

use super::connection::Pass;
use crate::ids::{SessionId, TokenId};

/// All of an account's, or some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Whatever it has.
    All,
    /// Those of this session.
    Session(SessionId),
    /// Those of any other session.
    OtherThan(SessionId),
    /// Those that were opened, or last renewed, with this token.
    Token(TokenId),
}

impl Which {
    /// Whether a connection with this pass is one of them.
    #[must_use]
    pub fn is(&self, pass: &Pass) -> bool {
        let access = &pass.access;
        match self {
            Self::All => true,
            Self::Session(session) => access.session == *session,
            Self::OtherThan(session) => access.session != *session,
            Self::Token(token) => access.jti == *token,
        }
    }
}
