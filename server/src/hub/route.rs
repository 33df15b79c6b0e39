//! The way to a run of an account.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, NoPrekey, PayloadKind, PrekeyBytes},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    connection::Connection,
    lanes::{NotTaken, Outgoing},
    receipt::Receipt,
    sender::Sender,
};
use crate::backplane::{Backplane, Payload, Remote};

/// Longest wait of a sender before it looks again whether there is room.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Where a run of an account is connected.
pub enum Route {
    /// Here.
    Local(Local),
    /// At another node.
    Remote(Remote, Arc<dyn Backplane>),
}

/// A connection of this node, for those who have something for it.
pub struct Local {
    pub(super) connection: Arc<Connection>,
    /// Whether payloads may come twice: where there are other nodes.
    pub(super) repeats: bool,
}

impl Route {
    /// Sends a payload. A chunk waits for room until `patience` is over, everything else is refused where there is none. The
    /// receipt is settled in any case.
    ///
    /// # Errors
    /// With what it was settled, if that is known already and not [`AckStatus::Written`]; to be counted.
    pub async fn send(
        &self,
        from: &Sender,
        kind: PayloadKind,
        frame: Bytes,
        receipt: Receipt,
        patience: Duration,
    ) -> Result<(), AckStatus> {
        match self {
            Self::Local(local) => local.send(from, kind, frame, receipt, patience).await,
            Self::Remote(remote, backplane) => {
                let payload = Payload {
                    from: from.account,
                    kind,
                    frame,
                    receipt,
                };
                backplane.send(remote, payload, patience).await
            }
        }
    }
}

impl Local {
    /// Whose it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.connection.member.account
    }

    /// Whether there is a prekey.
    #[must_use]
    pub fn has_prekeys(&self) -> bool {
        self.connection.has_prekeys()
    }

    /// Takes a prekey of this run. `allowed` is asked only if there is one.
    ///
    /// # Errors
    /// [`NoPrekey`].
    pub fn take_prekey(
        &self,
        allowed: impl FnOnce() -> bool,
    ) -> Result<Box<PrekeyBytes>, NoPrekey> {
        self.connection.take_prekey(allowed)
    }

    /// See [`Route::send`].
    ///
    /// # Errors
    /// See [`Route::send`].
    pub async fn send(
        &self,
        from: &Sender,
        kind: PayloadKind,
        frame: Bytes,
        receipt: Receipt,
        patience: Duration,
    ) -> Result<(), AckStatus> {
        let receipt = if self.repeats {
            let Some(receipt) = self.connection.admit(from.account, receipt) else {
                return Ok(());
            };
            receipt
        } else {
            receipt
        };
        let outgoing = Outgoing {
            frame,
            receipt: Some(receipt),
            place: None,
        };
        let sent = match kind {
            PayloadKind::Handshake | PayloadKind::Message => {
                self.connection.outbox.push_message(from.account, outgoing)
            }
            PayloadKind::Chunk => {
                self.send_chunk(from, outgoing, Instant::now() + patience)
                    .await
            }
        };
        sent.map_err(|(reason, outgoing)| {
            let status = match reason {
                NotTaken::Full => AckStatus::Unreachable,
                NotTaken::Closed => AckStatus::Offline,
            };
            if let Some(receipt) = outgoing.receipt {
                receipt.settle(status);
            }
            status
        })
    }

    async fn send_chunk(
        &self,
        from: &Sender,
        mut chunk: Outgoing,
        until: Instant,
    ) -> Result<(), (NotTaken, Outgoing)> {
        let outbox = &self.connection.outbox;
        // First the line that all senders stand in, then the sender's own share.
        match timeout_at(until, outbox.chunk_place(chunk.frame.len())).await {
            Ok(Ok(place)) => chunk.place = Some(place),
            Ok(Err(reason)) => return Err((reason, chunk)),
            Err(_) => return Err((NotTaken::Full, chunk)),
        }
        loop {
            match outbox.push_chunk(from.account, chunk) {
                Err((NotTaken::Full, back)) if Instant::now() < until => {
                    chunk = back;
                    // Mostly it is one of its own, written, that makes room.
                    let _ = timeout(LOOK_AGAIN, from.one_settled()).await;
                }
                result => return result,
            }
        }
    }
}
