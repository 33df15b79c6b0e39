//! Every socket of a client, from accept to close, before anybody has logged in.
//!
//! | module | what it is |
//! |---|---|
//! | `seats` | how many each address has |
//! | `stream` | a socket with time limits |
//! | `accept` | how one is taken in, and its TLS |
//! | `opened` | one after its TLS handshake |
//!
//! A socket costs a file descriptor and some memory, and anybody can open one. So they are counted, in total and for
//! each address, and each has a time limit for whatever it does: for its first byte, for the next one after it, and
//! for taking what is written to it. A request's own limits (its head, its body, its answer) are in [`crate::server`]
//! and [`crate::http`]; from the moment a socket is a WebSocket, those of [`crate::relay`] hold.

mod accept;
mod opened;
mod seats;
mod stream;

use crate::{config::Settings, descriptors, telemetry::metrics::SocketMetrics};
pub use accept::{Acceptor, Socket, Transport};
use ipnet::IpNet;
pub use opened::Opened;
pub use seats::{AddressSeat, AddressSeats};
use std::{net::IpAddr, sync::Arc};
pub use stream::Guarded;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Sockets beside those of the WebSockets: requests of pages, health checks, people about to log in.
const HTTP_SOCKETS: usize = 1_024;

/// Room for sockets.
pub struct Sockets {
    total: Arc<Semaphore>,
    size: usize,
    addresses: AddressSeats,
    trusted_proxies: Vec<IpNet>,
    metrics: SocketMetrics,
}

/// The room that one socket takes.
pub struct Seat {
    _total: OwnedSemaphorePermit,
    _address: Option<AddressSeat>,
    metrics: SocketMetrics,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.metrics.open.dec();
    }
}

impl Sockets {
    /// As many as the settings want and the process's limit of file descriptors allows.
    #[must_use]
    pub fn new(settings: &Settings, metrics: SocketMetrics) -> Self {
        let wanted = settings.limits.max_connections.saturating_add(HTTP_SOCKETS);
        let size = wanted
            .min(descriptors::for_sockets())
            .min(Semaphore::MAX_PERMITS);
        if size < wanted {
            tracing::warn!(
                category = "lifecycle",
                wanted,
                sockets = size,
                "the limit of file descriptors allows fewer sockets than the settings: raise it (ulimit -n, LimitNOFILE)"
            );
        }
        // A few addresses together must not be able to take everything.
        let for_address = settings
            .limits
            .max_connections_per_address
            .min(size.div_ceil(4));
        Self {
            total: Arc::new(Semaphore::new(size)),
            size,
            addresses: AddressSeats::new(for_address),
            trusted_proxies: settings.trusted_proxies.clone(),
            metrics,
        }
    }

    /// A few, uncounted: for the operator's own tools.
    #[must_use]
    pub fn few() -> Self {
        const FEW: usize = 32;
        Self {
            total: Arc::new(Semaphore::new(FEW)),
            size: FEW,
            addresses: AddressSeats::new(FEW),
            trusted_proxies: Vec::new(),
            metrics: SocketMetrics::default(),
        }
    }

    /// How many of them may be WebSockets: when these are all taken, people can still load the site and log in.
    #[must_use]
    pub fn for_websockets(&self) -> usize {
        self.size - self.size / 8
    }

    /// How many one address may have.
    #[must_use]
    pub fn for_address(&self) -> usize {
        self.addresses.limit()
    }

    fn seat(&self, peer: IpAddr) -> Option<Seat> {
        let proxy = self
            .trusted_proxies
            .iter()
            .any(|network| network.contains(&peer));
        // A proxy stands for many people; those are counted where their address is known, at the handshake.
        let address = if proxy {
            None
        } else {
            let Some(seat) = self.addresses.take(peer) else {
                self.refused(SocketMetrics::ADDRESS, Some(peer));
                return None;
            };
            Some(seat)
        };
        let Ok(total) = Arc::clone(&self.total).try_acquire_owned() else {
            self.refused(SocketMetrics::TOTAL, None);
            return None;
        };
        self.metrics.open.inc();
        Some(Seat {
            _total: total,
            _address: address,
            metrics: self.metrics.clone(),
        })
    }

    fn refused(&self, kind: &'static str, client: Option<IpAddr>) {
        self.metrics.refuse(kind);
        if self.addresses.may_warn() {
            tracing::warn!(
                category = "limit",
                kind,
                client = client.map(tracing::field::display),
                "sockets refused; if this is a proxy of yours, name it in DUET_TRUSTED_PROXIES"
            );
        }
    }
}
