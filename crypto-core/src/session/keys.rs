//! What a handshake gives to the session that follows it (section 4.4).

use super::chain::RootKey;
use crate::ids::SessionId;

/// What a session starts from.
pub(crate) struct SessionKeys {
    /// `rk0`.
    pub(crate) root: RootKey,
    /// `sid`.
    pub(crate) id: SessionId,
    /// `sas`.
    pub(crate) sas: [u8; 4],
}
