//! How many sockets each address has.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

use crate::limits::network;

/// Refusals are logged so often, not one by one: they come in thousands.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// A bound for each address; an IPv6 /64 counts as one.
pub struct AddressSeats {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
    limit: usize,
    warned: Mutex<Option<Instant>>,
}

impl AddressSeats {
    /// With this bound.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            counts: Arc::default(),
            limit,
            warned: Mutex::default(),
        }
    }

    /// The bound.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes a seat, until it is dropped; `None` if the address has all of its own.
    #[must_use]
    pub fn take(&self, ip: IpAddr) -> Option<AddressSeat> {
        let network = network(ip);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(AddressSeat {
            counts: Arc::clone(&self.counts),
            network,
        })
    }

    /// Whether it is time to log a refusal again.
    pub(super) fn may_warn(&self) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let due = warned.is_none_or(|at| at.elapsed() >= WARN_EVERY);
        if due {
            *warned = Some(Instant::now());
        }
        due
    }
}

/// One socket of an address.
pub struct AddressSeat {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
    network: IpAddr,
}

impl Drop for AddressSeat {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_seats_and_leaves_nothing_behind() {
        let seats = AddressSeats::new(2);
        let take = |ip: &str| seats.take(ip.parse().unwrap());
        let first = take("192.0.2.1").unwrap();
        let second = take("192.0.2.1").unwrap();
        assert!(take("192.0.2.1").is_none());
        let other = take("192.0.2.2").unwrap();
        // A household's /64 is one address.
        let household = (take("2001:db8::1").unwrap(), take("2001:db8::2").unwrap());
        assert!(take("2001:db8::3").is_none());
        drop(first);
        let third = take("192.0.2.1").unwrap();
        assert!(take("192.0.2.1").is_none());
        drop((second, third, other, household));
        assert!(seats.counts.lock().unwrap().is_empty());
    }
}
