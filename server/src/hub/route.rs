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
pub struct Local(pub(super) Arc<Connection>);

impl Route {
    /// Sends a payload. A chunk waits for room until `patience` is over, everything else is refused where there is none. The
    /// receipt is settled in any case.
    ///
    /// # Errors
    /// With what it was settled, if that is known already and not [`AckStatus::Written`]; to be counted.
    pub async fn send(
        &self,
        from: &Arc<Connection>,
        kind: PayloadKind,
        frame: Bytes,
        receipt: Receipt,
        patience: Duration,
    ) -> Result<(), AckStatus> {
        match self {
            Self::Local(local) => local.send(from, kind, frame, receipt, patience).await,
            Self::Remote(remote, backplane) => {
                let payload = Payload {
                    from: from.member.account,
                    kind,
                    frame,
                    receipt,
                };
                backplane.send(remote, payload, patience).await
            }
        }
    }

    /// Takes a prekey of this run for `claimer`. `allowed` is asked only if there is one.
    ///
    /// # Errors
    /// [`NoPrekey`].
    pub async fn take_prekey(
        &self,
        claimer: &AccountId,
        allowed: impl FnOnce() -> bool + Send,
    ) -> Result<Box<PrekeyBytes>, NoPrekey> {
        match self {
            Self::Local(Local(owner)) => owner.take_prekey(allowed),
            // The owner's node asks the limits there.
            Self::Remote(remote, backplane) => backplane.take_prekey(remote, claimer).await,
        }
    }
}

impl Local {
    async fn send(
        &self,
        from: &Arc<Connection>,
        kind: PayloadKind,
        frame: Bytes,
        receipt: Receipt,
        patience: Duration,
    ) -> Result<(), AckStatus> {
        let outgoing = Outgoing {
            frame,
            receipt: Some(receipt),
            place: None,
        };
        let sent = match kind {
            PayloadKind::Handshake | PayloadKind::Message => {
                self.0.outbox.push_message(from.member.account, outgoing)
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
        from: &Arc<Connection>,
        mut chunk: Outgoing,
        until: Instant,
    ) -> Result<(), (NotTaken, Outgoing)> {
        let outbox = &self.0.outbox;
        // First the line that all senders stand in, then the sender's own share.
        match timeout_at(until, outbox.chunk_place(chunk.frame.len())).await {
            Ok(Ok(place)) => chunk.place = Some(place),
            Ok(Err(reason)) => return Err((reason, chunk)),
            Err(_) => return Err((NotTaken::Full, chunk)),
        }
        loop {
            match outbox.push_chunk(from.member.account, chunk) {
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
