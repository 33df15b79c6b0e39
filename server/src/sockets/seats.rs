//! How many sockets each address has.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

use crate::limits::{NETWORKS, networks};

/// Refusals are logged so often, not one by one: they come in thousands.
const WARN_EVERY: Duration = Duration::from_secs(60);

type Counts = Arc<Mutex<HashMap<(u8, IpAddr), usize>>>;

/// A bound for each address; an IPv6 /64 counts as one, and the networks around it have larger bounds.
pub struct AddressSeats {
    counts: Counts,
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
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let full = networks(ip).zip(NETWORKS).any(|(network, (_, times))| {
            let bound = self.limit.saturating_mul(times as usize);
            counts.get(&network).is_some_and(|count| *count >= bound)
        });
        if full {
            return None;
        }
        for network in networks(ip) {
            *counts.entry(network).or_default() += 1;
        }
        drop(counts);
        Some(AddressSeat {
            counts: Arc::clone(&self.counts),
            ip,
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
    counts: Counts,
    ip: IpAddr,
}

impl Drop for AddressSeat {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for network in networks(self.ip) {
            if let Some(count) = counts.get_mut(&network) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&network);
                }
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
        // Four households' worth is all that a /48 has, however many networks it is made of.
        let others: Vec<_> = (1..10)
            .filter_map(|net| take(&format!("2001:db8:0:{net}::1")))
            .collect();
        assert_eq!(others.len(), 6);
        assert!(take("2001:db8:1::1").is_some());
        drop(others);
        drop(first);
        let third = take("192.0.2.1").unwrap();
        assert!(take("192.0.2.1").is_none());
        drop((second, third, other, household));
        assert!(seats.counts.lock().unwrap().is_empty());
    }
}
